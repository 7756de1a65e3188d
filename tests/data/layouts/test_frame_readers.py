"""Whatever a file holds, a reader gives a frame or our error (make fuzz runs this at length)."""

import contextlib
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshgait.data.layouts.frame_readers import (
    MOST_TEXT,
    AlignedFile,
    ParsingFile,
    PoseJson,
    PoseText,
    RompFile,
    SilhouetteFile,
    cut_margins,
)
from meshgait.data.layouts.partition import read_partition
from meshgait.data.layouts.pickled import Pickled
from meshgait.errors import DataError
from meshgait.modalities import normalize_silhouette
from tests.data.layouts import miniature

READERS = {
    "silhouette": SilhouetteFile(), "aligned": AlignedFile(), "parsing": ParsingFile(),
    "text": PoseText(), "json": PoseJson(), "romp": RompFile(), "list": read_partition,
}  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    for name in ("silhouette", "parsing", "aligned"):
        image = miniature.shape(0) // (255 if name == "parsing" else 1)
        size = (64, 64) if name == "aligned" else (100, 70)
        image = miniature.shape(0, size=size) if name == "aligned" else image
        miniature.write_png(folder / f"{name}.png", image)
    miniature.write_pose(folder / "text.txt", 0)
    miniature.ou_mvlp_pose(folder, ["json"])
    miniature.write_romp(folder / "romp.npz", miniature.smpl_frame(0))
    miniature.gait3d_list(folder)
    names = {
        **{name: f"{name}.png" for name in ("silhouette", "parsing", "aligned")},
        "text": "text.txt", "json": "json/0001_keypoints.json", "romp": "romp.npz",
        "list": "Gait3D.json",
    }  # fmt: skip
    whole = {name: (folder / path).read_bytes() for name, path in names.items()}
    whole["pickle"] = pickle.dumps(np.zeros((3, 64, 64), np.uint8))
    return folder, whole


@pytest.mark.parametrize("name", [*READERS, "pickle"])
@settings(max_examples=60)
@given(data=st.data())
def test_damaged_files_end_in_our_error_and_nothing_else(files, name, data):
    damage_and_read(files, name, data)


@pytest.mark.fuzz
@pytest.mark.parametrize("name", [*READERS, "pickle"])
@given(data=st.data())
def test_damaged_files_at_length(files, name, data):
    damage_and_read(files, name, data)


def damage_and_read(files, name, data):
    folder, whole = files
    content = bytearray(whole[name])
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content))) :]
    for _ in range(data.draw(st.integers(0, 4))):
        if content:
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = folder / "damaged"
    path.write_bytes(content)
    if name == "pickle":
        track, findings = Pickled(path).read()
        assert track is not None or findings
        return
    with contextlib.suppress(DataError):
        READERS[name](path)


@pytest.mark.parametrize("side", [64, 128])
def test_silhouettes_are_those_of_the_recipe(tmp_path, side):
    path, image = tmp_path / "1.png", miniature.shape(0)
    miniature.write_png(path, image)
    expected = normalize_silhouette(image, (side, side * 11 // 16))
    np.testing.assert_array_equal(SilhouetteFile(side)(path)[0], expected)


@pytest.mark.parametrize("size", [(64, 63), (64, 24), (48, 48), (0, 0), (4096, 4096)])
def test_frames_of_another_size_are_refused(size):
    with pytest.raises(DataError, match="no normalised silhouette"):
        cut_margins(np.zeros((1, *size), np.uint8))


def test_margins_are_cut_once():
    square = np.arange(64 * 64, dtype=np.int64).astype(np.uint8).reshape(1, 64, 64)
    np.testing.assert_array_equal(cut_margins(square), square[..., 10:54])
    np.testing.assert_array_equal(cut_margins(cut_margins(square)), square[..., 10:54])


def test_a_file_of_one_frame_may_have_a_megabyte_and_no_more(files):
    path = files[0] / "long.txt"
    whole = files[1]["text"]
    path.write_bytes(whole + b"\n" * (MOST_TEXT - len(whole)))
    np.testing.assert_array_equal(PoseText()(path)[0], PoseText()(files[0] / "text.txt")[0])
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(DataError, match="absurd for one frame"):
        PoseText()(path)
