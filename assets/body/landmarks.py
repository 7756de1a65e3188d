"""Named vertices found on the average body in the source's pose, left half, by where they lie."""

from __future__ import annotations

import numpy as np

from body.coarse import Coarse
from body.source import Source

# The landmark, the bone that must hold the vertex, and the markers it lies furthest along.
_TIPS = {
    "thumb": ("finger1-3.L", "l-finger-1-3", "l-finger-1-4"),
    "index": ("finger2-3.L", "l-finger-2-3", "l-finger-2-4"),
    "middle": ("finger3-3.L", "l-finger-3-3", "l-finger-3-4"),
    "ring": ("finger4-3.L", "l-finger-4-3", "l-finger-4-4"),
    "pinky": ("finger5-3.L", "l-finger-5-3", "l-finger-5-4"),
}
_TOES = {
    "BigToe": ("toe1-2.L", "l-toe-1-2", "l-toe-1-3"),
    "SmallToe": ("toe5-3.L", "l-toe-5-3", "l-toe-5-4"),
}
EYE_REACH = 0.008  # metres around the eye's axis within which its foremost vertex is looked for
SOLE_HEIGHT = 0.010  # metres above the lowest vertex
SOLE_FACING = 0.7  # how far down the skin must face there


def find_landmarks(
    source: Source, coarse: Coarse, bone_weights: dict[str, np.ndarray], shape: np.ndarray
) -> np.ndarray:
    """Vertices (11,) of the left half in the order of the loader's lists, `shape` (19158, 3)."""
    body = coarse.fold(shape)

    def marker(name: str) -> np.ndarray:
        return shape[source.groups[f"joint-{name}"]].mean(axis=0)

    def furthest(along: np.ndarray, among: np.ndarray) -> int:
        return int(np.where(among, body @ along, -np.inf).argmax())

    def tip(bone: str, start: str, end: str) -> int:
        held = coarse.matrix @ bone_weights[bone] > 0.5
        return furthest(marker(end) - marker(start), held)

    x, z = np.eye(3)[[0, 2]]
    above_neck = body[:, 1] > marker("head")[1]
    at_seam = above_neck & (body[:, 0] == 0)
    at_eye = np.linalg.norm((body - marker("l-eye"))[:, :2], axis=1) < EYE_REACH
    low = body[:, 1] < body[:, 1].min() + 0.04
    found = [furthest(z, at_seam), furthest(z, at_eye & above_neck), furthest(x, above_neck)]
    found += [tip(*where) for where in _TIPS.values()]
    found += [tip(*where) for where in _TOES.values()]
    return np.array([*found, furthest(-z, low)])


def find_sole(template: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Vertices of the left foot that may touch the floor, of a whole body (V, 3) in the T-pose."""
    corners = template[faces]
    normals = np.zeros_like(template)
    face_normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    for corner in range(3):
        np.add.at(normals, faces[:, corner], face_normals)
    down = -normals[:, 1] > SOLE_FACING * np.linalg.norm(normals, axis=1)
    low = template[:, 1] < template[:, 1].min() + SOLE_HEIGHT
    return np.flatnonzero(down & low & (template[:, 0] > 0))
