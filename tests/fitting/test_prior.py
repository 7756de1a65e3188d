import numpy as np
import torch
from torch.testing import assert_close

from meshgait.body import JOINT_INDEX
from meshgait.body._embedded import OTHER_SIDE
from meshgait.fitting.prior import walker_motion, walker_prior
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


def test_motions_of_unknown_walkers_do_not_surprise_and_frozen_or_reversed_ones_do():
    prior = walker_motion(25.0, 100)
    assert len(prior.mean) == 17 * 69  # two thirds of a second
    for seed in range(4):
        pose = someone(seed)
        usual = prior.surprise(pose)
        assert usual < 1
        assert prior.surprise(pose[:1].expand(30, 69)) > 1.5 * usual
        assert prior.surprise(pose.flip(0)) > 1.5 * usual
        assert prior.surprise(torch.stack([pose, pose.flip(0)])).shape == (2,)


def test_surprise_is_the_mean_over_windows_of_mahalanobis_distances():
    prior = walker_motion(25.0, 3)
    size = len(prior.mean)
    beside = np.deg2rad(4.0) ** 2
    covariance = prior.ways.T.double() @ torch.diag(prior.variance.double()) @ prior.ways.double()
    precise = torch.linalg.inv(covariance + beside * torch.eye(size))
    pose = someone(5)[:4].double()
    off = torch.stack([pose[k : k + 3].flatten() for k in range(2)]) - prior.mean.double()
    expected = torch.einsum("ni,ij,nj->n", off, precise, off).mean() / size
    assert_close(prior.surprise(pose.float()).double(), expected, rtol=1e-3, atol=0)
