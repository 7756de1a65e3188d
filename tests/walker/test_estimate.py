import numpy as np
import pytest
import torch

from meshgait import Camera
from meshgait.body import Body
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
    return estimate_smpl(steps.motion, joints, CAMERA, noise, np.random.default_rng(seed))


def decode(body, smpl):
    smpl = torch.from_numpy(smpl)
    return body(pose=smpl[:, 3:75], betas=smpl[:, 75:])


def test_without_noise_the_body_is_seen_as_it_is(body, steps):
    smpl = estimate(body, steps, EstimatorNoise(0, 0, 0, 0, 0, 0))
    true = CAMERA.to_camera(steps.motion.decode(body).joints)
    found = decode(body, smpl).joints
    np.testing.assert_allclose(found - found[:, :1], true - true[:, :1], atol=1e-4)
    np.testing.assert_allclose(smpl[:, 75:], np.tile(steps.motion.betas, (40, 1)), atol=1e-6)


def test_the_weak_camera_puts_the_joints_where_they_are_in_the_picture(body, steps):
    smpl = estimate(body, steps, EstimatorNoise(0, 0, 0, 0, 0, 0))
    joints = decode(body, smpl).joints
    joints = (joints - joints[:, :1]).numpy()
    weak = smpl[:, None, :1] * joints[..., :2] + smpl[:, None, 1:3]
    pixels = CAMERA.project(steps.motion.decode(body).joints).numpy()
    low, high = pixels.min(1), pixels.max(1)
    half_side = 0.6 * (high - low)[:, 1]
    true = (pixels - (low + high)[:, None] / 2) / half_side[:, None, None]
    assert np.abs(weak - true).max() < 0.12  # what weak perspective costs at six metres
    assert np.abs(true[..., 1]).max() < 0.84


def test_joints_are_off_by_the_error_that_is_said(body):
    errors = []
    for seed in range(40):
        person = Identity.draw(np.random.default_rng(seed))
        steps = walk(body, person, frames=8)
        joints = decode(body, estimate(body, steps, EstimatorNoise(), seed)).joints
        clean = decode(body, estimate(body, steps, EstimatorNoise(0, 0, 0, 0, 0, 0))).joints
        offset = (joints - joints[:, :1]) - (clean - clean[:, :1])
        errors.append(float(offset.norm(dim=-1).mean()))
    assert 0.1 < np.mean(errors) < 0.13


def test_errors_have_the_sizes_asked_for_and_wander_slowly(body, steps):
    noise = EstimatorNoise(0, 0, 0.7, 0.15, 0, 0)
    joints = steps.motion.decode(body).joints
    seeds = [np.random.default_rng(seed) for seed in range(300)]
    clips = np.stack(
        [estimate_smpl(steps.motion, joints, CAMERA, noise, seed)[:, 75:] for seed in seeds]
    )
    error = clips - steps.motion.betas
    lasting, wandering = error.mean(1), error - error.mean(1, keepdims=True)
    assert abs(lasting.std() - 0.7) < 0.04
    assert 0.1 < wandering.std() < 0.16
    likeness = np.corrcoef(wandering[:, 1:].ravel(), wandering[:, :-1].ravel())[0, 1]
    assert 0.6 < likeness < 0.85


def test_the_same_seed_is_the_same_error(body, steps):
    first, again, other = (estimate(body, steps, EstimatorNoise(), seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)
