"""From SMPL parameters to meshes (Loper et al., SMPL, TOG 2015), decoded by smplx."""

from __future__ import annotations

import contextlib
import io
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from meshgait._optional import require
from meshgait.body._embedded import load_embedded
from meshgait.body.files import find_body, read_body
from meshgait.errors import DataError, ShapeError
from meshgait.mesh import Mesh

_CHUNK = 128  # frames decoded at once: the skinning transforms of one take 441 kB


class Body(nn.Module):
    """A body in SMPL's format: 24 joints, 10 shape coefficients, no learnable parameters.

    `body(pose=..., betas=..., transl=...)` gives a `Mesh` and the gradient of all three. Its
    arrays are not part of a state dict: they belong to the body's file and its licence.

    >>> body = Body.embedded()
    >>> mesh = body(pose=torch.zeros(5, 72), betas=torch.zeros(10))
    >>> mesh.vertices.shape, mesh.joints.shape
    (torch.Size([5, 6890, 3]), torch.Size([5, 24, 3]))
    """

    layer: Any  # smplx's SMPLLayer; its arrays are buffers, which a Module cannot type

    def __init__(self, arrays: dict[str, Any]) -> None:
        super().__init__()
        self.layer = _smplx_layer(arrays)

    @classmethod
    def embedded(cls) -> Body:
        """The body that ships with meshgait (CC0): no download, no agreement."""
        return cls(load_embedded())

    @classmethod
    def load(cls, path: str | Path) -> Body:
        """A body model file, .pkl or .npz, such as `SMPL_NEUTRAL.pkl`.

        Looked for as `meshgait.body.files.find_body` says. Nothing in the file is run. Raises
        `BodyNotFoundError`, `DataError` or `UnsafeFileError`.
        """
        return cls(read_body(find_body(path)))

    @property
    def faces(self) -> Tensor:
        """Triangles (F, 3), the same tensor every time."""
        return self.layer.faces_tensor

    @property
    def landmarks(self) -> Int[Tensor, "21"]:
        """Vertices of face, feet and fingers, in the order of `LANDMARK_NAMES`."""
        return self.layer.vertex_joint_selector.extra_joints_idxs

    @property
    def skinning(self) -> Float[Tensor, "V 24"]:
        """How much each vertex moves with each joint; rows sum to 1."""
        return self.layer.lbs_weights

    def forward(
        self,
        *,
        pose: Float[Tensor, "*batch 72"],
        betas: Float[Tensor, "*shape 10"],
        transl: Float[Tensor, "*batch 3"] | None = None,
    ) -> Mesh:
        """Decode `pose` (*, T, 72), axis-angle in radians with the root first, to a mesh.

        `betas` has either one row for each sequence, (*, 10), blended once however many frames
        there are, or one for each frame, (*, T, 10). `transl` (*, T, 3) is in metres. Raises
        `ShapeError` where these do not fit, `DataError` where one holds NaN or infinity.
        """
        self._check(pose, betas, transl)
        lead = pose.shape[:-1]
        frames_per_shape = lead[-1] if betas.ndim < pose.ndim else 1
        vertices, joints = self._skin(
            pose.reshape(-1, 72).contiguous(), self.shape(betas.reshape(-1, 10)), frames_per_shape
        )
        vertices, joints = (x.reshape(*lead, *x.shape[1:]) for x in (vertices, joints))
        if transl is not None:
            offset = transl.unsqueeze(-2)
            vertices, joints = vertices + offset, joints + offset
        return Mesh(vertices, joints, self.faces)

    def shape(self, betas: Float[Tensor, "*batch 10"]) -> Float[Tensor, "*batch V 3"]:
        """The body at rest, T-pose, for shape coefficients that are N(0, 1) in the population."""
        return self.layer.v_template + torch.einsum("...k,vck->...vc", betas, self.layer.shapedirs)

    def _skin(
        self, pose: Float[Tensor, "N 72"], shaped: Float[Tensor, "S V 3"], frames_per_shape: int
    ) -> tuple[Float[Tensor, "N V 3"], Float[Tensor, "N J 3"]]:
        """Pose each row; row i has the shape `shaped[i // frames_per_shape]`."""
        from smplx.lbs import lbs

        layer, parts = self.layer, []
        owner = torch.arange(len(pose), device=pose.device) // frames_per_shape
        for start in range(0, len(pose), _CHUNK):
            part, rest = pose[start : start + _CHUNK], shaped[owner[start : start + _CHUNK]]
            # Without shape directions smplx has no blending of its own left to do.
            no_betas, no_directions = part[:, :0], layer.shapedirs[..., :0]
            parts.append(
                lbs(
                    no_betas, part, rest, no_directions, layer.posedirs,
                    layer.J_regressor, layer.parents, layer.lbs_weights,
                )
            )  # fmt: skip
        return torch.cat([part[0] for part in parts]), torch.cat([part[1] for part in parts])

    def _check(self, pose: Tensor, betas: Tensor, transl: Tensor | None) -> None:
        lead = pose.shape[:-1]
        if pose.numel() == 0:
            raise ShapeError(f"there is nothing to decode: pose is {tuple(pose.shape)}")
        if pose.shape[-1] != 72:
            raise ShapeError(f"pose is {tuple(pose.shape)}; its last axis must be 72")
        if betas.shape not in ((*lead, 10), (*lead[:-1], 10)):
            raise ShapeError(
                f"betas is {tuple(betas.shape)} for a pose of {tuple(pose.shape)}; give one row "
                f"per sequence, {(*lead[:-1], 10)}, or one per frame, {(*lead, 10)}"
            )
        if transl is not None and transl.shape != (*lead, 3):
            raise ShapeError(f"transl is {tuple(transl.shape)}, expected {(*lead, 3)}")
        _check_finite(pose=pose, betas=betas, **({} if transl is None else {"transl": transl}))


def _check_finite(**arrays: Tensor) -> None:
    for name, array in arrays.items():
        bad = ~array.isfinite().all(-1)
        if bad.any():
            place = ", ".join(str(i) for i in bad.nonzero()[0].tolist())
            raise DataError(
                f"{name}[{place}] holds NaN or infinity"
                if place
                else f"{name} holds NaN or infinity"
            )


def _smplx_layer(arrays: dict[str, Any]) -> nn.Module:
    smplx = require("smplx")
    struct = require("smplx.utils").Struct(
        v_template=arrays["v_template"],
        shapedirs=arrays["shapedirs"][..., :10],
        posedirs=arrays["posedirs"],
        J_regressor=arrays["J_regressor"],
        weights=arrays["weights"],
        kintree_table=arrays["kintree_table"].astype(np.int64),
        f=arrays["f"].astype(np.int64),
    )
    # smplx's own landmarks are vertices of SMPL's mesh; on another mesh they would be anything.
    landmarks = arrays.get("vertex_ids")
    if landmarks is None and len(arrays["v_template"]) != 6890:
        landmarks = defaultdict(int)
    # smplx prints a warning on every body with fewer than 300 shape coefficients.
    with contextlib.redirect_stdout(io.StringIO()):
        layer = smplx.SMPLLayer("", data_struct=struct, vertex_ids=landmarks)
    for module in layer.modules():
        for name, buffer in list(module.named_buffers(recurse=False)):
            module.register_buffer(name, buffer, persistent=False)
    return layer
