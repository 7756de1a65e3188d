import numpy as np
import pytest

from meshgait.body import JOINT_INDEX
from meshgait.errors import DataError
from meshgait.io import read
from meshgait.io.retarget import smpl_rest
from meshgait.io.track import rest_joints
from tests.io.samples import FRAMES, body, write_amc


def test_the_thigh_that_swings_is_smpls_and_the_rest_stands(tmp_path):
    motion = read(write_amc(tmp_path)).body().to_motion(body())
    joints = motion.decode(body()).joints.numpy()
    thigh = joints[:, JOINT_INDEX["left_knee"]] - joints[:, JOINT_INDEX["left_hip"]]
    other = joints[:, JOINT_INDEX["right_knee"]] - joints[:, JOINT_INDEX["right_hip"]]
    assert np.ptp(other, axis=0).max() < 1e-5
    # The bone turns about the x of its own axes, which are turned about z: 10 degrees a frame.
    cosine = (thigh[1:] * thigh[:-1]).sum(-1) / np.linalg.norm(thigh, axis=-1)[0] ** 2
    np.testing.assert_allclose(np.degrees(np.arccos(cosine)), 10, atol=0.1)
    assert (np.diff(thigh[:, 2]) > 0).all()  # forwards


def test_hips_keep_their_height_in_leg_lengths_and_bones_their_direction(tmp_path):
    motion = read(write_amc(tmp_path)).body().to_motion(body())
    pelvis = motion.transl + rest_joints(body(), np.zeros((1, 10), np.float32))[0, 0]
    ours = smpl_rest()
    leg = [ours[JOINT_INDEX[f"left_{name}"]] for name in ("hip", "knee", "ankle")]
    metre = (np.linalg.norm(leg[0] - leg[1]) + np.linalg.norm(leg[1] - leg[2])) / (7.2 + 7.4)
    np.testing.assert_allclose(pelvis[:, 1], 17 * metre, rtol=1e-3)
    np.testing.assert_allclose(np.diff(pelvis[:, 2]), metre, rtol=1e-3)
    joints = motion.decode(body()).joints[0].numpy()
    bone = joints[JOINT_INDEX["right_knee"]] - joints[JOINT_INDEX["right_hip"]]
    np.testing.assert_allclose(bone / np.linalg.norm(bone), [-0.342, -0.94, 0], atol=0.03)


def test_without_the_skeleton_beside_it_the_way_out_is_said(tmp_path):
    path = write_amc(tmp_path)
    (tmp_path / "07.asf").unlink()
    with pytest.raises(DataError, match=r"skeleton is not beside it: give .*07.asf"):
        read(path)


@pytest.mark.parametrize(
    ("old", "new"), [(f"{FRAMES}\nroot 0", f"{FRAMES}\nroot"), ("lfemur", "x")]
)
def test_a_frame_that_is_not_whole_is_refused(tmp_path, old, new):
    path = write_amc(tmp_path)
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(DataError, match=r"has not its \d numbers in all 6 frames"):
        read(path)


def test_a_damaged_skeleton_is_named(tmp_path):
    path = write_amc(tmp_path)
    skeleton = tmp_path / "07.asf"
    skeleton.write_text(skeleton.read_text().replace(":bonedata", ":boredata"))
    with pytest.raises(DataError, match=r"07.asf is not a whole ASF skeleton"):
        read(path)
