"""Poses to vertices by smplx itself, whose licence is for research that is not commercial."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor

from meshgait._optional import require
from meshgait.body.layer import Layer


def decode(
    pose: Float[Tensor, "N 72"],
    shaped: Float[Tensor, "N V 3"],
    rest: Float[Tensor, "N 24 3"],
    layer: Layer,
) -> tuple[Float[Tensor, "N V 3"], Float[Tensor, "N 24 3"]]:
    """As `decode_torch.decode`; smplx finds the joints at rest, `rest`, itself."""
    # Without shape directions smplx has no blending of its own left to do.
    no_betas, no_directions = pose[:, :0], layer.shapedirs[..., :0]
    return require("smplx.lbs").lbs(
        no_betas, pose.contiguous(), shaped, no_directions, layer.posedirs, layer.J_regressor,
        layer.parents, layer.lbs_weights,
    )  # fmt: skip
