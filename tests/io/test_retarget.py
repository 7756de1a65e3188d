import numpy as np
from scipy.spatial.transform import Rotation

from meshgait.body import JOINT_INDEX, JOINT_NAMES, JOINT_PARENTS
from meshgait.io.retarget import retarget
from meshgait.io.size import smpl_rest
from meshgait.io.skeleton import Skeleton
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
