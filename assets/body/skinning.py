"""Bring the source's standing bodies into SMPL's T-pose, and into any pose from there.

Skinning mixes the linear and the dual-quaternion blend (Kavan et al., "Geometric skinning with
approximate dual quaternion blending", TOG 2008): the first loses volume at bent joints, the second
bulges, and the artists' weights look best in between.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from body.skeleton import FINGERS, PARTS, Skeleton

DUAL = 0.6  # share of the dual-quaternion blend
SPREAD_DEG = 2.0  # legs of the T-pose stand this far from the vertical, as SMPL's do
# Bending of the three joints of a finger, and how far the fingers' fan is folded: a hand at ease.
CURL_DEG = {"1": (4.0, 8.0, 8.0)} | dict.fromkeys("2345", (10.0, 22.0, 12.0))
FOLD = {"1": 0.25} | dict.fromkeys("2345", 0.6)
FLIP = np.diag([-1.0, 1.0, 1.0])
ID = {name: number for number, name in enumerate(PARTS)}


def rest_pose(skeleton: Skeleton, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rotations (P, 3, 3) and new places (P, 3) that turn a source body into the T-pose.

    The pelvis comes to the origin, arms along x with palms down, legs almost vertical and straight,
    the feet as flat as they were.
    """
    rotation = np.tile(np.eye(3), (len(PARTS), 1, 1))
    _turn_leg(rotation, places)
    _turn_arm(rotation, places)
    for part, other in enumerate(skeleton.mirror):
        if PARTS[part].endswith(".R"):
            rotation[part] = FLIP @ rotation[other] @ FLIP
    target = np.zeros_like(places)
    for part, parent in _parents_first(skeleton):
        offset = places[part] - places[parent]
        target[part] = target[parent] + rotation[parent] @ offset
    return rotation, target


def _parents_first(skeleton: Skeleton) -> list[tuple[int, int]]:
    """(part, parent) pairs; parents have smaller indices, but the root has none."""
    return [(part, int(parent)) for part, parent in enumerate(skeleton.parents) if parent >= 0]


def _turn_leg(rotation: np.ndarray, places: np.ndarray) -> None:
    angle = np.deg2rad(SPREAD_DEG)
    down = np.array([np.sin(angle), -np.cos(angle), 0.0])
    for upper, lower in (("hip.L", "knee.L"), ("knee.L", "ankle.L")):
        along = places[ID[lower]] - places[ID[upper]]
        rotation[ID[upper]] = _turn(along, down)


def _turn_arm(rotation: np.ndarray, places: np.ndarray) -> None:
    """The elbow's hinge and the palm's normal both come to point down."""
    shoulder, elbow, wrist, hand = (
        places[ID[f"{name}.L"]] for name in ("shoulder", "elbow", "wrist", "hand")
    )
    hinge = np.cross(elbow - shoulder, wrist - elbow)
    across = places[ID["finger2-1.L"]] - places[ID["finger5-1.L"]]
    palm = np.cross(hand - wrist, across)
    rotation[ID["shoulder.L"]] = _to_t_pose(elbow - shoulder, hinge)
    rotation[ID["elbow.L"]] = _to_t_pose(wrist - elbow, hinge)
    rotation[[ID["wrist.L"], ID["hand.L"]]] = _to_t_pose(hand - wrist, palm)
    for finger in FINGERS:
        _close_finger(rotation, places, finger, rotation[ID["wrist.L"]])


def _close_finger(rotation: np.ndarray, places: np.ndarray, finger: str, wrist: np.ndarray) -> None:
    """Fold the finger towards the hand's axis x, then bend each segment towards the palm -y."""
    first, second = (places[ID[f"finger{finger}-{i}.L"]] for i in (1, 2))
    along = wrist @ (second - first)
    fan = np.arctan2(along[2], along[0])
    turned = Rotation.from_rotvec([0, fan * FOLD[finger], 0])
    axis = np.cross(turned.apply(along), [0, -1, 0])
    axis /= np.linalg.norm(axis)
    bend = 0.0
    for segment, degrees in enumerate(CURL_DEG[finger], start=1):
        bend += np.deg2rad(degrees)
        curl = Rotation.from_rotvec(axis * bend) * turned
        rotation[ID[f"finger{finger}-{segment}.L"]] = curl.as_matrix() @ wrist


def _to_t_pose(along: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """Rotation that brings `along` to +x and `normal`, made perpendicular to it, to -y."""
    x = along / np.linalg.norm(along)
    y = -(normal - (normal @ x) * x)
    y /= np.linalg.norm(y)
    return np.stack([x, y, np.cross(x, y)])


def _turn(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Shortest rotation from one direction to another, not opposite, one."""
    a, b = start / np.linalg.norm(start), end / np.linalg.norm(end)
    axis = np.cross(a, b)
    sine = np.linalg.norm(axis)
    angle = np.arctan2(sine, a @ b)
    return Rotation.from_rotvec(axis / max(sine, 1e-12) * angle).as_matrix()


def skin(
    vertices: np.ndarray, weights: np.ndarray, rotation: np.ndarray, shift: np.ndarray
) -> np.ndarray:
    """Vertices (N, 3) moved by parts x -> rotation x + shift, weights (N, P), both blends mixed."""
    linear = blend_linear(vertices, weights, rotation, shift)
    return (1 - DUAL) * linear + DUAL * _blend_dual(vertices, weights, rotation, shift)


def blend_linear(
    vertices: np.ndarray, weights: np.ndarray, rotation: np.ndarray, shift: np.ndarray
) -> np.ndarray:
    """Linear blend skinning alone."""
    matrix = np.tensordot(weights, rotation, axes=1)
    return np.einsum("nij,nj->ni", matrix, vertices) + weights @ shift


def _blend_dual(
    vertices: np.ndarray, weights: np.ndarray, rotation: np.ndarray, shift: np.ndarray
) -> np.ndarray:
    real = Rotation.from_matrix(rotation).as_quat(scalar_first=True)
    # All on one half sphere around the pelvis: relative turns stay well below half a circle.
    real *= np.where(real @ real[0] < 0, -1.0, 1.0)[:, None]
    blended = weights @ np.concatenate([real, _half_product(shift, real)], axis=1)
    blended /= np.linalg.norm(blended[:, :4], axis=1, keepdims=True)
    w, v = blended[:, :1], blended[:, 1:4]
    dual_w, dual_v = blended[:, 4:5], blended[:, 5:]
    turned = vertices + 2 * np.cross(v, np.cross(v, vertices) + w * vertices)
    return turned + 2 * (w * dual_v - dual_w * v + np.cross(v, dual_v))


def _half_product(shift: np.ndarray, quaternion: np.ndarray) -> np.ndarray:
    """Half the quaternion product (0, shift) q: the dual part of a rigid motion."""
    w, v = quaternion[:, :1], quaternion[:, 1:]
    scalar = -(shift * v).sum(axis=1, keepdims=True)
    return np.concatenate([scalar, w * shift + np.cross(shift, v)], axis=1) / 2
