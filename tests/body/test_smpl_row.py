import numpy as np
import torch

from meshgait import Camera
from meshgait.body import Body
from meshgait.body.smpl_row import BODY, CAMERA, POSE, SHAPE
from meshgait.sequence import Motion
from meshgait.sequence.smpl import smpl_of


def test_a_motion_seen_by_a_camera_of_its_own_axes_is_cut_back_out_of_its_row():
    rng = np.random.default_rng(0)
    motion = Motion(rng.normal(0, 0.3, (2, 72)), rng.normal(0, 1, 10), np.zeros((2, 3)), 25.0)
    camera = Camera.orbit(0.0, 0.0, 4.0, (64, 44))
    row = smpl_of(motion, motion.decode(Body.embedded()).require_joints(), camera)
    assert row.shape == (2, BODY) == (2, CAMERA + POSE + SHAPE)
    np.testing.assert_array_equal(row[:, CAMERA + 3 : CAMERA + POSE], motion.pose[:, 3:])
    np.testing.assert_array_equal(row[0, -SHAPE:], motion.betas)
    assert torch.from_numpy(row[:, :CAMERA])[:, 0].gt(0).all()  # a scale
