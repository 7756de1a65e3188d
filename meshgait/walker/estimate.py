"""SMPL parameters as a mesh-recovery tool would estimate them from a picture.

Such a tool lays a body over the picture: it errs little along the picture and much in depth, its
errors last for several frames, and part of them is a habit, the same for everybody who is seen from
that side at that moment. So the errors here are those of joints in the camera's axes; the angles
follow by inverse kinematics. Shape is half guessed from the picture, half the mean person's.
`benchmarks/estimator.py` compares them with fits to pictures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation
from torch import Tensor, from_numpy

from meshgait.body import JOINT_INDEX, JOINT_PARENTS, Body
from meshgait.body.decode_torch import pose_skeleton
from meshgait.camera import Camera
from meshgait.errors import ConfigError
from meshgait.numerics import in_full_precision
from meshgait.sequence.motion import Motion

_MEMORY_FRAMES = 8.0  # over which an error is forgotten by a factor of e
# How far the end of a bone is put elsewhere than its beginning: across, down and in depth, by the
# length of the bone.
_BONE = np.array([0.025, 0.025, 0.21])
_HABIT = np.array([0.012, 0.012, 0.11])
# A picture hardly shows how a limb turns about itself, nor how hands, feet and head are held; how
# these lie in the picture it shows better than how they point out of it.
_TWIST_DEG, _END_DEG = (7.0, 3.0), (18.0, 8.0)  # lasting and wandering
_END_SHARES = np.array([1.0, 1.0, 0.4])  # about the axes across, down and in depth
_ROOT_DEG = np.array([6.0, 6.0, 1.5])  # pitch, yaw, roll
_SHAPE_KEPT, _SHAPE_HABIT, _SHAPE_LASTING, _SHAPE_WANDER = 0.5, 0.4, 0.5, 0.15
_CAMERA_LASTING, _CAMERA_WANDER = 0.005, 0.003  # of the picture's half side

# Which joint shows where each one points; those that have none are turned with what holds them.
_CHILD = {
    "left_hip": "left_knee", "right_hip": "right_knee", "left_knee": "left_ankle",
    "right_knee": "right_ankle", "left_ankle": "left_foot", "right_ankle": "right_foot",
    "spine1": "spine2", "spine2": "spine3", "spine3": "neck", "neck": "head",
    "left_collar": "left_shoulder", "right_collar": "right_shoulder",
    "left_shoulder": "left_elbow", "right_shoulder": "right_elbow", "left_elbow": "left_wrist",
    "right_elbow": "right_wrist", "left_wrist": "left_hand", "right_wrist": "right_hand",
}  # fmt: skip
_POINTS = {JOINT_INDEX[joint]: JOINT_INDEX[child] for joint, child in _CHILD.items()}
_ENDS = [
    JOINT_INDEX[joint]
    for joint in ("neck", "head", "left_foot", "right_foot", "left_wrist", "right_wrist",
                  "left_hand", "right_hand")
]  # fmt: skip

Turns = Float[np.ndarray, "T 24 3 3"]
Places = Float[np.ndarray, "T 24 3"]


@dataclass(frozen=True)
class EstimatorNoise:
    """How large the errors of pose, of shape and of the camera are: 1 as fits to pictures have.

    `EstimatorNoise(0, 0, 0)` is an estimator without error.
    """

    pose: float = 1.0
    shape: float = 1.0
    camera: float = 1.0

    def __post_init__(self) -> None:
        if min(self.pose, self.shape, self.camera) < 0:
            raise ConfigError(f"errors cannot be smaller than none, got {self}")


@in_full_precision
def estimate_smpl(
    body: Body,
    motion: Motion,
    joints: Float[Tensor, "T 24 3"],
    camera: Camera,
    noise: EstimatorNoise,
    generator: np.random.Generator,
) -> Float[np.ndarray, "T 85"]:
    """The vector of each frame that SMPLGait reads: camera (3), pose (72), betas (10).

    `joints` are those of `motion` decoded by `body`, in metres. The pose is seen from the camera
    (x right, y down, z forward). The camera is weakly perspective, s * X + t with X in metres
    around the pelvis, in a square picture from -1 to 1 whose side is 1.2 times the height from
    toes to head; it lays the estimated joints over those in the picture as well as it can.
    """
    frames = len(motion)
    world_to_camera = camera.rotation.double().numpy()
    local = Rotation.from_rotvec(motion.pose.reshape(-1, 3).astype(np.float64)).as_matrix()
    local = local.reshape(frames, 24, 3, 3)
    local[:, 0] = world_to_camera @ local[:, 0]
    places = joints.double().numpy() @ world_to_camera.T
    view = _features(local[:, 0], places)
    wobble = noise.camera * _error((frames, 3), _CAMERA_LASTING, _CAMERA_WANDER, generator)
    wrong = _SHAPE_HABIT * _habit(10, view)
    wrong += _error((frames, 10), _SHAPE_LASTING, _SHAPE_WANDER, generator)
    kept = 1 - (1 - _SHAPE_KEPT) * min(noise.shape, 1)
    betas = kept * motion.betas + noise.shape * wrong
    if noise.pose:
        local = _err(local, places, view, noise.pose, generator)
    rest = body.rest_joints(from_numpy(betas).float()).double()
    found = pose_skeleton(from_numpy(local), rest)[1].numpy()
    weak = _lay_over(found - found[:, :1], _in_square(joints, camera)) + wobble
    pose = Rotation.from_matrix(local.reshape(-1, 3, 3)).as_rotvec().reshape(frames, 72)
    return np.concatenate([weak, pose, betas], axis=1).astype(np.float32)


def _err(
    local: Turns,
    places: Places,
    view: Float[np.ndarray, "T K"],
    size: float,
    generator: np.random.Generator,
) -> Turns:
    """Rotations of the body whose joints an estimator puts elsewhere.

    How the pelvis is turned moves no limb: those lie where they are seen, and their angles err by
    as much as it does.
    """
    frames = len(local)
    habit = _habit(72, view).reshape(frames, 24, 3) * _HABIT
    wrong = size * (habit + _error((frames, 24, 3), 0.0, 1.0, generator) * _BONE)
    root = size * np.deg2rad(_ROOT_DEG) * _error((frames, 3), 0.5, 0.85, generator)
    turn = Rotation.from_rotvec(root).as_matrix()
    twist = size * np.deg2rad(_error((frames, 24, 1), *_TWIST_DEG, generator))
    loose = np.zeros((frames, 24, 3))
    loose[:, _ENDS] = (
        np.deg2rad(_error((frames, len(_ENDS), 3), *_END_DEG, generator)) * _END_SHARES
    )
    loose = Rotation.from_rotvec(size * loose.reshape(-1, 3)).as_matrix().reshape(local.shape)
    world, found = [local[:, 0]], [turn @ local[:, 0]]
    for joint in range(1, 24):
        parent = JOINT_PARENTS[joint]
        world.append(world[parent] @ local[:, joint])
        right = found[parent] @ local[:, joint]
        if joint in _POINTS:
            bone = places[:, _POINTS[joint]] - places[:, joint]
            length = np.linalg.norm(bone, axis=1, keepdims=True)
            moved = bone + length * wrong[:, joint]
            about = Rotation.from_rotvec(twist[:, joint] * moved / length).as_matrix()
            right = about @ _from_to(bone, moved) @ world[joint]
        found.append(loose[:, joint] @ right)
    above = np.stack([found[max(parent, 0)] for parent in JOINT_PARENTS], axis=1)
    below = np.stack(found, axis=1)
    return np.concatenate([below[:, :1], np.swapaxes(above, 2, 3)[:, 1:] @ below[:, 1:]], axis=1)


def _from_to(
    a: Float[np.ndarray, "T 3"], b: Float[np.ndarray, "T 3"]
) -> Float[np.ndarray, "T 3 3"]:
    """The smallest rotation that takes the direction of each `a` to that of `b`."""
    a, b = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (a, b))
    axis = np.cross(a, b)
    sine = np.linalg.norm(axis, axis=1, keepdims=True)
    angle = np.arctan2(sine, (a * b).sum(1, keepdims=True))
    return Rotation.from_rotvec(axis / np.maximum(sine, 1e-12) * angle).as_matrix()


def _features(root: Float[np.ndarray, "T 3 3"], places: Places) -> Float[np.ndarray, "T K"]:
    """From which side somebody is seen, and at which moment of the gait cycle."""
    side = np.arctan2(root[:, 0, 2], root[:, 2, 2])
    ankles = places[:, JOINT_INDEX["left_ankle"]] - places[:, JOINT_INDEX["right_ankle"]]
    ahead = (ankles * root[:, :, 2]).sum(1) / 0.4
    up = -ankles[:, 1] / 0.15
    around = [np.ones_like(side), np.cos(side), np.sin(side), np.cos(2 * side), np.sin(2 * side)]
    return np.stack([a * m for a in around for m in (np.ones_like(side), ahead, up)], axis=1)


def _habit(count: int, view: Float[np.ndarray, "T K"]) -> Float[np.ndarray, "T N"]:
    """`count` functions of side and moment, the same for everybody, of deviation about 1."""
    weights = np.random.default_rng(count).standard_normal((view.shape[1], count))
    return view @ weights / np.sqrt(view.shape[1] / 2)


def _in_square(joints: Float[Tensor, "T 24 3"], camera: Camera) -> Float[np.ndarray, "T 24 2"]:
    """Where the joints are seen in a square picture around the person, from -1 to 1."""
    pixels = camera.project(joints).double().numpy()
    low, high = pixels.min(axis=1), pixels.max(axis=1)
    half_side = 0.6 * (high - low)[:, 1]
    return (pixels - (low + high)[:, None] / 2) / half_side[:, None, None]


def _lay_over(
    joints: Float[np.ndarray, "T 24 3"], points: Float[np.ndarray, "T 24 2"]
) -> Float[np.ndarray, "T 3"]:
    """Scale and shift that bring the joints nearest to the points."""
    flat = joints[..., :2]
    middle, there = flat.mean(1, keepdims=True), points.mean(1, keepdims=True)
    scale = ((flat - middle) * (points - there)).sum((1, 2)) / ((flat - middle) ** 2).sum((1, 2))
    shift = there[:, 0] - scale[:, None] * middle[:, 0]
    return np.concatenate([scale[:, None], shift], axis=1)


def _error(
    shape: tuple[int, ...], lasting: float, wander: float, generator: np.random.Generator
) -> np.ndarray:
    """A constant, and a part that is forgotten within frames, of these deviations; frames first."""
    from scipy.signal import lfilter  # brings scipy.stats: half a second

    memory = np.exp(-1 / _MEMORY_FRAMES)
    constant = lasting * generator.standard_normal(shape[1:])
    fresh = generator.standard_normal(shape) * np.sqrt(1 - memory**2)
    fresh[0] /= np.sqrt(1 - memory**2)
    return constant + wander * lfilter([1.0], [1.0, -memory], fresh, axis=0)
