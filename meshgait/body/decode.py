"""From SMPL parameters to meshes (Loper et al., SMPL, TOG 2015).

Decoded by numba kernels on the CPU where numba is installed; else a file's body by smplx and the
embedded one by plain torch, which ask for no licence.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from meshgait._optional import installed
from meshgait.body import decode_smplx, decode_torch
from meshgait.body._embedded import load_embedded
from meshgait.body.files import find_body, read_body
from meshgait.body.kinds import SMPL, kind_of_joints
from meshgait.body.layer import Layer, by_coefficient
from meshgait.errors import DataError, ShapeError
from meshgait.mesh import Mesh
from meshgait.numerics import in_full_precision, in_no_mode, uncompiled

_CHUNK = 128  # frames decoded at once: the skinning transforms of one take 441 kB


class Body(nn.Module):
    """A body in SMPL's format: 24 joints, 10 shape coefficients, no learnable parameters.

    `body(pose=..., betas=..., transl=...)` gives a `Mesh` and the gradient of all three. Its
    arrays are not part of a state dict: they belong to the body's file and its licence.

    A file of SMPL-H or SMPL-X makes one of its own vertices, with 52 or 55 joints and the shape
    coefficients of its `kind`. It also takes the 72 numbers of SMPL's pose: fingers and face rest
    then, and the mesh has the joints that stand for SMPL's 24.

    >>> body = Body.embedded()
    >>> mesh = body(pose=torch.zeros(5, 72), betas=torch.zeros(10))
    >>> mesh.vertices.shape, mesh.joints.shape
    (torch.Size([5, 6890, 3]), torch.Size([5, 24, 3]))
    """

    _seat: Tensor  # joints at rest: of the mean shape, and by shape coefficient
    _seat_directions: Tensor
    _weights: Tensor

    @uncompiled
    def __init__(
        self, arrays: dict[str, Any], decode: Callable[..., Any] = decode_torch.decode
    ) -> None:
        """`arrays` as SMPL's files name them; `decode` poses where numba's kernels cannot."""
        super().__init__()
        self.kind = kind_of_joints(arrays["weights"].shape[-1]) or SMPL
        self._decode = decode
        self._skins: dict[torch.dtype, Any] = {}
        with in_no_mode():
            self.layer = Layer(arrays)
            regress = partial(torch.einsum, "jv,vck->jck", self.layer.J_regressor)
            self.register_buffer("_seat", regress(self.layer.v_template[..., None])[..., 0], False)
            directions = by_coefficient(regress(self.layer.shapedirs))
            self.register_buffer("_seat_directions", directions, False)
            if self.kind != SMPL:
                self.register_buffer("_weights", self._by_smpl_joints(), False)

    @classmethod
    @uncompiled
    def embedded(cls) -> Body:
        """The body that ships with meshgait (CC0): no download, no agreement."""
        return cls(load_embedded())

    @classmethod
    @uncompiled
    def load(cls, path: str | Path) -> Body:
        """A body model file, .pkl or .npz, such as `SMPL_NEUTRAL.pkl` or `SMPLX_NEUTRAL.npz`.

        What it is, SMPL, SMPL-H or SMPL-X, shows its content. Looked for as
        `meshgait.body.files.find_body` says. Nothing in the file is run. Raises
        `BodyNotFoundError`, `DataError` or `UnsafeFileError`.
        """
        arrays = decode_smplx.with_landmarks(read_body(find_body(path)))
        return cls(arrays, decode_smplx.decode)

    @property
    def faces(self) -> Tensor:
        """Triangles (F, 3), the same tensor every time."""
        return self.layer.faces_tensor

    @property
    def landmarks(self) -> Int[Tensor, "21"]:
        """Vertices of face, feet and fingers, in the order of `LANDMARK_NAMES`."""
        return self.layer.landmarks

    @property
    def weights(self) -> Float[Tensor, "V 24"]:
        """How much each of SMPL's joints moves each vertex; rows sum to 1.

        Fingers count as the hand and jaw and eyes as the head; all are in `layer.lbs_weights`.
        """
        return self.layer.lbs_weights if self.kind == SMPL else self._weights

    @property
    def joint_names(self) -> tuple[str, ...]:
        """The joints of a mesh, in their order: SMPL's 24, or 52 or 55."""
        return self.kind.joints

    def _by_smpl_joints(self) -> Float[Tensor, "V 24"]:
        own = self.layer.lbs_weights
        carriers = torch.tensor(self.kind.moved_by)
        return own.new_zeros(len(own), 24).index_add(1, carriers, own)

    @uncompiled
    @in_full_precision
    def forward(
        self,
        *,
        pose: Float[Tensor, "*batch A"],
        betas: Float[Tensor, "*shape K"],
        transl: Float[Tensor, "*batch 3"] | None = None,
    ) -> Mesh:
        """Decode `pose` (*, T, 72), axis-angle in radians with the root first, to a mesh.

        `betas` has either one row for each sequence, (*, 10), blended once however many frames
        there are, or one for each frame, (*, T, 10). `transl` (*, T, 3) is in metres. SMPL-H's
        poses have 156 numbers, SMPL-X's 165, fingers straight at 0, and their betas may be fewer
        or more than 10. Raises `ShapeError` where these do not fit, `DataError` where one holds NaN
        or infinity or is of another type than the body. On the CPU the gradient can be taken once,
        not of a gradient.
        """
        self._check(pose, betas, transl)
        if self.kind != SMPL and pose.shape[-1] == 72:
            return self._by_smpl_pose(pose, betas, transl)
        if not pose.numel():
            return self._of_no_frames(pose, betas if transl is None else betas.sum() + transl)
        lead, flat = pose.shape[:-1], pose.reshape(-1, pose.shape[-1])
        betas = betas.reshape(-1, betas.shape[-1])
        offset = flat.new_zeros(len(flat), 3) if transl is None else transl.reshape(-1, 3)
        decode = self._by_numba if _has_kernels(pose) else self._in_pieces
        vertices, joints = decode(flat, betas, offset)
        vertices, joints = (x.reshape(*lead, *x.shape[1:]) for x in (vertices, joints))
        return Mesh(vertices, joints, self.faces)

    def _by_smpl_pose(
        self,
        pose: Float[Tensor, "*batch 72"],
        betas: Float[Tensor, "*shape K"],
        transl: Float[Tensor, "*batch 3"] | None,
    ) -> Mesh:
        """The 22 joints that all have, and of the mesh those joints that stand for SMPL's."""
        resting = pose.new_zeros(*pose.shape[:-1], 3 * len(self.kind.joints) - 66)
        own = torch.cat([pose[..., :66], resting], dim=-1)
        mesh = self(pose=own, betas=betas, transl=transl)
        joints = mesh.require_joints()[..., self.kind.smpl_joints, :]
        return Mesh(mesh.vertices, joints, self.faces)

    def _of_no_frames(self, pose: Float[Tensor, "*batch A"], rest: Tensor) -> Mesh:
        """A mesh without a number, which depends on its arguments as any other."""
        nothing, points = pose.sum() + rest.sum(), (self.layer.v_template, self._seat)
        vertices, joints = (nothing + x.expand(*pose.shape[:-1], *x.shape) for x in points)
        return Mesh(vertices, joints, self.faces)

    @in_full_precision
    def shape(self, betas: Float[Tensor, "*batch K"]) -> Float[Tensor, "*batch V 3"]:
        """The body at rest, T-pose, for shape coefficients that are N(0, 1) in the population."""
        return _blended(betas, self.layer.v_template, self.layer.shapedirs)

    @in_full_precision
    def rest_joints(self, betas: Float[Tensor, "*batch K"]) -> Float[Tensor, "*batch 24 3"]:
        """SMPL's joints of `shape`, which follow the coefficients as linearly as the skin does."""
        own = self._own_rest(betas)
        return own if self.kind == SMPL else own[..., self.kind.smpl_joints, :]

    @in_full_precision
    def joints_of(self, shaped: Float[Tensor, "*batch V 3"]) -> Float[Tensor, "*batch 24 3"]:
        """SMPL's joints of bodies at rest with these vertices."""
        own = self.layer.J_regressor @ shaped
        return own if self.kind == SMPL else own[..., self.kind.smpl_joints, :]

    def _own_rest(self, betas: Float[Tensor, "*batch K"]) -> Float[Tensor, "*batch J 3"]:
        return _blended(betas, self._seat, self._seat_directions)

    def _by_numba(
        self,
        pose: Float[Tensor, "N A"],
        betas: Float[Tensor, "S K"],
        offset: Float[Tensor, "N 3"],
    ) -> tuple[Float[Tensor, "N V 3"], Float[Tensor, "N J 3"]]:
        """Pose each row; N / S rows after another share a shape."""
        from meshgait.body.decode_numba import decode, skin

        layer, dtype = self.layer, pose.dtype
        if dtype not in self._skins:
            self._skins[dtype] = skin(layer.lbs_weights, layer.posedirs, layer.parents)
        rest = self._own_rest(betas)
        return decode(pose, self.shape(betas), rest, offset, self._skins[dtype])

    def _in_pieces(
        self,
        pose: Float[Tensor, "N A"],
        betas: Float[Tensor, "S K"],
        offset: Float[Tensor, "N 3"],
    ) -> tuple[Float[Tensor, "N V 3"], Float[Tensor, "N J 3"]]:
        """As `_by_numba`, on any device."""
        shaped, rest, parts = self.shape(betas), self._own_rest(betas), []
        owner = torch.arange(len(pose), device=pose.device) // (len(pose) // len(betas))
        for start in range(0, len(pose), _CHUNK):
            rows = slice(start, start + _CHUNK)
            found = self._decode(pose[rows], shaped[owner[rows]], rest[owner[rows]], self.layer)
            parts.append([points + offset[rows, None] for points in found])
        return torch.cat([part[0] for part in parts]), torch.cat([part[1] for part in parts])

    def _check(self, pose: Tensor, betas: Tensor, transl: Tensor | None) -> None:
        lead, own = pose.shape[:-1], 3 * len(self.kind.joints)
        if pose.shape[-1:] not in ((72,), (own,)):
            other = "" if own == 72 else f", or {own} for all joints of {self.kind.title}"
            raise ShapeError(f"pose is {tuple(pose.shape)}; its last axis must be 72{other}")
        count, most = (betas.shape or (0,))[-1], self.layer.shapedirs.shape[-1]
        fits = count == 10 if self.kind == SMPL else 0 < count <= most
        if not fits or betas.shape not in ((*lead, count), (*lead[:-1], count)):
            wanted = min(10, most)
            raise ShapeError(
                f"betas is {tuple(betas.shape)} for a pose of {tuple(pose.shape)}; give one row "
                f"per sequence, {(*lead[:-1], wanted)}, or one per frame, {(*lead, wanted)}"
            )
        if transl is not None and transl.shape != (*lead, 3):
            raise ShapeError(f"transl is {tuple(transl.shape)}, expected {(*lead, 3)}")
        given = {"pose": pose, "betas": betas} | ({} if transl is None else {"transl": transl})
        for name, array in given.items():
            _check_numbers(name, array, self.layer.v_template.dtype)


