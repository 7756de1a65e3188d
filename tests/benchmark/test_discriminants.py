import numpy as np
import pytest
import torch
from scipy.linalg import eigh

from meshgait.benchmark.discriminants import (
    describe_betas,
    describe_joint_angles,
    describe_joints,
    describe_surface,
    learn_discriminants,
)
from meshgait.benchmark.walkers import Walkers
from meshgait.body import Body


@pytest.fixture(scope="module")
def smpl():
    generator = torch.Generator().manual_seed(0)
    return 0.3 * torch.randn(5, 85, generator=generator)


def test_moments_are_those_of_a_loop(smpl):
    angles = [[f(smpl[:, k].numpy()) for k in range(6, 75)] for f in (np.mean, np.std)]
    np.testing.assert_allclose(describe_joint_angles(smpl), np.concatenate(angles), atol=1e-6)
    betas = [np.mean(smpl[:, k].numpy()) for k in range(75, 85)]
    np.testing.assert_allclose(describe_betas(smpl), betas, atol=1e-6)


def test_joints_are_those_of_the_decoded_body_and_do_not_see_the_camera(smpl):
    upright = smpl.clone()
    upright[:, :6] = 0
    mesh = Body.embedded()(pose=upright[:, 3:75], betas=upright[:, 75:])
    joints = mesh.require_joints().flatten(1)
    expected = torch.cat([joints.mean(0), joints.std(0, correction=0)])
    for seen in (smpl, upright):
        torch.testing.assert_close(describe_joints(seen), expected, atol=1e-5, rtol=0)
        torch.testing.assert_close(describe_surface(seen), describe_surface(upright))


def test_discriminants_of_the_training_people_are_fishers(budget):
    walkers = Walkers(budget)
    embed = learn_discriminants(describe_betas, walkers.train)
    rows = np.stack([c.frames["smpl"][:, 75:].mean(0) for c in map(walkers.train.__getitem__, range(16))])
    label = np.repeat(np.arange(4), 4)
    centers = np.stack([rows[label == p].mean(0) for p in range(4)])
    apart = (centers - rows.mean(0)).T @ (centers - rows.mean(0)) * 4
    within = (rows - centers[label]).T @ (rows - centers[label]) / 12
    values = eigh(apart, within, eigvals_only=True)[::-1][:3]
    found = embed(walkers.train).values[:, 0].double().numpy()
    means = np.stack([found[label == p].mean(0) for p in range(4)])
    between = ((means - found.mean(0)) ** 2).sum(0) * 4
    # All components of 16 clips are kept but those of a hundredth of the variance.
    np.testing.assert_allclose(np.sort(between)[::-1], values, rtol=0.15)
