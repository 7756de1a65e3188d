"""The body as its own front shows it, wherever the camera stood: HybridGait's second input."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor

from meshgait.body import Body
from meshgait.body.smpl_row import BODY, CAMERA, POSE
from meshgait.errors import ShapeError
from meshgait.modalities.normalized_coverage import normalized_coverage
from meshgait.numerics import in_full_precision


@in_full_precision
def front_silhouette(
    body: Body, smpl: Float[Tensor, "*batch 85"], size: tuple[int, int] = (64, 44)
) -> Float[Tensor, "*batch H W"]:
    """Silhouettes of bodies that face the viewer, seen without perspective, as high as `size`.

    A row of `smpl` is the camera (3) and the turn of the root (3), neither looked at, the rest of
    the pose and the shape. Gradients reach both. The result is of the type of the body.

    >>> import torch
    >>> front_silhouette(Body.embedded(), torch.zeros(2, 85)).shape
    torch.Size([2, 64, 44])
    """
    if smpl.shape[-1:] != (BODY,):
        raise ShapeError(f"smpl must be (..., {BODY}), got {tuple(smpl.shape)}")
    rows = smpl.reshape(-1, BODY).to(body.weights)  # estimates are kept in double precision
    pose = rows[:, CAMERA : CAMERA + POSE]
    still = pose.clone()
    still[:, :3] = 0
    mesh = body(pose=still, betas=rows[:, CAMERA + POSE :])
    seen = mesh.vertices[..., :2] * mesh.vertices.new_tensor([1.0, -1.0])
    return normalized_coverage(seen, mesh.faces, size).reshape(*smpl.shape[:-1], *size)
