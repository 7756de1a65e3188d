import numpy as np
import pytest
import torch

from meshgait.benchmark.discriminants import (
    describe_betas,
    describe_joint_angles,
    describe_joints,
    describe_surface,
    learn_discriminants,
)
from meshgait.benchmark.walkers import Walkers
from meshgait.body import Body
from meshgait.evaluation.discriminant import linear_discriminants


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


def test_discriminants_are_learnt_from_the_training_people_alone(budget):
    walkers = Walkers(budget)

    def rows(data):
        clips = (data[i].frames["smpl"] for i in range(len(data)))
        return torch.stack([describe_betas(torch.tensor(smpl)) for smpl in clips])[:, None]

    subjects = [record.subject for record in walkers.train.records]
    projection = linear_discriminants(rows(walkers.train).double(), subjects)
    expected = projection(rows(walkers.test).double()).float()
    found = learn_discriminants(describe_betas, walkers.train)(walkers.test)
    torch.testing.assert_close(found.values, expected)
    assert found.records == walkers.test.records
