import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from meshgait.body import JOINT_INDEX, JOINT_NAMES, JOINT_PARENTS
from meshgait.errors import DataError
from meshgait.io.retarget import retarget
from meshgait.io.size import smpl_rest
from meshgait.io.skeleton import Skeleton, match_names
from meshgait.io.turns import kabsch, shortest_turn
from tests.io.samples import FRAMES, body, motion

MIXAMO = {
    "pelvis": "Hips", "spine1": "Spine", "spine2": "Spine1", "spine3": "Spine2", "neck": "Neck",
    "head": "Head",
} | {
    f"{side}_{ours}": side.title() + theirs
    for side in ("left", "right")
    for ours, theirs in (("hip", "UpLeg"), ("knee", "Leg"), ("ankle", "Foot"), ("foot", "ToeBase"),
                         ("collar", "Shoulder"), ("shoulder", "Arm"), ("elbow", "ForeArm"),
                         ("wrist", "Hand"), ("hand", "HandMiddle1"))
}  # fmt: skip


def skeleton(names, rest):
    offsets = [rest[j] - (rest[p] if p >= 0 else 0) for j, p in enumerate(JOINT_PARENTS)]
    return Skeleton(tuple(names), JOINT_PARENTS, np.array(offsets, np.float32))


def world_rotations():
    local = Rotation.from_rotvec(motion().pose.reshape(-1, 3)).as_matrix().reshape(-1, 24, 3, 3)
    world = local.copy()
    for joint, parent in enumerate(JOINT_PARENTS):
        if parent >= 0:
            world[:, joint] = world[:, parent] @ local[:, joint]
    return world


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


def test_a_skeleton_that_rests_otherwise_points_the_same_bones_the_same_way():
    """A skeleton in centimetres that rests with arms down must show what SMPL shows."""
    rest = smpl_rest().copy()
    for side, sign in (("left", 1), ("right", -1)):
        shoulder = rest[JOINT_INDEX[f"{side}_shoulder"]]
        turn = Rotation.from_rotvec([0, 0, -sign * 1.2])
        for name in ("elbow", "wrist", "hand"):
            joint = JOINT_INDEX[f"{side}_{name}"]
            rest[joint] = shoulder + turn.apply(rest[joint] - shoulder)
    world = world_rotations()
    other = skeleton([MIXAMO[name] for name in JOINT_NAMES], 100 * rest)
    offsets = np.tile(other.offsets, (FRAMES, 1, 1)).astype(float)
    offsets[:, 0] = 100.0
    local = Rotation.from_rotvec(motion().pose.reshape(-1, 3)).as_matrix().reshape(-1, 24, 3, 3)
    track = retarget(other, *other.move(local, offsets), fps=50.0)
    found = track.to_motion(body()).decode(body()).joints.numpy()
    for start, end in (("left_shoulder", "left_elbow"), ("right_elbow", "right_wrist"),
                       ("left_hip", "left_knee"), ("neck", "head")):  # fmt: skip
        a, b = JOINT_INDEX[start], JOINT_INDEX[end]
        theirs = np.einsum("tij,j->ti", world[:, a], rest[b] - rest[a])
        ours = found[:, b] - found[:, a]
        cosine = (theirs * ours).sum(-1)
        cosine /= np.linalg.norm(theirs, axis=-1) * np.linalg.norm(ours, axis=-1)
        assert cosine.min() > 0.9999
    np.testing.assert_allclose(np.ptp(found[:, 0], axis=0), 0, atol=1e-4)  # it stays


def test_a_skeleton_without_legs_is_refused():
    other = skeleton([f"bone{i}" for i in range(24)], smpl_rest())
    with pytest.raises(DataError, match=r"the skeleton has no pelvis, left_hip, .* among bone0"):
        match_names(other)


def test_the_shortest_turn_is_a_rotation_even_backwards():
    a = np.array([[1.0, 0, 0], [0, 2, 0], [1, 0, 0], [0, 0, 0]])
    b = np.array([[0, 3.0, 0], [0, -1, 0], [1, 0, 0], [0, 0, 1]])
    turn = shortest_turn(a, b)
    np.testing.assert_allclose(np.linalg.det(turn), 1)
    moved = np.einsum("nij,nj->ni", turn, a)
    np.testing.assert_allclose(moved[:3], [[0, 1, 0], [0, -2, 0], [1, 0, 0]], atol=1e-12)
    np.testing.assert_array_equal(turn[3], np.eye(3))


def test_kabsch_finds_the_rotation_never_a_mirror():
    generator = np.random.default_rng(0)
    turn = Rotation.random(5, random_state=generator)
    a = generator.normal(size=(5, 2, 3))  # two vectors leave the mirror open
    b = np.einsum("nij,nkj->nki", turn.as_matrix(), a)
    found = kabsch(a, b)
    np.testing.assert_allclose(found, turn.as_matrix(), atol=1e-9)
