"""What a fit found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from meshgait.body import Body
from meshgait.camera import Camera, WeakPerspective
from meshgait.errors import DataError
from meshgait.files.storage import read_npz, write_npz
from meshgait.fitting.config import Start
from meshgait.mesh import Mesh

_CAMERAS = {
    "pinhole": (Camera, ("rotation", "translation", "focal", "center")),
    "weak": (WeakPerspective, ("rotation", "scale", "shift")),
}
_OWN = ("pose", "betas", "transl", "iou")


@dataclass(frozen=True, eq=False)
class Fit:
    """SMPL parameters (radians, metres) and the camera that shows the body on the silhouettes.

    `iou` is the overlap of the hard masks by their union, `start` what the fit began with.
    """

    pose: Float[Tensor, "*batch T 72"]
    betas: Float[Tensor, "*batch 10"]
    transl: Float[Tensor, "*batch T 3"]
    iou: Float[Tensor, "*batch T"]
    camera: Camera | WeakPerspective
    start: Start
    start_iou: Float[Tensor, "*batch T"]

    def decode(self, body: Body) -> Mesh:
        """The meshes of all frames."""
        like = body.weights
        pose, betas, transl = (x.to(like) for x in (self.pose, self.betas, self.transl))
        return body(pose=pose, betas=betas, transl=transl)

    def save(self, path: str | Path) -> None:
        """Write an .npz with pose, betas, transl, iou, all of the start and of the camera."""
        arrays = {name: getattr(self, name).numpy() for name in _OWN}
        for name in _OWN[:3]:
            value = getattr(self.start, name)
            arrays[f"start_{name}"] = value.numpy()
        arrays["start_iou"] = self.start_iou.numpy()
        kind = "pinhole" if isinstance(self.camera, Camera) else "weak"
        arrays["camera"] = np.array(kind)
        arrays["camera_size"] = np.array(self.camera.size)
        for name in _CAMERAS[kind][1]:
            arrays[f"camera_{name}"] = getattr(self.camera, name).detach().numpy()
        write_npz(path, **arrays)

    @classmethod
    def load(cls, path: str | Path) -> Fit:
        """Read what `save` wrote; `DataError` for anything else."""
        arrays = read_npz(path)
        try:
            camera_type, names = _CAMERAS[str(arrays["camera"])]
            height, width = arrays["camera_size"].tolist()
            parts = {name: torch.from_numpy(arrays[f"camera_{name}"]) for name in names}
            own = [torch.from_numpy(arrays[name]) for name in _OWN]
            start = [torch.from_numpy(arrays[f"start_{name}"]) for name in _OWN]
        except (KeyError, ValueError, TypeError) as error:
            raise DataError(f"{path} is no fit that meshgait wrote: {error}") from error
        camera = camera_type(**parts, size=(height, width))
        pose, betas, transl, iou = own
        return cls(pose, betas, transl, iou, camera, Start(*start[:3]), start[3])
