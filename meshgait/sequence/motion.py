"""A walk as SMPL parameters, and the .npz files that hold one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float

from meshgait.body import Body
from meshgait.errors import DataError
from meshgait.files.storage import read_npz, write_npz
from meshgait.mesh import Mesh


@dataclass(frozen=True, eq=False)
class Motion:
    """`pose` (T, 72) in radians, `betas` (10,), `transl` (T, 3) in metres, frames per second."""

    pose: Float[np.ndarray, "T 72"]
    betas: Float[np.ndarray, "10"]
    transl: Float[np.ndarray, "T 3"]
    fps: float

    def decode(self, body: Body) -> Mesh:
        """The meshes of all frames."""
        pose, betas, transl = (
            torch.from_numpy(np.array(x, dtype=np.float32))
            for x in (self.pose, self.betas, self.transl)
        )
        return body(pose=pose, betas=betas, transl=transl)


def save_motion(path: str | Path, motion: Motion) -> None:
    """Write the four fields as an .npz."""
    write_npz(path, pose=motion.pose, betas=motion.betas, transl=motion.transl, fps=motion.fps)


def load_motion(path: str | Path, *, fps: float = 25.0) -> Motion:
    """Read `pose` (T, 72) with `betas`, `transl` and `fps`, each of which may be missing.

    A clip of `save_clip` works, too: of its `smpl` (T, 85) the camera is left out, and the person
    walks on the spot. One row of `betas` counts, the mean of several. Raises `DataError`.
    """
    path = Path(path)
    arrays = read_npz(path)
    rate = float(arrays["fps"]) if "fps" in arrays and arrays["fps"].size == 1 else fps
    if not 0 < rate < np.inf:
        raise DataError(f"{path}: fps is {rate}, expected a number above 0")
    pose, shape, transl = _parameters(path, arrays)
    return Motion(pose, shape, transl, rate)


def _parameters(
    path: Path, arrays: dict[str, np.ndarray]
) -> tuple[Float[np.ndarray, "T 72"], Float[np.ndarray, "10"], Float[np.ndarray, "T 3"]]:
    """Pose, shape and translation of a file, checked against each other."""
    if "pose" in arrays:
        pose, betas = arrays["pose"], arrays.get("betas", np.zeros(10))
    elif "smpl" in arrays and arrays["smpl"].ndim == 2 and arrays["smpl"].shape[1] == 85:
        pose, betas = arrays["smpl"][:, 3:75], arrays["smpl"][:, 75:]
    else:
        found = ", ".join(sorted(arrays)) or "nothing"
        raise DataError(f"{path} has neither pose (T, 72) nor smpl (T, 85), but {found}")
    if pose.ndim != 2 or pose.shape[1] != 72 or not len(pose):
        raise DataError(f"{path}: pose is {pose.shape}, expected (T, 72) with a frame or more")
    if betas.ndim not in (1, 2) or betas.shape[-1] < 10:
        raise DataError(f"{path}: betas are {betas.shape}, expected (10,) or (T, 10)")
    transl = arrays.get("transl", np.zeros((len(pose), 3)))
    if transl.shape != (len(pose), 3):
        raise DataError(f"{path}: transl is {transl.shape}, expected {(len(pose), 3)}")
    if any(x.dtype.kind not in "fiu" for x in (pose, betas, transl)):
        raise DataError(f"{path}: pose, betas and transl must be numbers")
    shape = np.atleast_2d(betas)[:, :10].mean(axis=0)
    pose, shape, transl = (np.asarray(x, dtype=np.float32) for x in (pose, shape, transl))
    if not all(np.isfinite(x).all() for x in (pose, shape, transl)):
        raise DataError(f"{path}: pose, betas and transl must be finite")
    return pose, shape, transl
