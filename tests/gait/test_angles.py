import numpy as np
import pytest

from meshgait.body import JOINT_INDEX
from meshgait.gait.angles import ANGLES, joint_angles
from meshgait.gait.landmarks import find_landmarks
from meshgait.sequence import Motion

HANGING = {"left_shoulder": [0, 0, -np.pi / 2], "right_shoulder": [0, 0, np.pi / 2]}


def angles_of(body, way=0.0, **turns):
    """Both sides' angles of one pose: hanging arms, and these rotation vectors in degrees."""
    pose = np.zeros((1, 24, 3), np.float32)
    for name, vector in HANGING.items():
        pose[0, JOINT_INDEX[name]] = vector
    for name, degrees in turns.items():
        pose[0, JOINT_INDEX[name]] = np.deg2rad(degrees)
    motion = Motion(pose.reshape(1, 72), np.zeros(10, np.float32), np.zeros((1, 3), np.float32), 25)
    found = joint_angles(find_landmarks(motion, body), np.array([way]))
    return {name: pair[:, 0] for name, pair in found.items()}


def change(body, name, way=0.0, **turns):
    return angles_of(body, way, **turns)[name] - angles_of(body)[name]


def test_a_body_that_stands_upright_has_small_angles(body):
    """All but the arms, of which the rest pose says how they are bent."""
    for name, pair in angles_of(body).items():
        if ANGLES[name].child not in ("arm", "forearm"):
            assert np.abs(pair).max() < 8, name


@pytest.mark.parametrize(
    ("name", "turns", "left", "right"),
    [
        # About x, the body's left: positive turns bring what hangs down backwards.
        ("hip_flexion", {"left_hip": [-30, 0, 0]}, 30, 0),
        ("hip_flexion", {"right_hip": [20, 0, 0]}, 0, -20),
        ("knee_flexion", {"right_knee": [50, 0, 0]}, 0, 50),
        ("ankle_dorsiflexion", {"left_ankle": [-10, 0, 0]}, 10, 0),
        ("pelvis_tilt", {"pelvis": [12, 0, 0]}, 12, 12),
        ("trunk_flexion", {"spine3": [12, 0, 0]}, 12, 12),
        # About y, up: positive turns bring the left side backwards.
        ("pelvis_rotation", {"pelvis": [0, 15, 0]}, -15, 15),
        ("trunk_rotation", {"spine3": [0, 15, 0]}, -15, 15),
        ("hip_rotation", {"left_hip": [0, -12, 0]}, 12, 0),
        ("hip_rotation", {"right_hip": [0, 12, 0]}, 0, 12),
        # About z, forwards: positive turns bring the left side up, hanging legs to the left.
        ("pelvis_obliquity", {"pelvis": [0, 0, 8]}, 8, -8),
        ("trunk_lean", {"spine3": [0, 0, 8]}, -8, 8),
        ("hip_adduction", {"left_hip": [0, 0, -9]}, 9, 0),
        ("hip_adduction", {"right_hip": [0, 0, 9]}, 0, 9),
    ],
)
def test_each_angle_grows_with_the_movement_after_which_it_is_called(
    body, name, turns, left, right
):
    np.testing.assert_allclose(change(body, name, **turns), [left, right], atol=0.8)


def test_arms_that_swing_forwards_flex(body):
    """The arms hang; a turn about the body's left, before it, swings them forwards."""
    from scipy.spatial.transform import Rotation

    forwards = Rotation.from_euler("x", -25, degrees=True)
    for side, name in enumerate(("left_shoulder", "right_shoulder")):
        turn = (forwards * Rotation.from_rotvec(HANGING[name])).as_rotvec(degrees=True)
        found = change(body, "shoulder_flexion", **{name: turn})
        np.testing.assert_allclose(found[side], 25, atol=0.8)
        assert found[1 - side] == 0


def test_elbows_bend_forwards(body):
    np.testing.assert_allclose(
        change(body, "elbow_flexion", left_elbow=[0, -40, 0], right_elbow=[0, 40, 0]), 40, atol=1.5
    )


def test_pelvis_and_trunk_are_measured_against_the_way(body):
    for name in ("pelvis_rotation", "trunk_rotation"):
        found = change(body, name, way=np.deg2rad(20.0), pelvis=[0, 20, 0])
        np.testing.assert_allclose(found, 0, atol=1e-4)
