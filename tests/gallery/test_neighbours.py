import numpy as np
import pytest

from meshgait.gallery import Gallery, vectors_of
from meshgait.gallery import file as module
from meshgait.gallery.neighbours import Clips, nearest_to
from meshgait.gallery.sureness import nearest
from tests.gallery.people import CHANNELS, PARTS, embeddings

ORDER = [(0, 2), (1, 1), (2, 3), (0, 1), (3, 2), (1, 2), (4, 1)]  # who is enrolled, how many clips


@pytest.fixture
def gallery(tmp_path, monkeypatch):
    """People who come in turns, in blocks of few."""
    monkeypatch.setattr(module, "_BLOCK", 3)
    monkeypatch.setattr(module, "_AGAIN", 2)
    made = Gallery.open(tmp_path / "g.db", "network", (PARTS, CHANNELS), create=True)
    for turn, (who, clips) in enumerate(ORDER):
        values = embeddings(5, clips, spread=1.0, seed=turn)[who]
        made.enrol(f"p{who}", values, sources=["a"] * clips)
    return made


def require_same(gallery):
    names, found = gallery.file.near()
    vectors = np.concatenate(list(gallery.file.blocks(PARTS * CHANNELS)))
    assert names == [row[0] for row in gallery.file.rows()]
    np.testing.assert_allclose(found, nearest(vectors, names), atol=1e-6)  # cosines of unit vectors


def test_what_is_kept_is_what_all_distances_say(gallery):
    require_same(gallery)


@pytest.mark.parametrize("gone", [("p0",), ("p2", "p4"), ("p0", "p1", "p2", "p3")])
def test_whoever_is_forgotten_is_nobody_s_nearest(gallery, gone):
    for name in gone:
        gallery.forget(name)
        require_same(gallery)
    gallery.enrol("p0", embeddings(1, 2, seed=9)[0], sources=["a", "b"])
    require_same(gallery)


def test_a_clip_is_not_near_to_itself():
    vectors = vectors_of(embeddings(1, 2)[0])
    clips = Clips(np.array([7, 9]), np.array(["ann", "bob"]), vectors)
    first, second = nearest_to(clips, [clips])
    assert (first.own, second.own) == (np.inf, np.inf)
    assert (first.rival, second.rival) == (9, 7)
    assert first.other == pytest.approx(1 - float(vectors[0] @ vectors[1]), abs=1e-6)
