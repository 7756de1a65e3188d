import dataclasses

import pytest
import torch
from torch.testing import assert_close

from meshgait.errors import ConfigError, DataError, ShapeError
from meshgait.models import LidarGait, LidarGaitPP, lidargaitpp
from meshgait.nn import Frames
from tests.tolerance import rounding_of_network

SMALL = {"width": 1 / 16}


def cloud(*shape):
    """Points of a person in metres, z up."""
    return torch.rand(*shape, 3, dtype=torch.float64) * torch.tensor([0.6, 0.6, 1.8]).double()


@pytest.mark.parametrize("settings", [{}, {"height": False, "pooling": "uap"}])
def test_clouds_in_metres_are_normalised_as_those_that_are_given_so(settings):
    model = LidarGaitPP(**SMALL, **settings).eval().double()
    metres = cloud(1, 2, 200)
    ready = lidargaitpp.normalize_points(metres)
    assert torch.equal(model(metres), model(ready))
    if settings:
        assert torch.equal(model(ready[..., :3]), model(ready))
    else:
        with pytest.raises(DataError, match="have lost their heights"):
            model(ready[..., :3])


def test_where_the_scanner_stands_does_not_matter():
    model = LidarGaitPP(**SMALL).eval().double()
    metres = cloud(1, 3, 150)
    moved = metres + torch.tensor([5.0, -8.0, 1.25]).double()
    expected = model(metres)
    assert_close(model(moved), expected, **rounding_of_network(model, expected * 8))


def test_every_frame_is_cut_between_its_own_ends_unless_as_published():
    config = LidarGaitPP.Config(pooling="uap", centres=(64, 32, 16), **SMALL)
    model = LidarGaitPP(config).eval().double()
    clouds = lidargaitpp.normalize_points(cloud(1, 3, 80))
    squashed = clouds.clone()
    squashed[:, 0, :, 2] *= 0.5
    published = LidarGaitPP(dataclasses.replace(config, as_published=True)).eval().double()
    published.load_state_dict(model.state_dict())
    assert torch.equal(model(clouds[:, 1:]), model(squashed[:, 1:]))
    heights = [
        net._heights(squashed[0, :, :16], Frames.of(squashed, None)) for net in (model, published)
    ]
    assert_close(heights[0].amax(1), torch.ones(3).double(), rtol=0, atol=1e-5)
    assert heights[1][1:].max() > 1.5


def test_a_random_start_is_another_cloud_and_a_fixed_one_is_not():
    clouds = cloud(1, 2, 300)
    fixed, random = (
        LidarGaitPP(first=first, centres=(64, 32, 16), bins=(1, 2, 4), **SMALL).eval().double()
        for first in ("fixed", "random")
    )
    random.load_state_dict(fixed.state_dict())
    assert torch.equal(fixed(clouds), fixed(clouds))
    assert not torch.equal(random(clouds), random(clouds))


def test_bins_are_the_maximum_and_the_mean_of_their_points():
    features, height = torch.rand(3, 50, 4).double(), torch.rand(3, 50).double() * 1.2 - 0.1
    height[0, :4] = torch.tensor([0.25, 0.5, 0.75, 1.0])
    pooled = lidargaitpp.pool_bins(features, height, (1, 4))
    for frame in range(3):
        for part in range(5):
            if part == 0:
                kept = torch.ones(50).bool()
            else:
                low, high = (part - 1) / 4, part / 4
                kept = (height[frame] > low) | (part == 1)
                kept &= (height[frame] <= high) | (part == 4)
            points = features[frame, kept]
            assert_close(pooled[frame, part], points.amax(0) + points.mean(0))


@pytest.mark.usefixtures("unchecked")
def test_clouds_of_other_shapes_and_wrong_settings_are_refused():
    with pytest.raises(ShapeError, match=r"points must be \(B, T, N, 3\) floats in metres"):
        LidarGaitPP(**SMALL)(torch.zeros(1, 2, 9, 5))
    with pytest.raises(ConfigError, match="pooling must be one of hap, uap, udp, vlad, got 'mean'"):
        LidarGaitPP(pooling="mean")
    with pytest.raises(ConfigError, match="pooling 'hap' is by height"):
        LidarGaitPP(height=False)
    with pytest.raises(ConfigError, match="cuts 128 points into equal bins"):
        LidarGaitPP(pooling="udp", bins=(3,))
    with pytest.raises(ShapeError, match=r"depth_image must be \(B, T, 3, H, W\)"):
        LidarGait(**SMALL)(torch.zeros(1, 2, 64, 64))


def test_netvlad_has_a_part_for_each_centre_and_needs_no_heights():
    model = LidarGaitPP(**SMALL, pooling="vlad", clusters=6, height=False).eval().double()
    assert model.embedding_shape == (6, 16)
    metres = cloud(2, 3, 200)
    found = model(metres)
    assert found.shape == (2, 6, 16)
    assert_close(model(metres[:, [2, 0, 1]]), found, **rounding_of_network(model, found))
    assert not hasattr(LidarGaitPP(**SMALL).vlad, "centres")
