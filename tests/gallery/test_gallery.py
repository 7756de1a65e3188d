import numpy as np
import pytest

from meshgait.errors import ConfigError, DataError
from meshgait.gallery import Gallery
from tests.gallery.people import CHANNELS, PARTS, embeddings

SHAPE = (PARTS, CHANNELS)


@pytest.fixture
def gallery(tmp_path):
    made = Gallery.open(tmp_path / "g.db", "digest", SHAPE, create=True)
    for name, values in zip(("ann", "bob", "eve"), embeddings(4, 3), strict=False):
        made.enrol(name, values[:2], sources=["a", "b"], consent="form of 3 May")
    return made


def test_the_first_is_herself_and_the_fourth_is_unknown(gallery):
    people = embeddings(4, 3)
    said = gallery.identify(people[0, 2])
    assert said.name == "ann"
    assert said.matches[0].name == "ann"
    assert said.probability is None
    assert "no probability" in said.describe()
    stranger = gallery.identify(people[3, 2])
    assert stranger.name is None
    assert stranger.describe().startswith("unknown: the nearest, ")


def test_who_is_enrolled_is_listed_with_what_was_agreed(gallery):
    entries = gallery.people()
    assert [(e.name, e.clips, e.consent) for e in entries] == [
        (name, 2, "form of 3 May") for name in ("ann", "bob", "eve")
    ]


def test_who_is_forgotten_is_not_found(gallery):
    assert gallery.forget("ann") == 2
    assert gallery.identify(embeddings(4, 3)[0, 2]).name is None
    with pytest.raises(DataError, match=r"nobody called 'anne' .* did you mean 'eve'|'bob'"):
        gallery.forget("anne")


def test_clips_that_look_like_somebody_else_are_flagged(gallery):
    people = embeddings(4, 3)
    (odd,) = gallery.enrol("ann", people[1, 2:], sources=["walk.npz"])
    assert odd.startswith("walk.npz is nearer to bob")
    assert gallery.enrol("ann", people[0, 2:], sources=["walk.npz"]) == []
    assert gallery.enrol("new", people[3], sources=["x", "y", "z"]) == []


def test_another_network_is_refused(gallery):
    again = Gallery.open(gallery.file.path, "digest", SHAPE)
    assert len(again.people()) == 3
    with pytest.raises(DataError, match="made by another network"):
        Gallery.open(gallery.file.path, "other", SHAPE)
    with pytest.raises(DataError, match="those of this gallery"):
        gallery.identify(np.ones((2, 2), np.float32))


def test_every_mistake_is_one_sentence(gallery, tmp_path):
    with pytest.raises(DataError, match="`meshgait enrol` makes one"):
        Gallery.open(tmp_path / "none.db", "digest", SHAPE)
    lonely = Gallery.open(tmp_path / "l.db", "digest", SHAPE, create=True)
    with pytest.raises(DataError, match="two or more must be enrolled"):
        lonely.identify(np.ones(SHAPE, np.float32))
    with pytest.raises(ConfigError, match="needs a name"):
        gallery.enrol(" ", embeddings(1, 1)[0], sources=["a"])
    with pytest.raises(ConfigError, match="between 0 and 1"):
        gallery.identify(embeddings(1, 1)[0, 0], fpir=1.0)
