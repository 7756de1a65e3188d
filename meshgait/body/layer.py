"""The arrays of a body model, under the names that smplx gives to those of its `SMPLLayer`."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from meshgait.body.names import LANDMARK_NAMES

# What smplx calls the landmarks.
_SIDE = {"left": "l", "right": "r"}
_FOOT = {"big_toe": "BigToe", "small_toe": "SmallToe", "heel": "Heel"}


class Layer(nn.Module):
    """Arrays of a body of V vertices and J joints, which neither learn nor enter a state dict."""

    v_template: Float[Tensor, "V 3"]  # at rest, in metres
    shapedirs: Float[Tensor, "V 3 K"]
    posedirs: Float[Tensor, "P D"]  # P = 9 (J - 1), D = 3 V
    J_regressor: Float[Tensor, "J V"]
    lbs_weights: Float[Tensor, "V J"]
    parents: Int[Tensor, " J"]  # -1 of the root
    faces_tensor: Int[Tensor, "F 3"]
    landmarks: Int[Tensor, "21"]

    def __init__(self, arrays: dict[str, Any]) -> None:
        """`arrays` as the files of SMPL name them; `vertex_ids` too, else landmarks are 0."""
        super().__init__()
        parents = np.asarray(arrays["kintree_table"][0]).astype(np.int64)
        parents[0] = -1
        posedirs = np.asarray(arrays["posedirs"])
        numbers = {
            "v_template": arrays["v_template"],
            "shapedirs": arrays["shapedirs"][..., : 10 if len(parents) == 24 else None],
            "posedirs": posedirs.reshape(-1, posedirs.shape[-1]).T,
            "J_regressor": arrays["J_regressor"],
            "lbs_weights": arrays["weights"],
        }
        for name, array in numbers.items():
            own = torch.from_numpy(np.array(array, np.float32, order="C"))
            self.register_buffer(name, own, persistent=False)
        self.shapedirs = by_coefficient(self.shapedirs)
        places = {
            "parents": parents,
            "faces_tensor": np.asarray(arrays["f"]).astype(np.int64),
            "landmarks": np.array(_landmarks(arrays), np.int64),
        }
        for name, array in places.items():
            # Memory of torch's own: what NumPy shares is compared whenever it is drawn.
            self.register_buffer(name, torch.tensor(array), persistent=False)


def by_coefficient(directions: Float[Tensor, "P 3 K"]) -> Float[Tensor, "P 3 K"]:
    """The same numbers, in memory coefficient by coefficient: a row is what one of them moves."""
    return directions.permute(2, 0, 1).contiguous().permute(1, 2, 0)


def _landmarks(arrays: dict[str, Any]) -> list[int]:
    """Vertices in the order of `LANDMARK_NAMES`."""
    vertex = arrays.get("vertex_ids")
    if vertex is None:
        return [0] * len(LANDMARK_NAMES)
    return [vertex[_by_smplx(name)] for name in LANDMARK_NAMES]


def _by_smplx(name: str) -> str:
    """What smplx calls a landmark: `reye`, `LBigToe`, `lthumb`."""
    side, _, part = name.partition("_")
    if not part:
        return name
    return side[0].upper() + _FOOT[part] if part in _FOOT else _SIDE[side] + part
