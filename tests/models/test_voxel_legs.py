import numpy as np
import pytest
import torch
from torch.testing import assert_close

from meshgait.body import Body
from meshgait.modalities import canonical_mesh, voxels
from meshgait.models import VoxelLegs
from meshgait.models.voxel_legs import gait_harmonics
from meshgait.walker import Identity, walk


def swinging(frames, period, start=0.0):
    """Hips against each other, knees with a second harmonic; 0.5 and 0.1 radians."""
    cycle = (torch.arange(frames) + start) / period * 2 * torch.pi
    hips = torch.stack([0.5 * cycle.cos(), -0.5 * cycle.cos()], dim=-1)
    knees = 0.6 + torch.stack([0.1 * (2 * cycle).sin()] * 2, dim=-1)
    return torch.cat([hips, knees], dim=-1)


def test_harmonics_are_the_amplitudes_of_the_sines_that_made_the_walk():
    found = gait_harmonics(swinging(120, 30.0), 2)
    assert_close(found.abs(), torch.tensor([[0.5, 0.5, 0, 0], [0, 0, 0.1, 0.1]]), rtol=0, atol=0.02)
    assert_close(found[0].real, torch.tensor([0.5, -0.5, 0, 0]), rtol=0, atol=0.02)


@pytest.mark.parametrize(("period", "start"), [(30.0, 11.0), (20.0, 0.0), (40.0, 7.5)])
def test_neither_speed_nor_start_changes_them(period, start):
    expected = gait_harmonics(swinging(120, 30.0), 2)
    assert_close(gait_harmonics(swinging(120, period, start), 2), expected, rtol=0, atol=0.02)


def test_the_lengths_are_those_of_a_walker_and_the_hips_swing_against_each_other():
    person = Identity.draw(np.random.default_rng(1))
    body, model = Body.embedded(), VoxelLegs()
    mesh = walk(body, person, frames=30).motion.decode(body)
    volume = voxels(canonical_mesh(mesh), model.grid)
    thigh, shank, *_ = found = model(volume[None]).flatten()
    stature = float((mesh.vertices[..., 1].amax(-1) - mesh.vertices[..., 1].amin(-1)).max())
    assert_close(thigh + shank, torch.tensor(0.486 * stature), rtol=0, atol=0.03)
    left, right = found[6:14].reshape(4, 2)[:2, 0]
    assert left > 0.15
    assert right < -0.15
