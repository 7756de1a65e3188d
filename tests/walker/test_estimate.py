from dataclasses import replace

import numpy as np
import pytest
import torch

from meshgait import Camera
from meshgait.body import JOINT_INDEX, Body
from meshgait.errors import ConfigError
from meshgait.walker import EstimatorNoise, Identity, Route, estimate_smpl, walk

CAMERA = Camera.orbit(50, 15, 6.0, (128, 112), target=(0.0, 0.9, 0.0), fov_deg=30)


@pytest.fixture(scope="module")
def body():
    return Body.embedded()


@pytest.fixture(scope="module")
def steps(body):
    return walk(body, Identity.draw(np.random.default_rng(3)), Route(heading=1.0), frames=40)


def estimate(body, steps, noise, seed=0):
    joints = steps.motion.decode(body).joints
    return estimate_smpl(body, steps.motion, joints, CAMERA, noise, np.random.default_rng(seed))


def decode(body, smpl):
    smpl = torch.from_numpy(smpl)
    return body(pose=smpl[:, 3:75], betas=smpl[:, 75:])


def test_without_noise_the_body_is_seen_as_it_is(body, steps):
    smpl = estimate(body, steps, EstimatorNoise(0, 0, 0))
    true = CAMERA.to_camera(steps.motion.decode(body).joints)
    found = decode(body, smpl).joints
    np.testing.assert_allclose(found - found[:, :1], true - true[:, :1], atol=1e-4)
    np.testing.assert_allclose(smpl[:, 75:], np.tile(steps.motion.betas, (40, 1)), atol=1e-6)


def test_the_weak_camera_puts_the_joints_where_they_are_in_the_picture(body, steps):
    smpl = estimate(body, steps, EstimatorNoise(0, 0, 0))
    joints = decode(body, smpl).joints
    joints = (joints - joints[:, :1]).numpy()
    weak = smpl[:, None, :1] * joints[..., :2] + smpl[:, None, 1:3]
    pixels = CAMERA.project(steps.motion.decode(body).joints).numpy()
    low, high = pixels.min(1), pixels.max(1)
    half_side = 0.6 * (high - low)[:, 1]
    true = (pixels - (low + high)[:, None] / 2) / half_side[:, None, None]
    assert np.abs(weak - true).max() < 0.12  # what weak perspective costs at six metres
    assert np.abs(true[..., 1]).max() < 0.84


def test_errors_are_those_of_fits_to_pictures_mostly_in_depth(body):
    errors, aligned = [], []
    for seed in range(20):
        person = Identity.draw(np.random.default_rng(seed))
        steps = walk(body, person, Route(heading=seed), frames=8)
        joints = decode(body, estimate(body, steps, EstimatorNoise(), seed)).joints
        clean = decode(body, estimate(body, steps, EstimatorNoise(0, 0, 0))).joints
        found, true = ((x - x[:, :1]).numpy() for x in (joints, clean))
        errors.append(np.abs(found - true).mean((0, 1)))
        aligned.append(np.mean([best_similarity(f, t) for f, t in zip(found, true, strict=True)]))
    across, _, depth = np.mean(errors, axis=0)
    assert depth > 2 * across
    assert 0.040 < np.mean(aligned) < 0.060


def best_similarity(found, true):
    """Mean distance that is left after the best rotation, scale and shift, metres."""
    a, b = found - found.mean(0), true - true.mean(0)
    u, sizes, vt = np.linalg.svd(a.T @ b)
    flip = np.array([1, 1, np.sign(np.linalg.det(u @ vt))])
    turned = a @ (u * flip @ vt) * (sizes * flip).sum() / (a**2).sum()
    return np.linalg.norm(turned - b, axis=1).mean()


def test_a_part_of_the_errors_lasts_and_the_rest_is_forgotten_over_frames(body, steps):
    clips = np.stack(
        [estimate(body, steps, EstimatorNoise(1, 0, 0), seed)[:, 6:75] for seed in range(100)]
    )
    error = clips - clips.mean(0)  # the habit is the same every time
    near, far = (
        np.corrcoef(error[:, lag:].ravel(), error[:, :-lag].ravel())[0, 1] for lag in (1, 24)
    )
    # Of what is forgotten exp(-1/8) is left after a frame, and a twentieth after 24.
    assert 0.3 < far < 0.9
    assert np.isclose(near, far + (1 - far) * np.exp(-1 / 8), atol=0.06)


def test_limbs_lie_where_they_are_seen_however_the_pelvis_is_turned(body, steps, monkeypatch):
    for name in ("_BONE", "_HABIT"):
        monkeypatch.setattr(f"meshgait.walker.estimate.{name}", np.zeros(3))
    for name in ("_TWIST_DEG", "_END_DEG"):
        monkeypatch.setattr(f"meshgait.walker.estimate.{name}", (0.0, 0.0))
    found = estimate(body, steps, EstimatorNoise(1, 0, 0))
    true = estimate(body, steps, EstimatorNoise(0, 0, 0))
    assert np.abs(found[:, 3:6] - true[:, 3:6]).max() > 0.05
    ours, theirs = (decode(body, smpl).joints.numpy() for smpl in (found, true))
    for side in ("left", "right"):
        for above, below in (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow")):
            ends = [JOINT_INDEX[f"{side}_{name}"] for name in (above, below)]
            bones = [joints[:, ends[1]] - joints[:, ends[0]] for joints in (ours, theirs)]
            np.testing.assert_allclose(*bones, atol=1e-5)


def test_half_of_the_shape_is_seen_and_the_rest_is_habit_and_chance(body, steps):
    motion, noise = steps.motion, EstimatorNoise(0, 1, 0)
    joints = motion.decode(body).joints

    def shapes(betas):
        other = replace(motion, betas=np.full(10, betas, np.float32))
        return np.stack(
            [
                estimate_smpl(body, other, joints, CAMERA, noise, np.random.default_rng(s))[:, 75:]
                for s in range(200)
            ]
        )

    tall, short = shapes(1.0), shapes(-1.0)
    np.testing.assert_allclose(tall - short, 1.0, atol=1e-5)  # half of the two they are apart
    error = tall - tall.mean(0)  # the habit is the same every time
    assert np.allclose(error.mean(1).std(0), 0.5, atol=0.1)
    assert 0.1 < (error - error.mean(1, keepdims=True)).std() < 0.16


def test_no_error_is_smaller_than_none():
    with pytest.raises(ConfigError, match="cannot be smaller than none"):
        EstimatorNoise(pose=-1)


def test_the_same_seed_is_the_same_error(body, steps):
    first, again, other = (estimate(body, steps, EstimatorNoise(), seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)
