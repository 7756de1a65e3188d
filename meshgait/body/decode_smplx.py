"""Poses to vertices by smplx itself, whose licence is for research that is not commercial."""

from __future__ import annotations

from typing import Any

from jaxtyping import Float
from torch import Tensor

from meshgait._optional import require
from meshgait.body.kinds import kind_of_joints
from meshgait.body.layer import Layer


def with_landmarks(arrays: dict[str, Any]) -> dict[str, Any]:
    """The arrays of a body with the landmarks that smplx knows, if it has the vertices of its kind.

    Elsewhere they would be anything.
    """
    kind = kind_of_joints(arrays["weights"].shape[-1])
    if kind is None or len(arrays["v_template"]) != kind.vertices:
        return arrays
    return arrays | {"vertex_ids": require("smplx.vertex_ids").vertex_ids[kind.landmarks]}


def decode(
    pose: Float[Tensor, "N A"],
    shaped: Float[Tensor, "N V 3"],
    rest: Float[Tensor, "N J 3"],
    layer: Layer,
) -> tuple[Float[Tensor, "N V 3"], Float[Tensor, "N J 3"]]:
    """As `decode_torch.decode`; smplx finds the joints at rest, `rest`, itself."""
    # Without shape directions smplx has no blending of its own left to do.
    no_betas, no_directions = pose[:, :0], layer.shapedirs[..., :0]
    return require("smplx.lbs").lbs(
        no_betas, pose.contiguous(), shaped, no_directions, layer.posedirs, layer.J_regressor,
        layer.parents, layer.lbs_weights,
    )  # fmt: skip
