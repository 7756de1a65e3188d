import numpy as np
import pytest

from meshgait.data import Protocol, write_protocols
from meshgait.data.recorded import PROTOCOLS_FILE, Recorded
from meshgait.data.store import write_store
from meshgait.errors import DataError
from meshgait.sequence import GaitSequence, save_clip


def walk(subject, condition="nm", seed=0):
    image = np.random.default_rng(seed).integers(0, 256, (12, 64, 44), dtype=np.uint8)
    return GaitSequence(subject, condition, "090", {"silhouette": image})


CLIPS = [walk("a"), walk("a", "bg", 1), walk("b", seed=2)]


def same(found, expected):
    assert [clip.record for clip in expected] == found.records
    for index, clip in enumerate(expected):
        np.testing.assert_array_equal(found[index].frames["silhouette"], clip.frames["silhouette"])


def test_a_store_of_each_split_one_store_and_clips_are_the_same_data(tmp_path):
    write_store(tmp_path / "all" / "train", [lambda: CLIPS], fingerprint="f")
    for clip in CLIPS:
        save_clip(tmp_path / "clips" / f"{clip.name}.npz", clip)
    expected = sorted(CLIPS, key=lambda clip: clip.name)
    same(Recorded(tmp_path / "all", "train"), CLIPS)
    same(Recorded(tmp_path / "all" / "train", "test"), CLIPS)
    same(Recorded(tmp_path / "clips", "test"), expected)
    assert Recorded(tmp_path / "all", "train").identities == 2
    assert Recorded(tmp_path / "all", "train").fingerprint == "f"


def test_protocols_lie_beside_the_sequences(tmp_path):
    write_store(tmp_path / "test", [lambda: CLIPS], fingerprint="f")
    with pytest.raises(DataError, match=r"no protocols\.json"):
        _ = Recorded(tmp_path, "test").protocol
    protocol = Protocol("mine", probes=frozenset({"a-bg-090"}))
    write_protocols(tmp_path / "test" / PROTOCOLS_FILE, [protocol])
    assert Recorded(tmp_path, "test").protocol == protocol


def test_what_holds_nothing_is_refused(tmp_path):
    with pytest.raises(DataError, match="is no folder"):
        Recorded(tmp_path / "none", "train")
    with pytest.raises(DataError, match="holds neither a store"):
        Recorded(tmp_path, "train")


def test_splits_that_share_people_are_refused(tmp_path):
    write_store(tmp_path / "train", [lambda: CLIPS], fingerprint="f")
    write_store(tmp_path / "test", [lambda: [walk("c"), walk("b", seed=2)]], fingerprint="g")
    for folder, split in ((tmp_path, "train"), (tmp_path, "test"), (tmp_path / "test", "test")):
        with pytest.raises(DataError, match="share 1 of 2 people, such as b"):
            Recorded(folder, split)
    write_store(tmp_path / "test", [lambda: [walk("c")]], fingerprint="h")
    assert Recorded(tmp_path, "train").identities == 2
    (tmp_path / "test").rename(tmp_path / "elsewhere")
    assert len(Recorded(tmp_path / "elsewhere", "test")) == 1
    for split in ("train", "test"):
        save_clip(tmp_path / "clips" / split / "a.npz", walk("a"))
    with pytest.raises(DataError, match="share 1 of 1 people, such as a"):
        Recorded(tmp_path / "clips", "test")
