import numpy as np
import pytest

from meshgait.data.store import write_store
from meshgait.errors import DataError, ShapeError
from meshgait.sequence import GaitSequence, Record


def sequence(**frames):
    return GaitSequence("0007", "camid1_videoid2", "seq0", frames)


def test_its_name_is_spelt_as_in_probe_lists():
    found = sequence(silhouette=np.zeros((3, 4, 4), np.uint8))
    assert found.name == "0007-camid1_videoid2-seq0"
    assert found.record == Record("0007", "camid1_videoid2", "seq0")
    assert len(found) == 3


def test_taking_frames_keeps_modalities_aligned():
    found = sequence(silhouette=np.arange(5), smpl=np.arange(5.0) * 10).take(np.array([4, 0, 0]))
    assert found.frames["silhouette"].tolist() == [4, 0, 0]
    assert found.frames["smpl"].tolist() == [40, 0, 0]


def test_modalities_are_chosen_by_name():
    both = sequence(silhouette=np.arange(5), smpl=np.arange(5.0))
    assert list(both.only(["smpl"]).frames) == ["smpl"]
    with pytest.raises(DataError, match="has no parsing, only silhouette, smpl"):
        both.only(["silhouette", "parsing"])


@pytest.mark.parametrize(
    ("frames", "error", "message"),
    [
        ({}, ShapeError, "no modality"),
        ({"silhouette": np.zeros((0, 4, 4))}, ShapeError, "no frames"),
        (
            {"silhouette": np.zeros((4, 2, 2)), "smpl": np.zeros((5, 85))},
            ShapeError,
            "differ in frames: silhouette 4, smpl 5",
        ),
        (
            {"silhouette": np.full((2, 3, 3), 255.0)},
            DataError,
            "are floats up to 255; needed are bytes 0 to 255, or floats 0 to 1",
        ),
        (
            {"smpl": np.where(np.arange(12).reshape(6, 2) > 7, np.nan, 0.0)},
            DataError,
            "NaN or infinity in 2 of 6 frames, first in frame 4",
        ),
    ],
)
def test_frames_that_cannot_be_are_refused(frames, error, message):
    with pytest.raises(error, match=message):
        sequence(**frames)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("stored", [False, True])
@pytest.mark.parametrize("indices", [[[0, 1]], [[0], [1]], 0, [0.0], [True], [9], [-6]])
def test_frames_are_chosen_by_one_row_of_numbers_that_are_there(stored, indices, tmp_path):
    clip = sequence(silhouette=np.zeros((5, 64, 44), np.uint8))
    if stored:
        clip = write_store(tmp_path, [lambda: [clip]], fingerprint="f")[0]
    with pytest.raises(ShapeError, match=r"sequence .*(are chosen by|asked for)"):
        clip.take(np.asarray(indices))


def test_frames_are_chosen_by_truth_values_as_by_their_numbers():
    clip = sequence(silhouette=np.arange(5))
    some = np.array([True, False, False, True, False])
    np.testing.assert_array_equal(clip.take(some).frames["silhouette"], [0, 3])
