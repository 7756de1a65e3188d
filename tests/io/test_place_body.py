import numpy as np
from scipy.spatial.transform import Rotation

from meshgait.body import JOINT_INDEX, JOINT_PARENTS
from meshgait.io.place_body import forward, local_pose, place_body
from meshgait.io.size import smpl_rest
from meshgait.sequence.motion import Motion
from tests.io.samples import body, motion


def walked(frames=40):
    """World rotations and joints of the walk on the mean body."""
    pose = motion(frames=frames).pose.reshape(-1, 24, 3).astype(float)
    world = Rotation.from_rotvec(pose.reshape(-1, 3)).as_matrix().reshape(-1, 24, 3, 3)
    for joint, parent in enumerate(JOINT_PARENTS):
        if parent >= 0:
            world[:, joint] = world[:, parent] @ world[:, joint]
    place = motion(frames=frames).transl.astype(float)
    return world, forward(world, smpl_rest(), place)


def named(joints):
    return {name: joints[:, joint] for name, joint in JOINT_INDEX.items()}


def test_forward_and_local_are_what_the_body_does():
    world, joints = walked()
    walk = motion(frames=40)
    np.testing.assert_allclose(local_pose(world), walk.pose.reshape(-1, 24, 3), atol=1e-5)
    mean = Motion(walk.pose, np.zeros(10, np.float32), walk.transl, walk.fps)
    decoded = mean.decode(body()).joints.numpy()
    ours = joints - joints[:, :1] + decoded[:, :1]
    np.testing.assert_allclose(decoded, ours, atol=1e-5)


def test_ankles_come_to_where_they_were_though_hips_are_wider():
    """As in CMU's skeletons: hips 5 cm farther out than the body's."""
    world, joints = walked()
    wide = named(joints)
    for side, sign in (("left", 1), ("right", -1)):
        wide[f"{side}_hip"] = wide[f"{side}_hip"] + sign * 0.05 * world[:, 0, :, 0]
    track = place_body(world, wide, np.zeros(10, np.float32), fps=30.0)
    found = track.to_motion(body()).decode(body()).joints.numpy()
    shift = (joints - found)[:, :1, 1].mean()  # onto the floor
    found[..., 1] += shift
    ankles = [JOINT_INDEX["left_ankle"], JOINT_INDEX["right_ankle"]]
    assert np.linalg.norm((found - joints)[:, ankles], axis=-1).max() < 0.02
    assert track.fit_mm < 30


def test_points_of_a_larger_body_lie_as_near_as_those_of_one_of_our_size():
    world, joints = walked()
    shape = np.zeros(10, np.float32)
    off = [place_body(world, named(joints * size), shape, fps=30.0).off_mm for size in (1, 1.5)]
    for name, mm in off[0].items():
        assert abs(off[1][name] / 1.5 - mm) < 1, name


def test_a_straight_leg_that_must_bend_bends_forwards_though_hips_are_wider():
    """A leg of the file that is shorter than ours; sideways a knee bends in no walk."""
    world = np.tile(np.eye(3), (40, 24, 1, 1))
    joints = named(forward(world, smpl_rest(), np.zeros((40, 3))))
    for side, sign in (("left", 1), ("right", -1)):
        down = joints[f"{side}_ankle"] - joints[f"{side}_hip"]
        joints[f"{side}_hip"] = joints[f"{side}_hip"] + [sign * 0.03, 0, 0]
        joints[f"{side}_knee"] = joints[f"{side}_hip"] + down / 2
        joints[f"{side}_ankle"] = joints[f"{side}_hip"] + down * (0.98 if side == "left" else 1)
    track = place_body(world, joints, np.zeros(10, np.float32), fps=30.0)
    flexion, twist, aside = np.rad2deg(track.to_motion(body()).pose.reshape(-1, 24, 3)[0, 4])
    assert flexion > 10
    assert max(abs(twist), abs(aside)) < 3
