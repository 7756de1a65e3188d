import numpy as np
import pytest
import torch
from matplotlib import colormaps

from meshgait.errors import ConfigError, DataError
from meshgait.modalities import depth_image, metric_depth_image
from meshgait.modalities.lidar_depth import METRIC_DEPTH, METRIC_HEIGHT, ROW_DEG, jet


def board(distance, height=1.7, width=0.5, tilt=0.0):
    """Points on an upright board before the scanner, `tilt` metres nearer at its right edge."""
    up, right = np.meshgrid(np.linspace(0, height, 200), np.linspace(-width / 2, width / 2, 60))
    depth = distance - tilt * (right / width)
    points = np.stack([-depth, right, up - 1.0], axis=-1).reshape(1, -1, 3)
    return torch.from_numpy(points)


def test_colors_are_those_of_matplotlib():
    value = np.linspace(0, 1, 1000)
    np.testing.assert_allclose(jet(value), 255 * colormaps["jet"](value)[:, :3], atol=0.5001)


def test_a_person_fills_the_rows_and_stands_in_the_middle():
    image = depth_image(board(6.0)).numpy()[0]
    lit = image.any(0)
    assert image.shape == (3, 64, 64)
    rows, columns = lit.any(1).nonzero()[0], lit.any(0).nonzero()[0]
    assert rows[0] == 0
    assert rows[-1] == 63
    assert abs(columns.mean() - 31.5) < 1.5
    assert abs(len(columns) / 64 - 0.5 / 1.7) < 0.05


def test_near_is_red_and_far_is_blue_whatever_the_distance():
    near, far = (depth_image(board(d, tilt=0.4)).numpy()[0] for d in (5.0, 7.0))
    for image in (near, far):
        columns = image.any((0, 1)).nonzero()[0]
        left, right = image[:, 32, columns[1]], image[:, 32, columns[-2]]
        assert left[2] > left[0]
        assert right[0] > right[2]


def test_a_metre_is_as_many_pixels_at_every_distance():
    for distance in (4.0, 9.0):
        lit = metric_depth_image(board(distance)).numpy()[0].any(0)
        rows, columns = lit.any(1).sum(), lit.any(0).sum()
        pixel = METRIC_HEIGHT / 64
        assert abs(rows * pixel - 1.7) <= 3 * pixel
        assert abs(columns * pixel - 0.5) <= 3 * pixel


def test_a_colour_is_as_many_metres_at_every_distance():
    ends = []
    for distance in (4.0, 9.0):
        image = metric_depth_image(board(distance, tilt=0.4)).numpy()[0]
        columns = image.any((0, 1)).nonzero()[0]
        ends.append((image[:, 32, columns[2]], image[:, 32, columns[-3]]))
    np.testing.assert_allclose(ends[0], np.array(ends[1]).astype(int), atol=40)


def test_of_points_that_cover_a_pixel_the_nearest_is_seen():
    """Every point by itself: a square as large as the scanner's step, in the order of distance."""
    generator = np.random.default_rng(0)
    points = generator.uniform([-6.5, -0.5, -1.0], [-5.5, 0.5, 0.9], (300, 3))
    side, distance = 256, np.median(np.hypot(points[:, 0], points[:, 1]))
    pixel = METRIC_HEIGHT / side
    reach = round((np.deg2rad(ROW_DEG) * distance / pixel - 1) / 2)
    assert reach > 0
    azimuth = np.arctan2(points[:, 1], -points[:, 0])
    flat, turn = np.hypot(points[:, 0], points[:, 1]), azimuth - np.median(azimuth)
    across, ahead, up = flat * np.sin(turn), flat * np.cos(turn), points[:, 2]
    rows = np.floor(((up.min() + up.max()) / 2 - up + METRIC_HEIGHT / 2) / pixel).astype(int)
    columns = np.floor((across - np.median(across)) / pixel + side / 2).astype(int)
    expected, nearest = np.zeros((side, side, 3)), np.full((side, side), np.inf)
    color = jet(0.5 - (ahead - distance) / METRIC_DEPTH)
    for index in range(len(points)):
        for y in range(rows[index] - reach, rows[index] + reach + 1):
            for x in range(columns[index] - reach, columns[index] + reach + 1):
                if 0 <= y < side and 0 <= x < side and ahead[index] < nearest[y, x]:
                    nearest[y, x], expected[y, x] = ahead[index], color[index]
    image = metric_depth_image(torch.from_numpy(points)[None], side=side).numpy()[0]
    np.testing.assert_array_equal(image.transpose(1, 2, 0), expected)


def test_what_was_not_hit_is_not_drawn():
    points = board(6.0)
    hit = points[..., 2] < 0
    for draw in (depth_image, metric_depth_image):
        assert torch.equal(draw(points, hit), draw(points[hit][None]))
        with pytest.raises(DataError, match="frame 0 of the scan has no point to draw"):
            draw(points, torch.zeros_like(hit))
    with pytest.raises(ConfigError, match="side must be 1 pixel"):
        metric_depth_image(points, side=0)
