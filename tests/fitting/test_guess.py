import itertools

import numpy as np
import pytest
import torch

from meshgait.fitting.descent import turn_about_y
from meshgait.fitting.guess import _changes, _cheapest_path, guess_pose
from meshgait.rotation import axis_angle_to_matrix
from tests.fitting.scene import body, filmed

# People carry themselves that far from the average, in metres and radians.
LIKE_THE_AVERAGE, TWO_HEADINGS = 0.2, 2.2 * np.pi / 8


def guessed_and_true(azimuth, *, told):
    """Facing directions (T, 3), guessed and true, and how far the joints are off, metres."""
    motion, mesh, camera, seen = filmed(frames=10, azimuth=azimuth, seed=4)
    world = turn_about_y(torch.tensor(azimuth / 100))  # the same pictures in a turned world
    transl = torch.from_numpy(motion.transl) @ world.mT
    going = (transl[-1] - transl[0])[None] if told else None
    pose = guess_pose(body(), seen[None].float(), camera.rotation @ world.mT, going)[0]
    true = world @ axis_angle_to_matrix(torch.from_numpy(motion.pose[:, :3]))
    joints = body()(pose=pose, betas=torch.zeros(10)).require_joints()
    off = (joints - joints[:, :1]) @ world - (mesh.joints - mesh.joints[:, :1])
    return axis_angle_to_matrix(pose[:, :3])[:, :, 2], true[:, :, 2], off.norm(dim=-1).mean()


@pytest.mark.parametrize("azimuth", [20.0, 50.0, 140.0, 170.0, 260.0, 320.0])
def test_a_walker_who_goes_somewhere_is_recognised_from_any_side(azimuth):
    facing, true, off = guessed_and_true(azimuth, told=True)
    assert (facing * true).sum(-1).min() > np.cos(TWO_HEADINGS)
    assert off < LIKE_THE_AVERAGE


def test_silhouettes_alone_are_enough_where_the_mirror_image_looks_different():
    facing, true, off = guessed_and_true(260.0, told=False)
    assert (facing * true).sum(-1).min() > np.cos(TWO_HEADINGS)
    assert off < LIKE_THE_AVERAGE


def test_the_path_is_the_cheapest_of_all():
    generator = np.random.default_rng(0)
    chosen = generator.choice(len(_changes()), 5, replace=False)
    cost = np.full((4, len(_changes())), 1e3)
    cost[:, chosen] = generator.random((4, 5)) * 0.3

    def total(path):
        changes = sum(_changes()[a, b] for a, b in itertools.pairwise(path))
        return sum(row[state] for row, state in zip(cost, path, strict=True)) + changes

    best = min(itertools.product(chosen, repeat=4), key=total)
    assert tuple(_cheapest_path(cost)) == best
