import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from meshgait.body import JOINT_INDEX, JOINT_NAMES
from meshgait.errors import DataError
from meshgait.io.size import smpl_rest
from meshgait.io.skeleton import Skeleton, match_names
from tests.io.test_retarget import MIXAMO, skeleton


@pytest.mark.parametrize(
    "rename",
    [
        lambda name: MIXAMO[name],
        lambda name: f"mixamorig:{MIXAMO[name]}",
        lambda name: MIXAMO[name].replace("Left", "L_").replace("Right", "R_"),
        lambda name: "Bip01 " + MIXAMO[name].replace("Left", "L ").replace("Right", "R "),
        lambda name: (
            name.replace("left_", "").replace("right_", "")
            + {"l": ".L", "r": ".R"}.get(name[0] if "_" in name else "", "")
        ),
    ],
)
def test_names_of_many_tools_are_understood(rename):
    found = match_names(skeleton([rename(name) for name in JOINT_NAMES], smpl_rest()))
    body_joints = [name for name in JOINT_NAMES if not name.endswith("hand")]
    assert {name: found.get(name) for name in body_joints} == {
        name: JOINT_INDEX[name] for name in body_joints
    }


def test_a_skeleton_without_legs_is_refused():
    other = skeleton([f"bone{i}" for i in range(24)], smpl_rest())
    with pytest.raises(DataError, match=r"the skeleton has no pelvis, left_hip, .* among bone0"):
        match_names(other)


def test_forward_kinematics_carries_turns_and_places_down_the_chain():
    chain = Skeleton(("a", "b", "c"), (-1, 0, 1), np.array([[0, 1, 0], [0, 1, 0], [0, 1, 0.0]]))
    quarter = Rotation.from_rotvec([0, 0, np.pi / 2]).as_matrix()
    turns = np.stack([np.eye(3), quarter, quarter])[None]
    rotations, places = chain.move(turns, chain.offsets[None])
    np.testing.assert_allclose(places[0], [[0, 1, 0], [0, 2, 0], [-1, 2, 0]], atol=1e-12)
    np.testing.assert_allclose(rotations[0, 2], quarter @ quarter, atol=1e-12)
    np.testing.assert_array_equal(chain.rest(), [[0, 1, 0], [0, 2, 0], [0, 3, 0]])


def test_the_only_joint_below_an_ankle_is_the_foot_whatever_it_is_called():
    ends = [MIXAMO[name].replace("ToeBase", "Foot end") for name in JOINT_NAMES]
    found = match_names(skeleton(ends, smpl_rest()))
    assert found["left_foot"] == JOINT_INDEX["left_foot"]
