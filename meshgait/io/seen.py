"""Bodies as the camera of a video saw them: what is wanted to draw them over its pictures."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from meshgait.body import Body
from meshgait.camera import Camera, WeakPerspective
from meshgait.io.track import BodyTrack
from meshgait.mesh import Mesh

SMPL_PELVIS = (-0.0022, -0.2408, 0.0286)
"""Where the pelvis of SMPL's mean body rests, in metres, as other tools' cameras see it."""

Size = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Seen:
    """A track as its file has it, and `camera(row, size)` of whole pictures.

    `size` is (height, width) in pixels. `camera` raises `DataError` for pictures of a
    size that it did not see. `pelvis` is where that of the body rests which `transl` is meant for;
    None means the body that it is drawn with.
    """

    track: BodyTrack
    camera: Callable[[int, Size], Camera | WeakPerspective]
    pelvis: tuple[float, float, float] | None = SMPL_PELVIS

    def decode(self, row: int, body: Body) -> Mesh:
        """The body of one row, in the axes of the track."""
        track = self.track
        place = torch.zeros(1, 3) if track.transl is None else _row(track.transl, row)
        if self.pelvis is not None:
            rests = body.rest_joints(torch.zeros(1, 10))[0, 0]
            place = place + torch.tensor(self.pelvis) - rests
        pose = _row(track.pose.reshape(len(track), 72), row)
        return body(pose=pose, betas=_row(track.betas, row), transl=place)


def _row(values: object, row: int) -> Float[Tensor, "1 C"]:
    return torch.as_tensor(values)[row : row + 1].float()


def seen_by_romp(track: BodyTrack) -> Seen:
    """With the weak camera of the whole picture that ROMP gives."""
    if track.camera is None:
        raise AttributeError("a track of ROMP has a camera")
    cam = torch.from_numpy(track.camera.cam)
    return Seen(track, lambda row, size: WeakPerspective.from_romp(cam[row], size))


def seen_by_vibe(track: BodyTrack, cam: Float[Tensor, "T 4"]) -> Seen:
    """(sx, sy, tx, ty): a point appears at `s * (X + t)`, from -1 to 1 over each side."""

    def camera(row: int, size: Size) -> WeakPerspective:
        half = torch.tensor([size[1] / 2, size[0] / 2])
        scale = cam[row, :2] * half
        return WeakPerspective(torch.eye(3), scale, scale * cam[row, 2:] + half, size)

    return Seen(track, camera)


def seen_from_the_middle(track: BodyTrack, focal_px: Callable[[Size], float]) -> Seen:
    """A track in the axes of a pinhole camera whose principal point is the middle."""

    def camera(row: int, size: Size) -> Camera:
        focal, middle = torch.full((2,), focal_px(size)), torch.tensor([size[1] / 2, size[0] / 2])
        return Camera(torch.eye(3), torch.zeros(3), focal, middle, size)

    return Seen(track, camera)


def hmr_focal(size: Size) -> float:
    """5000 pixels over a square of 256 that holds the picture: HMR's, and 4D-Humans'."""
    return 5000.0 / 256.0 * max(size)


def diagonal(size: Size) -> float:
    """The picture's diagonal, which WHAM takes where no camera was calibrated."""
    return math.hypot(*size)
