import numpy as np
import torch
from torch.testing import assert_close

from meshgait.body import JOINT_INDEX
from meshgait.body._embedded import OTHER_SIDE
from meshgait.fitting.prior import walker_prior
from meshgait.walker import Identity, Route, walk
from tests.fitting.scene import body


def someone(seed):
    generator = np.random.default_rng((seed, 77))
    route = Route.draw_irregular(generator)
    motion = walk(body(), Identity.draw(generator), route, frames=30).motion
    return torch.from_numpy(motion.pose[:, 3:])


def test_unknown_walkers_do_not_surprise_and_other_poses_do():
    prior = walker_prior()
    for seed in range(4):
        pose = someone(seed)
        assert prior.surprise(pose).max() < 1
        noisy = pose + torch.deg2rad(14 * torch.randn_like(pose))
        assert prior.surprise(noisy).mean() > 4 * prior.surprise(pose).mean()
        assert (prior.overstretch(pose) == 0).all()


def test_a_knee_that_bends_backwards_is_overstretched_and_one_that_bends_is_not():
    pose = torch.zeros(3, 24, 3)
    pose[:, JOINT_INDEX["left_knee"], 0] = torch.deg2rad(torch.tensor([-33.0, 0.0, 120.0]))
    strain = walker_prior().overstretch(pose[:, 1:].flatten(1))
    assert_close(strain, torch.tensor([np.deg2rad(30.0) ** 2, 0.0, 0.0]).float())


def test_limits_are_the_same_on_both_sides():
    pose = torch.randn(50, 24, 3)
    image = pose[:, OTHER_SIDE] * torch.tensor([1.0, -1.0, -1.0])  # mirrored left to right
    prior = walker_prior()
    strain = prior.overstretch(pose[:, 1:].flatten(1))
    assert (strain > 0).all()
    assert_close(prior.overstretch(image[:, 1:].flatten(1)), strain)
