"""The camera without perspective, in which tools that estimate SMPL place their bodies."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from meshgait.camera.image import enlargement, require_an_image
from meshgait.camera.pinhole import NEAR, Camera
from meshgait.errors import DataError, ShapeError
from meshgait.numerics import in_full_precision


@dataclass(frozen=True, eq=False)
class WeakPerspective:
    """One camera without perspective, or one per leading dimension.

    A world point X appears at `scale * (rotation @ X) + shift`, of which the first two components
    count: pixels from the top left corner. `scale` is in pixels per metre; it and `shift` are x
    first.
    """

    rotation: Float[Tensor, "*#batch 3 3"]
    scale: Float[Tensor, "*#batch 2"]
    shift: Float[Tensor, "*batch 2"]
    size: tuple[int, int]

    def __post_init__(self) -> None:
        require_an_image(self.size)

    @classmethod
    def from_romp(
        cls,
        cam: Float[Tensor, "*batch 3"],
        size: tuple[int, int],
        *,
        rotation: Float[Tensor, "*#batch 3 3"] | None = None,
    ) -> WeakPerspective:
        """From ROMP's (s, tx, ty): a point appears at `s * X + t`.

        That runs from -1 to 1 over a square as long as the longer side of `size` and with the
        same middle. Without `rotation` X is in the camera's axes, as these tools give it.

        >>> camera = WeakPerspective.from_romp(torch.tensor([0.8, 0.1, -0.2]), (100, 100))
        >>> camera.project(torch.tensor([[0.5, 1.0, 0.0]]))
        tensor([[75., 80.]])
        """
        half = max(size) / 2
        middle = cam.new_tensor([size[1] / 2, size[0] / 2])
        if rotation is None:
            rotation = torch.eye(3).to(cam)
        scale = (half * cam[..., :1]).expand_as(cam[..., 1:])
        return cls(rotation, scale, half * cam[..., 1:] + middle, size)

    @classmethod
    def from_hmr(
        cls,
        cam: Float[Tensor, "*batch 3"],
        size: tuple[int, int],
        *,
        rotation: Float[Tensor, "*#batch 3 3"] | None = None,
    ) -> WeakPerspective:
        """From (s, tx, ty) of HMR, SPIN and VIBE: a point appears at `s * (X + t)`.

        Otherwise as `from_romp`.
        """
        shift = cam[..., :1] * cam[..., 1:]
        return cls.from_romp(torch.cat([cam[..., :1], shift], -1), size, rotation=rotation)

    @classmethod
    @in_full_precision
    def from_pinhole(
        cls,
        camera: Camera,
        around: Float[Tensor, "*batch 3"] | tuple[float, float, float] = (0.0, 0.0, 0.0),
    ) -> WeakPerspective:
        """The camera that agrees with `camera` at the world point `around`, and beside it."""
        point = torch.as_tensor(around).to(camera.translation)
        turned = (camera.rotation @ point[..., None])[..., 0]
        depth = turned[..., 2:] + camera.translation[..., 2:]
        if bool((depth < NEAR).any()):
            raise DataError("the point around which perspective is dropped is behind the camera")
        scale = camera.focal / depth
        shift = camera.center + scale * camera.translation[..., :2]
        return cls(camera.rotation, scale, shift, camera.size)

    def to_romp(self) -> Float[Tensor, "*batch 3"]:
        """(s, tx, ty) so that a point appears at `s * X + t`; `ShapeError` for oblong pixels."""
        if not torch.allclose(self.scale[..., 0], self.scale[..., 1]):
            raise ShapeError("one scale cannot say that pixels are oblong; resize the image back")
        half = max(self.size) / 2
        middle = self.shift.new_tensor([self.size[1] / 2, self.size[0] / 2])
        shift = (self.shift - middle) / half
        return torch.cat([(self.scale[..., :1] / half).expand_as(shift[..., :1]), shift], dim=-1)

    def to_hmr(self) -> Float[Tensor, "*batch 3"]:
        """(s, tx, ty) so that a point appears at `s * (X + t)`; errors as `to_romp`."""
        cam = self.to_romp()
        return torch.cat([cam[..., :1], cam[..., 1:] / cam[..., :1]], dim=-1)

    def to_pinhole(self, focal_px: float) -> Camera:
        """A camera whose vertical focal length is `focal_px` and that agrees where z is 0.

        Those are the points as deep as the origin, the pelvis say. HMR's tools draw with 5000.
        """
        depth = focal_px / self.scale[..., 1:]
        middle = self.shift.new_tensor([self.size[1] / 2, self.size[0] / 2])
        aside = (self.shift - middle) / self.scale
        translation = torch.cat([aside, depth.expand_as(aside[..., :1])], dim=-1)
        rotation = self.rotation.expand(*translation.shape[:-1], 3, 3)
        return Camera(rotation, translation, self.scale * depth, middle, self.size)

    @in_full_precision
    def to_camera(self, points: Float[Tensor, "*batch N 3"]) -> Float[Tensor, "*batch N 3"]:
        """World points in the camera's axes, metres; depth counts from the world's origin."""
        return points @ self.rotation.to(points).mT

    @in_full_precision
    def project(self, points: Float[Tensor, "*batch N 3"]) -> Float[Tensor, "*batch N 2"]:
        """World points (metres) to pixels, x first."""
        scale, shift = self.scale.to(points), self.shift.to(points)
        return self.to_camera(points)[..., :2] * scale[..., None, :] + shift[..., None, :]

    def resize(self, size: tuple[int, int]) -> WeakPerspective:
        """The same view on another number of pixels."""
        scale = enlargement(self.scale, self.size, size)
        return replace(self, scale=self.scale * scale, shift=self.shift * scale, size=size)

    def crop(
        self, corner: Float[Tensor, "*batch 2"] | tuple[float, float], size: tuple[int, int]
    ) -> WeakPerspective:
        """The part of the image that is `size` pixels large and begins at `corner`, x first."""
        return replace(self, shift=self.shift - torch.as_tensor(corner).to(self.shift), size=size)
