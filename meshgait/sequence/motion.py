"""A walk as SMPL parameters, and the .npz files that hold one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float

from meshgait.body import Body
from meshgait.body.decode_torch import pose_skeleton
from meshgait.errors import ConfigError, DataError, ShapeError
from meshgait.files.storage import read_npz, write_npz
from meshgait.mesh import Mesh
from meshgait.numerics import show_shapes
from meshgait.sequence.kind import names_in, require_kind
from meshgait.sequence.resample import Moments, clock

_ALSO = {
    "transl": ("trans",),
    "fps": ("mocap_framerate", "mocap_frame_rate", "frame_rate", "framerate"),
}
_MOST_TURN = 4 * np.pi  # of a joint, in radians: twice round
_LEAST_FPS = 1.0


@dataclass(frozen=True, eq=False)
class Motion:
    """`pose` (T, 72) in radians, `betas` (10,), `transl` (T, 3) in metres, frames per second.

    Several of equal length may be held at once, as a fit of a batch does: their axes come first.
    Raises `ShapeError` for arrays that do not fit together, `DataError` for what is no finite
    number and a frame rate that is not above 0.
    """

    pose: Float[np.ndarray, "*batch T 72"]
    betas: Float[np.ndarray, "*batch 10"]
    transl: Float[np.ndarray, "*batch T 3"]
    fps: float

    __repr__ = show_shapes

    def __post_init__(self) -> None:
        _check(self.pose, self.betas, self.transl, self.fps)

    def __len__(self) -> int:
        return self.pose.shape[-2]

    def decode(self, body: Body) -> Mesh:
        """The meshes of all frames."""
        pose, betas, transl = (
            torch.from_numpy(np.array(x, dtype=np.float32)).to(body.weights)
            for x in (self.pose, self.betas, self.transl)
        )
        return body(pose=pose, betas=betas, transl=transl)

    def skeleton(
        self, body: Body
    ) -> tuple[Float[np.ndarray, "T 24 3 3"], Float[np.ndarray, "T 24 3"]]:
        """Rotations and places of the joints in the world, of one motion, without its skin."""
        from scipy.spatial.transform import Rotation

        local = Rotation.from_rotvec(self.pose.reshape(-1, 3).astype(np.float64)).as_matrix()
        rest = self._rest(body)
        turns, places = pose_skeleton(
            torch.from_numpy(local.reshape(-1, 24, 3, 3)), rest.expand(len(self), 24, 3)
        )
        return turns.numpy(), places.numpy() + self.transl[:, None].astype(np.float64)

    def cut(self, start: int, end: int) -> Motion:
        """The frames from `start` to before `end`."""
        frames = slice(start, end)
        return replace(self, pose=self.pose[..., frames, :], transl=self.transl[..., frames, :])

    def carried(
        self, body: Body, turn: Float[np.ndarray, "3 3"], shift: Float[np.ndarray, "3"]
    ) -> Motion:
        """One motion in a world that is turned about the origin and then moved."""
        from scipy.spatial.transform import Rotation

        pelvis = self._rest(body)[0].numpy()
        pose = self.pose.astype(np.float64)
        pose[:, :3] = (Rotation.from_matrix(turn) * Rotation.from_rotvec(pose[:, :3])).as_rotvec()
        place = (self.transl + pelvis) @ turn.T + shift - pelvis
        return replace(self, pose=pose.astype(np.float32), transl=place.astype(np.float32))

    def _rest(self, body: Body) -> Float[torch.Tensor, "24 3"]:
        betas = torch.from_numpy(np.asarray(self.betas, np.float32)).to(body.weights)
        return body.rest_joints(betas).detach().cpu().double()

    def resample(self, fps: float) -> Motion:
        """The same motion at another frame rate, from the same first moment."""
        if not 0 < fps < np.inf:
            raise ConfigError(f"a motion can be resampled to a rate above 0, got {fps}")
        known = np.arange(len(self)) / self.fps
        moments = Moments.at(clock(known[-1], fps), known)
        joints = np.moveaxis(self.pose.reshape(*self.pose.shape[:-1], 24, 3), -3, 0)
        pose = np.moveaxis(moments.rotations(joints), 0, -3)
        transl = np.moveaxis(moments.rows(np.moveaxis(self.transl, -2, 0)), 0, -2)
        return Motion(
            pose.reshape(*pose.shape[:-2], 72).astype(self.pose.dtype),
            self.betas,
            transl.astype(self.transl.dtype),
            float(fps),
        )


def _check(pose: np.ndarray, betas: np.ndarray, transl: np.ndarray, fps: float) -> None:
    lead = pose.shape[:-1]
    if pose.shape[-1:] != (72,) or not lead or not lead[-1]:
        raise ShapeError(f"pose is {pose.shape}, expected (T, 72) with a frame or more")
    for name, array, expected in (
        ("betas", betas, (*lead[:-1], 10)),
        ("transl", transl, (*lead, 3)),
    ):
        if array.shape != expected:
            raise ShapeError(f"{name} is {array.shape}, expected {expected}")
    if any(x.dtype.kind not in "fiu" or not np.isfinite(x).all() for x in (pose, betas, transl)):
        raise DataError("pose, betas and transl must be finite numbers")
    if not 0 < fps < np.inf:
        raise DataError(f"fps is {fps}, expected a number above 0")


def save_motion(path: str | Path, motion: Motion) -> None:
    """Write the four fields as an .npz."""
    write_npz(path, pose=motion.pose, betas=motion.betas, transl=motion.transl, fps=motion.fps)


def load_motion(path: str | Path, *, fps: float = 25.0) -> Motion:
    """Read `pose` (T, 72) with `betas`, `transl` and `fps`, each of which may be missing.

    A fit is a motion with more arrays. Raises `DataError`, for a clip too: `meshgait.io.read` takes
    the bodies of clips.
    """
    path = Path(path)
    require_kind(path, names_in(path), "motion")
    others = (name for names in _ALSO.values() for name in names)
    arrays = read_npz(path, only=("pose", "betas", "transl", "fps", *others))
    try:
        return motion_of(arrays, fps=fps)
    except DataError as error:
        raise DataError(f"{path}: {error}") from error


def by_our_names(arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Arrays of a motion by their names here, where others call them as AMASS does."""
    found = {
        name: arrays[other]
        for name, others in _ALSO.items()
        for other in others
        if other in arrays and name not in arrays
    }
    return {**arrays, **found}


