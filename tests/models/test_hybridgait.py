import pytest
import torch
from torch.testing import assert_close

from meshgait.body import Body
from meshgait.errors import ConfigError, DataError, ShapeError
from meshgait.modalities import front_silhouette
from meshgait.models import HybridGait, hybridgait
from tests.tolerance import rounding_of_network

SMALL = {"width": 1 / 16, "layers": 1, "window": 6}


def clip(time, people=1):
    silhouette = torch.randint(0, 256, (people, time, 64, 44), dtype=torch.uint8)
    return silhouette, 0.3 * torch.randn(people, time, 85).double()


def test_fronts_that_are_not_given_are_drawn():
    model = HybridGait(**SMALL).eval().double()
    silhouette, smpl = clip(3)
    front = front_silhouette(Body.embedded().double(), smpl)
    drawn = model(silhouette, smpl)
    assert_close(model(silhouette, smpl, front), drawn, **rounding_of_network(model, drawn))
    assert not torch.allclose(model(silhouette, smpl, torch.zeros_like(front)), drawn)


def test_gradients_reach_the_body_through_the_drawing():
    model = HybridGait(**SMALL).eval()
    silhouette, smpl = clip(3)
    smpl = smpl.float().requires_grad_()
    model(silhouette, smpl).square().sum().backward()
    assert smpl.grad[..., 75:].any()  # the shape is only in the drawing


def test_neither_camera_nor_the_poses_after_the_window_matter_to_the_motion():
    model = HybridGait(**SMALL).eval().double()
    silhouette, smpl = clip(8)
    front = torch.randint(0, 2, (1, 8, 64, 44), dtype=torch.uint8)
    other, turned = smpl.clone(), smpl.clone()
    other[..., :3] += 1
    other[..., 69:] += 1  # hands and shape
    other[:, 6:] += 1
    turned[:, 2, 3:6] += 1
    expected = model(silhouette, smpl, front)
    assert torch.equal(model(silhouette, other, front), expected)
    assert not torch.allclose(model(silhouette, turned, front), expected)


def test_short_walks_go_round_and_round():
    model = HybridGait(**SMALL).eval().double()
    silhouette, smpl = clip(3)
    front = torch.randint(0, 2, (1, 3, 64, 44), dtype=torch.uint8)
    twice = [torch.cat([x, x], dim=1) for x in (silhouette, smpl, front)]
    expected = model(silhouette, smpl, front)
    assert_close(model(*twice), expected, **rounding_of_network(model, expected))


def test_every_cell_takes_the_four_joints_that_are_nearest_to_it():
    shares = hybridgait.joint_shares()
    assert ((shares == 0) | (shares == 0.25)).all()
    assert ((shares > 0).sum(0) == 4).all()
    layout = torch.tensor(hybridgait.LAYOUT).double() * torch.tensor([16 / 14, 16 / 17]).double()
    cell = torch.cartesian_prod(torch.arange(16), torch.arange(16)).double()
    away = torch.cdist(cell, layout, compute_mode="donot_use_mm_for_euclid_dist").mT
    chosen, other = away.masked_fill(shares == 0, 0), away.masked_fill(shares > 0, torch.inf)
    assert (chosen.amax(0) <= other.amin(0) + 1e-9).all()


@pytest.mark.usefixtures("unchecked")
def test_what_does_not_fit_is_refused():
    silhouette, smpl = clip(2)
    with pytest.raises(ShapeError, match=r"smpl must be \(B, T, 85\)"):
        HybridGait(**SMALL)(silhouette, smpl[..., :82])
    with pytest.raises(DataError, match="reads smpl_silhouette, and there is none"):
        HybridGait(**SMALL, drawn=False)(silhouette, smpl)
    assert HybridGait(**SMALL, drawn=False).inputs == ("silhouette", "smpl", "smpl_silhouette")
    with pytest.raises(ConfigError, match="size must be 64 rows and at most as many columns"):
        HybridGait.Config(size=(128, 88))
    with pytest.raises(ConfigError, match="window must be 1 frame or more"):
        HybridGait.Config(window=0)
    with pytest.raises(ShapeError, match="got 32 x 22"):
        HybridGait(**SMALL)(silhouette, smpl, torch.zeros(1, 2, 32, 22))
