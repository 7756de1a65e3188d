import numpy as np
import torch

from meshgait import Camera, WeakPerspective
from meshgait.sequence.smpl import smpl_of
from tests.io.samples import body, motion

CAMERA = Camera.orbit(50, 15, 300.0, (128, 112), target=(0.0, 0.9, 0.0), fov_deg=0.6)


def decoded(smpl):
    found = torch.from_numpy(smpl.astype(np.float32))
    joints = body()(pose=found[:, 3:75], betas=found[:, 75:]).joints
    return joints - joints[:, :1]


def test_the_body_is_seen_from_the_camera():
    joints = motion().decode(body()).joints
    true = CAMERA.to_camera(joints)
    found = decoded(smpl_of(motion(), joints, CAMERA))
    torch.testing.assert_close(found, true - true[:, :1], atol=2e-4, rtol=0)  # 300 m: 2e-5 each


def test_a_camera_far_away_and_its_weak_twin_see_the_same():
    joints = motion().decode(body()).joints
    weak = WeakPerspective.from_pinhole(CAMERA, joints[:, 0])
    near, far = smpl_of(motion(), joints, weak), smpl_of(motion(), joints, CAMERA)
    np.testing.assert_allclose(near[:, 3:], far[:, 3:], atol=1e-12)
    np.testing.assert_allclose(near[:, :3], far[:, :3], atol=0.005)  # a body 1 m deep at 300 m


def test_the_person_fills_the_picture_whatever_the_camera_and_its_pixels():
    joints = motion().decode(body()).joints
    weak = WeakPerspective.from_pinhole(CAMERA, joints[:, 0])
    expected = smpl_of(motion(), joints, weak)
    oblong = smpl_of(motion(), joints, weak.resize((40, 900)))
    np.testing.assert_allclose(oblong, expected, atol=1e-4)
    places = expected[:, None, :1] * decoded(expected).numpy() + np.pad(
        expected[:, None, 1:3], ((0, 0), (0, 0), (0, 1))
    )
    span = np.ptp(places[..., 1], axis=1)
    np.testing.assert_allclose(span, 2 / 1.2, atol=1e-5)
