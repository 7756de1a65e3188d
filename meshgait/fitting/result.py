"""What a fit found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from meshgait.body import Body
from meshgait.camera import Camera, WeakPerspective
from meshgait.camera.arrays import camera_from_arrays, camera_to_arrays
from meshgait.errors import DataError, ShapeError
from meshgait.files.storage import read_npz, write_npz
from meshgait.mesh import Mesh
from meshgait.numerics import show_shapes
from meshgait.sequence.kind import names_in, require_kind
from meshgait.sequence.motion import Motion
from meshgait.sequence.sequence import GaitSequence
from meshgait.sequence.smpl import smpl_of

_MOTION = ("pose", "betas", "transl")
_SKIN = ("offsets", "confidence")


@dataclass(frozen=True, eq=False)
class Fit:
    """The motion that was found, and the camera that shows the body on the silhouettes.

    `iou` is the overlap of the hard masks by their union, `start` the motion the fit began with,
    its place found by the silhouettes where none was given. `offsets`, in metres along the normals,
    are how far the skin stands off what the motion says, `confidence` how much of it was seen, as
    `meshgait.fitting.refine` finds both; None where nobody asked for them. `frame` are the numbers
    of the pictures in their video, if they are known.
    """

    motion: Motion
    iou: Float[Tensor, "*batch T"]
    camera: Camera | WeakPerspective
    start: Motion
    start_iou: Float[Tensor, "*batch T"]
    offsets: Float[Tensor, " V"] | None = None
    confidence: Float[Tensor, " V"] | None = None
    frame: Int[np.ndarray, " T"] | None = None

    __repr__ = show_shapes

    def decode(self, body: Body) -> Mesh:
        """The bodies that were found, with their offsets where there are any."""
        mesh = self.motion.decode(body)
        if self.offsets is None:
            return mesh
        return replace(mesh, vertices=mesh.vertices + self.offsets[:, None] * mesh.vertex_normals())

    def to_clip(self, body: Body, subject: str) -> GaitSequence:
        """A sequence with `smpl` (T, 85): the body as the camera of the fit sees it.

        Raises `ShapeError` for the fit of a batch.
        """
        if self.motion.pose.ndim != 2:
            raise ShapeError(
                f"a clip shows one walk, and this is the fit of several: {self.motion.pose.shape}"
            )
        joints = self.motion.decode(body).require_joints()
        smpl = smpl_of(self.motion, joints, self.camera).astype(np.float32)
        return GaitSequence(subject, "unknown", "unknown", {"smpl": smpl})

    def save(self, path: str | Path) -> None:
        """Write an .npz of the motion (see `save_motion`), with iou, the start and the camera."""
        arrays: dict[str, Any] = {name: getattr(self.motion, name) for name in (*_MOTION, "fps")}
        arrays |= {f"start_{name}": getattr(self.start, name) for name in _MOTION}
        arrays |= {"iou": self.iou.numpy(), "start_iou": self.start_iou.numpy()}
        arrays |= {name: getattr(self, name).numpy() for name in _SKIN if self.offsets is not None}
        if self.frame is not None:
            arrays["frame"] = self.frame
        arrays |= camera_to_arrays(self.camera)
        write_npz(path, **arrays)

    @classmethod
    def load(cls, path: str | Path) -> Fit:
        """Read what `save` wrote; `DataError` for anything else."""
        require_kind(Path(path), names_in(Path(path)), "fit")
        arrays = read_npz(path)
        try:
            camera = camera_from_arrays(arrays)
            fps = float(arrays["fps"])
            ours, start = (
                Motion(arrays[f"{part}pose"], arrays[f"{part}betas"], arrays[f"{part}transl"], fps)
                for part in ("", "start_")
            )
            iou, start_iou = (torch.from_numpy(arrays[name]) for name in ("iou", "start_iou"))
            skin: dict[str, Any] = {
                name: torch.from_numpy(arrays[name]) for name in _SKIN if "offsets" in arrays
            }
        except (KeyError, ValueError, TypeError) as error:
            raise DataError(f"{path} is no fit that meshgait wrote: {error}") from error
        return cls(ours, iou, camera, start, start_iou, **skin, frame=arrays.get("frame"))
