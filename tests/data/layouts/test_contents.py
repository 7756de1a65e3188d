import numpy as np
import pytest
import torch

from meshgait.data.layouts.contents import read_as, stacked
from meshgait.errors import DataError
from meshgait.rotation import axis_angle_to_matrix
from tests.data.layouts import recent

ROWS = np.random.default_rng(0).normal(size=(3, 85)).astype(np.float32)


def test_frames_that_are_missing_are_left_out_and_their_places_known():
    content = np.empty(4, object)
    content[:] = [np.ones((2, 2)), None, np.zeros((0, 2)), np.full((2, 2), 3.0)]
    array, kept = stacked(content)
    assert kept == (0, 3)
    assert array[:, 0, 0].tolist() == [1, 3]
    assert stacked([np.ones((2, 2))] * 3)[1] is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (3, "holds a int, not an array of frames"), ("text", "holds a str"), ([3], "with a int"),
        ([], "has no frames"), ([None], "has no frames"), ([np.ones(2), np.ones(3)], "different"),
        (np.ones(3), "which is no clip"), (np.array(["a", "b"]), "which is no clip"),
        (np.zeros((0, 64, 64)), "has no frames"),
    ],
)  # fmt: skip
def test_what_is_no_clip_is_refused(content, reason):
    with pytest.raises(DataError, match=reason):
        stacked(content)


def test_a_frame_without_a_point_is_left_out():
    clouds = recent.clouds(1)
    clouds[2] = np.full((5, 3), np.nan)
    frames = read_as("points", clouds, 16)
    assert frames.kept == (0, 1, 3)
    assert frames.array.shape == (3, 16, 3)
    assert frames.array.dtype == np.float32
    for content in ([np.zeros((4, 2))], [np.zeros(3)], np.zeros((2, 3, 4, 5)), [b"x"], {}, None):
        with pytest.raises(DataError):
            read_as("points", content, 16)


def test_depth_images_are_bytes_with_channels_first():
    image = np.arange(2 * 3 * 4 * 4).reshape(2, 3, 4, 4).astype(np.uint8)
    for content in (image, image.transpose(0, 2, 3, 1), image.astype(np.float64)):
        np.testing.assert_array_equal(read_as("depth_image", content, 1).array, image)
    grey = read_as("depth_image", image[:, 0], 1).array
    np.testing.assert_array_equal(grey, np.repeat(image[:, :1], 3, axis=1))
    for content in (image[:, :2], image.astype(np.float64) * 9, image.astype(np.int64) - 9):
        with pytest.raises(DataError):
            read_as("depth_image", content, 1)


def test_bodies_are_read_from_rows_matrices_and_dictionaries():
    matrices = axis_angle_to_matrix(_tensor(ROWS[:, 3:75].reshape(3, 24, 3)))
    contents = {
        "rows": ROWS,
        "dictionary": {"cam": ROWS[:, :3], "poses": ROWS[:, 3:75], "betas": ROWS[:, 75:]},
        "matrices": {"cam": ROWS[:, :3], "pose": matrices.numpy(), "shape": ROWS[:, 75:]},
    }
    for content in contents.values():
        found = read_as("smpl", content, 1).array
        again = axis_angle_to_matrix(_tensor(found[:, 3:75].reshape(3, 24, 3)))
        np.testing.assert_allclose(again.numpy(), matrices.numpy(), atol=1e-5)
        np.testing.assert_array_equal(found[:, [0, 1, 2, *range(75, 85)]],
                                      ROWS[:, [0, 1, 2, *range(75, 85)]])  # fmt: skip
    one = read_as("smpl", {"pose": ROWS[:, 3:75], "betas": ROWS[0, 75:]}, 1).array
    assert one[:, :3].tolist() == [[1, 0, 0]] * 3
    np.testing.assert_array_equal(one[2, 75:], ROWS[0, 75:])


@pytest.mark.parametrize(
    "content",
    [{}, {"pose": 3}, {"betas": ROWS}, {"pose": ROWS[:, :9]}, {"pose": ROWS[:, 3:75], "cam": "x"},
     {"pose": ROWS[:, 3:75], "cam": ROWS[:2, :3]}, {"pose": ROWS[:, 3:75], "cam": ROWS[:, :2]},
     ROWS[:, :80], ROWS.astype(int)],
)  # fmt: skip
def test_what_describes_no_bodies_is_refused(content):
    with pytest.raises(DataError):
        read_as("smpl", content, 1)


def test_fronts_of_bodies_are_0_and_1():
    images = recent.squares(3)
    mask = images > 127
    for content in (images, mask, mask * 1.0, mask * np.uint8(255)):
        front = read_as("smpl_silhouette", content, 1).array
        assert front.dtype == np.uint8
        np.testing.assert_array_equal(front, mask[..., 10:54])


def _tensor(array):
    return torch.from_numpy(array)