def _blended(
    betas: Float[Tensor, "*batch K"], mean: Float[Tensor, "P 3"], by: Float[Tensor, "P 3 A"]
) -> Float[Tensor, "*batch P 3"]:
    """Points of the mean shape, moved by the directions `by` of the first coefficients."""
    rows = by.permute(2, 0, 1)[: betas.shape[-1]].flatten(1)  # a view: see `by_coefficient`
    points = torch.addmm(mean.reshape(1, -1), betas.reshape(-1, len(rows)), rows)
    return points.reshape(*betas.shape[:-1], *mean.shape)


def _has_kernels(pose: Tensor) -> bool:
    """Whether numba can decode `pose`; it is more than ten times as fast."""
    known = pose.device.type == "cpu" and pose.dtype in (torch.float32, torch.float64)
    return known and installed("numba")


def _check_numbers(name: str, array: Tensor, dtype: torch.dtype) -> None:
    if array.dtype != dtype:
        raise DataError(
            f"{name} is of {array.dtype}, the body of {dtype}; convert it with {name}.to({dtype}), "
            "or the body with body.float() or body.double()"
        )
    if math.isfinite(array.detach().sum()):  # one pass, unless there is something to find
        return
    bad = ~array.isfinite().all(-1)
    if bad.any():
        place = ", ".join(str(i) for i in bad.nonzero()[0].tolist())
        raise DataError(f"{name}{f'[{place}]' if place else ''} holds NaN or infinity")