def require_radians(pose: Float[np.ndarray, "T ..."]) -> None:
    """Raise `DataError` for axis-angle vectors of joints that nobody's are in radians."""
    turn = np.linalg.norm(pose.reshape(-1, 3).astype(np.float64), axis=1).max(initial=0.0)
    if turn > _MOST_TURN:
        raise DataError(
            f"a joint is turned by {turn:.3g} radians; if pose holds degrees, divide it by 57.2958"
        )


def require_rate(fps: float) -> None:
    """Raise `DataError` for a rate in which no steps are seen, such as the time of a frame."""
    if not fps >= _LEAST_FPS:
        raise DataError(
            f"the frame rate is {fps:g}; needed are frames in a second, 1 or more, not the seconds "
            "of a frame"
        )


def motion_of(arrays: Mapping[str, np.ndarray], *, fps: float = 25.0) -> Motion:
    """The motion in a file's arrays: betas are the mean of their rows, what is missing is 0."""
    arrays = by_our_names(arrays)
    pose, betas = arrays["pose"], arrays.get("betas", np.zeros(10))
    transl = arrays.get("transl", np.zeros((*pose.shape[:1], 3)))
    rate = arrays.get("fps", np.array(fps))
    if pose.ndim != 2:
        raise DataError(f"pose is {pose.shape}, expected that of one walk, (T, 72)")
    if betas.ndim not in (1, 2) or betas.shape[-1] < 10 or not len(betas):
        raise DataError(f"betas are {betas.shape}, expected (10,) or (T, 10)")
    if any(x.dtype.kind not in "fiu" for x in (pose, betas, transl, rate)) or rate.size != 1:
        raise DataError("pose, betas, transl and fps must be finite numbers, fps a single one")
    shape = np.atleast_2d(betas)[:, :10].mean(axis=0)
    single = [np.asarray(x, dtype=np.float32) for x in (pose, shape, transl)]
    try:
        _check(single[0], single[1], single[2], rate.item())
    except ShapeError as error:
        raise DataError(str(error)) from error
    require_radians(single[0])
    require_rate(rate.item())
    return Motion(single[0], single[1], single[2], float(rate.item()))
