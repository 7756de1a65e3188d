"""A file removed, truncated, swapped or lengthened is reported by name; joins go by number."""

import os
import pickle
import shutil
import zlib
from pathlib import Path

import numpy as np
import pytest

from meshgait.data.layouts import LAYOUTS
from meshgait.data.layouts.join import join
from meshgait.data.layouts.source import Track
from meshgait.sequence.sequence import Record
from tests.data.layouts import miniature

CLIP = "0000/camid0_videoid2/seq0"
FRAME = f"{CLIP}/human_crop_f17281"


def read_first(root, official):
    survey = LAYOUTS["gait3d"].survey(root, official)
    clip, findings = survey.clips[0].read()
    return clip, (*survey.findings, *findings)


def test_frames_are_joined_by_number():
    record = Record("a", "b", "c")
    one = Track("one", Path("1"), np.arange(4), (3, 5, 7, 9), (3, 5, 7, 9))
    two = Track("two", Path("2"), np.arange(4) * 10, (5, 9, 11, 3), (5, 9, 11, 3))
    clip, findings = join(record, [one, two])
    assert clip.frames["one"].tolist() == [0, 1, 3]
    assert clip.frames["two"].tolist() == [30, 0, 10]
    assert [(f.path.name, f.frames) for f in findings] == [("1", 1), ("2", 1)]


def test_a_pickle_takes_the_numbers_of_as_many_files():
    raw = Track("raw", Path("raw"), np.arange(3), (1, 2, 4), (1, 2, 3, 4))  # frame 3 was dropped
    pickled = Track("pickled", Path("p"), np.array([10, 20, 30, 40]))
    clip, _ = join(Record("a", "b", "c"), [raw, pickled])
    assert clip.frames["pickled"].tolist() == [10, 20, 40]
    clip, findings = join(Record("a", "b", "c"), [raw, Track("pickled", Path("p"), np.arange(9))])
    assert clip is None
    assert findings[0].path == Path("p")
    assert "has no frame numbers (raw 3, pickled 9)" in findings[0].problem


def test_frames_with_nan_are_left_out():
    rows = np.where(np.arange(4)[:, None] == 2, np.nan, np.ones((4, 3)))
    clip, findings = join(
        Record("a", "b", "c"), [Track("one", Path("1"), np.arange(4)), Track("x", Path("x"), rows)]
    )
    assert clip.frames["one"].tolist() == [0, 1, 3]
    assert (findings[0].path, findings[0].frames) == (Path("x"), 1)


@pytest.mark.parametrize(
    "name",
    [f"2D_Silhouettes/{FRAME}.png", f"2D_Parsings/{FRAME}.png", f"2D_Poses/{FRAME}.txt",
     f"3D_SMPLs/{FRAME}.npz"],
)  # fmt: skip
@pytest.mark.parametrize("damage", ["removed", "truncated", "swapped"])
def test_a_damaged_frame_is_reported_by_name_and_costs_one_frame(tmp_path, name, damage):
    root, official = miniature.gait3d_raw(tmp_path)
    path = root / name
    content = path.read_bytes()
    if damage == "removed":
        path.unlink()
    elif damage == "truncated":
        path.write_bytes(content[: len(content) // 2])
    else:
        path.write_bytes(b"something else")
    clip, findings = read_first(root, official)
    assert len(clip) == 4
    assert path in {finding.path for finding in findings}


def test_a_lengthened_image_is_reported(tmp_path):
    root, official = miniature.gait3d_raw(tmp_path)
    path = root / f"2D_Silhouettes/{FRAME}.png"
    path.write_bytes(path.read_bytes() + b"more")
    clip, findings = read_first(root, official)
    assert len(clip) == 4
    assert "goes on after the end" in {f.path: f.problem for f in findings}[path]


@pytest.mark.parametrize("damage", ["removed", "truncated", "swapped", "lengthened", "grown"])
def test_a_damaged_pickle_is_reported_by_name(tmp_path, damage):
    root, official = miniature.gait3d_pickled(tmp_path / "Gait3D-merged-pkl")
    folder = root / CLIP
    path = folder / "smpls-seq0.pkl"
    content = path.read_bytes()
    if damage == "removed":
        path.unlink()
    elif damage == "truncated":
        path.write_bytes(content[:-20])
    elif damage == "swapped":
        shutil.copy(folder / "sils-seq0.pkl", path)
    elif damage == "lengthened":
        path.write_bytes(content + b"more")
    else:
        path.write_bytes(pickle.dumps(np.zeros((9, 85))))
    survey = LAYOUTS["gait3d"].survey(root, official)
    if damage == "removed":
        assert len(survey.clips) == 7
        assert survey.findings[0].path == folder
        assert "has no smpl" in survey.findings[0].problem
        return
    clip, findings = survey.clips[0].read()
    assert clip is None
    assert path in {finding.path for finding in findings}


class _Runs:
    def __init__(self, witness):
        self.witness = witness

    def __reduce__(self):
        return os.system, (f"touch {self.witness}",)


def test_code_in_a_pickle_or_in_romps_files_is_not_run(tmp_path):
    witness = tmp_path / "ran"
    root, official = miniature.gait3d_pickled(tmp_path / "Gait3D-merged-pkl")
    evil = root / CLIP / "sils-seq0.pkl"
    evil.write_bytes(pickle.dumps(_Runs(witness)))
    clip, findings = read_first(root, official)
    assert clip is None
    assert evil in {f.path for f in findings if "nothing in it was run" in f.problem}
    root, official = miniature.gait3d_raw(tmp_path / "raw")
    evil = root / f"3D_SMPLs/{FRAME}.npz"
    content = np.empty((), object)
    content[()] = [_Runs(witness)]
    np.savez(evil, results=content)
    clip, findings = read_first(root, official)
    assert len(clip) == 4
    assert evil in {f.path for f in findings if "nothing in it was run" in f.problem}
    assert not witness.exists()


@pytest.mark.parametrize("side", [9_000, 60_000])
def test_an_image_that_announces_too_much_is_not_unpacked(tmp_path, side):
    root, official = miniature.gait3d_raw(tmp_path)
    bomb = root / f"2D_Silhouettes/{FRAME}.png"
    content = bytearray(bomb.read_bytes())
    content[16:24] = side.to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    bomb.write_bytes(content)
    clip, findings = read_first(root, official)
    assert len(clip) == 4
    assert "pixels" in {f.path: f.problem for f in findings}[bomb]


def test_links_in_circles_and_to_nothing_are_reported(tmp_path):
    root, official = miniature.gait3d_raw(tmp_path)
    silhouettes = root / "2D_Silhouettes"
    (silhouettes / "0009").symlink_to(silhouettes, target_is_directory=True)
    (silhouettes / "0008").symlink_to(silhouettes / "0008")
    (silhouettes / "0007").symlink_to(tmp_path / "nowhere")
    survey = LAYOUTS["gait3d"].survey(root, official)
    assert len(survey.clips) == 8
    assert {f.path.name for f in survey.findings} == {"0007", "0008", "0009"}
