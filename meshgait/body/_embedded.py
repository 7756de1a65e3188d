"""The body that ships with meshgait: half of it is stored, the other half is its mirror image.

`embedded.npz` is written by `assets/build_body.py`; EMBEDDED_LICENSE.md says from what. Half a body
has its inner vertices (x > 0) first and its seam (x = 0) last; the whole one continues with the
mirror images of the inner vertices. So the loaded arrays are symmetric to the last bit.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from meshgait.body.names import JOINT_PARENTS

FILE = Path(__file__).with_name("embedded.npz")
OTHER_SIDE = (0, 2, 1, 3, 5, 4, 6, 8, 7, 9, 11, 10, 12, 14, 13, 15, 17, 16, 19, 18, 21, 20, 23, 22)
LANDMARKS = ("nose", "eye", "ear", "thumb", "index", "middle", "ring", "pinky")
FOOT_LANDMARKS = ("BigToe", "SmallToe", "Heel")
FLIP = np.array([-1.0, 1.0, 1.0], dtype=np.float32)


def load_embedded() -> dict[str, Any]:
    """The embedded body as SMPL's files name it (Loper et al., TOG 2015); metres, y up.

    float32: v_template (6890, 3), shapedirs (6890, 3, 10), posedirs (6890, 3, 207), J_regressor
    (24, 6890), weights (6890, 24). int64: kintree_table (2, 24), f (13776, 3).
    Besides: `mirror` (6890,), the vertex on the other side; `sole` (2, S), the vertices under the
    left and the right foot; `vertex_ids`, the landmarks that smplx wants, by its names.
    """
    with np.load(FILE, allow_pickle=False) as archive:
        stored = dict(archive)
    half = len(stored["v_template"])
    inner = half - int(stored["seam"])
    image = np.concatenate([np.arange(inner) + half, np.arange(inner, half)])
    faces = stored["f"].astype(np.int64)
    return {
        "v_template": _unfold(stored["v_template"], inner),
        "shapedirs": _unfold(_scaled(stored, "shapedirs"), inner),
        "posedirs": _posedirs(stored, half, inner),
        "J_regressor": _joint_regressor(stored, image, half + inner),
        "weights": _weights(stored, inner),
        "kintree_table": np.array([JOINT_PARENTS, range(len(JOINT_PARENTS))]),
        "f": np.concatenate([faces, image[faces[:, ::-1]]]),
        "mirror": np.concatenate([image, np.arange(inner)]),
        "sole": np.stack([stored["sole"], image[stored["sole"]]]).astype(np.int64),
        "vertex_ids": _landmarks(stored["landmarks"].astype(np.int64), image),
    }


def _scaled(stored: dict[str, Any], name: str) -> Float[np.ndarray, "..."]:
    """Whole numbers times the step of their last axis, as float32."""
    return (stored[name] * stored[f"{name}_step"]).astype(np.float32)


def _unfold(half: Float[np.ndarray, "H 3 ..."], inner: int) -> Float[np.ndarray, "V 3 ..."]:
    """Vectors of the whole body: x changes its sign on the other side."""
    sign = FLIP.reshape(3, *[1] * (half.ndim - 2))
    return np.concatenate([half, half[:inner] * sign])


def _posedirs(stored: dict[str, Any], half: int, inner: int) -> Float[np.ndarray, "V 3 207"]:
    """From blocks (3, 3, 3): a vertex's offset by the entries of one joint's rotation matrix.

    Mirrored, a rotation R becomes S R S with S = diag(-1, 1, 1), of the joint of the other side.
    """
    blocks = np.zeros((half + inner, 3, 23, 3, 3), dtype=np.float32)
    vertex, joint = stored["posedirs_vertex"], stored["posedirs_joint"] - 1
    blocks[vertex, :, joint] = _scaled(stored, "posedirs")
    signs = FLIP[:, None, None] * FLIP[:, None] * FLIP
    swap = np.array(OTHER_SIDE[1:]) - 1
    blocks[half:] = blocks[:inner][:, :, swap] * signs[:, None]
    return blocks.reshape(half + inner, 3, 207)


def _weights(stored: dict[str, Any], inner: int) -> Float[np.ndarray, "V 24"]:
    joint, weight = stored["weights_joint"], stored["weights"].astype(np.float64)
    half = np.zeros((len(joint), len(JOINT_PARENTS)))
    np.add.at(half, (np.arange(len(joint))[:, None], joint), weight)
    half /= half.sum(axis=1, keepdims=True)
    return np.concatenate([half, half[:inner][:, OTHER_SIDE]]).astype(np.float32)


def _joint_regressor(
    stored: dict[str, Any], image: Int[np.ndarray, " H"], count: int
) -> Float[np.ndarray, "24 V"]:
    """Stored are the rows of the left and the middle; the latter weigh both sides alike."""
    regressor = np.zeros((len(JOINT_PARENTS), count), dtype=np.float32)
    joint, vertex, weight = (stored[f"J_regressor_{part}"] for part in ("joint", "vertex", "value"))
    other = np.array(OTHER_SIDE)[joint]
    share = np.where(other == joint, weight / 2, weight)
    np.add.at(regressor, (joint, vertex), share)
    np.add.at(regressor, (other, image[vertex]), share)
    return regressor


def _landmarks(left: Int[np.ndarray, " L"], image: Int[np.ndarray, " H"]) -> dict[str, int]:
    """The nose is on the seam; all others come in pairs."""
    names = len(LANDMARKS)
    ids = {"nose": int(left[0])}
    for name, vertex in zip(LANDMARKS[1:], left[1:names], strict=True):
        ids |= {f"l{name}": int(vertex), f"r{name}": int(image[vertex])}
    for name, vertex in zip(FOOT_LANDMARKS, left[names:], strict=True):
        ids |= {f"L{name}": int(vertex), f"R{name}": int(image[vertex])}
    return ids
