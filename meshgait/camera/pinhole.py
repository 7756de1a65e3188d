"""The pinhole camera."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import normalize, pad

from meshgait.camera.image import enlargement, require_an_image
from meshgait.errors import DataError
from meshgait.numerics import in_full_precision

NEAR = 1e-3  # metres; nothing nearer to the camera is drawn


@dataclass(frozen=True, eq=False)
class Camera:
    """One pinhole camera, or one per leading dimension (per frame, say).

    A world point X lies at `rotation @ X + translation` before the camera. `focal` and `center`
    (the principal point) are in pixels, x first; `size` is the image's (height, width).
    """

    rotation: Float[Tensor, "*batch 3 3"]
    translation: Float[Tensor, "*batch 3"]
    focal: Float[Tensor, "*#batch 2"]
    center: Float[Tensor, "*#batch 2"]
    size: tuple[int, int]

    def __post_init__(self) -> None:
        require_an_image(self.size)

    @classmethod
    def from_intrinsics(
        cls,
        matrix: Float[Tensor, "*batch 3 3"],
        size: tuple[int, int],
        *,
        rotation: Float[Tensor, "*batch 3 3"] | None = None,
        translation: Float[Tensor, "*batch 3"] | None = None,
    ) -> Camera:
        """A camera with the intrinsics [[fx, 0, cx], [0, fy, cy], [0, 0, 1]] of a calibration.

        OpenCV calls the centre of the first pixel (0, 0): add 0.5 to its cx and cy. Without
        `rotation` and `translation` the world has the camera's axes. Raises `DataError` for skew.
        """
        row = matrix.new_tensor([0.0, 0.0, 1.0])
        if bool((matrix[..., 0, 1] != 0).any() | (matrix[..., 1, 0] != 0).any()) or not bool(
            (matrix[..., 2, :] == row).all()
        ):
            raise DataError(
                "intrinsics must be [[fx, 0, cx], [0, fy, cy], [0, 0, 1]]; undo skew in the image"
            )
        focal = matrix.diagonal(dim1=-2, dim2=-1)[..., :2]
        if rotation is None:
            rotation = torch.eye(3).to(matrix).expand_as(matrix)
        if translation is None:
            translation = torch.zeros_like(matrix[..., 0])
        return cls(rotation, translation, focal, matrix[..., :2, 2], size)

    @classmethod
    @in_full_precision
    def orbit(
        cls,
        azimuth_deg: float | Float[Tensor, "*batch"],
        elevation_deg: float | Float[Tensor, "*batch"],
        distance: float | Float[Tensor, "*batch"],
        size: tuple[int, int],
        *,
        target: Float[Tensor, "*batch 3"] | tuple[float, float, float] = (0.0, 0.0, 0.0),
        fov_deg: float = 40.0,
    ) -> Camera:
        """Look at `target` from `distance` metres with a vertical field of view of `fov_deg`.

        Azimuth 0 stands on the z axis, before a body at rest, and grows towards the x axis, the
        body's left; elevation grows upwards.

        >>> Camera.orbit(0, 0, 4.0, (64, 64)).project(torch.zeros(1, 3))
        tensor([[32., 32.]])
        """
        places = (azimuth_deg, elevation_deg, distance, target)
        kinds = {x.dtype for x in places if isinstance(x, Tensor) and x.is_floating_point()}
        kind = reduce(torch.promote_types, kinds) if kinds else torch.get_default_dtype()
        goal = torch.as_tensor(target, dtype=kind)
        azimuth, elevation, radius = torch.broadcast_tensors(
            *(torch.as_tensor(x).to(goal) for x in (azimuth_deg, elevation_deg, distance))
        )
        azimuth, elevation = azimuth.deg2rad(), elevation.deg2rad()
        direction = torch.stack(
            [
                azimuth.sin() * elevation.cos(),
                elevation.sin(),
                azimuth.cos() * elevation.cos(),
            ],
            dim=-1,
        )
        eye = goal + radius[..., None] * direction
        return cls.look_at(eye, goal.expand_as(eye), size, fov_deg=fov_deg)

    @classmethod
    @in_full_precision
    def look_at(
        cls,
        eye: Float[Tensor, "*batch 3"],
        target: Float[Tensor, "*batch 3"],
        size: tuple[int, int],
        *,
        fov_deg: float = 40.0,
    ) -> Camera:
        """Stand at `eye`, look at `target`, keep the image upright.

        Straight up and straight down there is no upright image: `DataError`.
        """
        forward = normalize(target - eye, dim=-1)
        up = forward.new_tensor([0.0, 1.0, 0.0]).expand_as(forward)
        right = torch.linalg.cross(forward, up, dim=-1)
        if bool((right.square().sum(-1) < 1e-12).any()):
            raise DataError("a camera that looks straight up or down has no upright image")
        right = normalize(right, dim=-1)
        down = torch.linalg.cross(forward, right, dim=-1)
        rotation = torch.stack([right, down, forward], dim=-2)
        height, width = size
        half_view = torch.tensor(fov_deg / 2).to(eye).deg2rad()
        focal = (height / 2 / half_view.tan()).expand(2)
        center = eye.new_tensor([width / 2, height / 2])
        return cls(rotation, -(rotation @ eye[..., None])[..., 0], focal, center, size)

    @property
    @in_full_precision
    def position(self) -> Float[Tensor, "*batch 3"]:
        """Where the camera stands in the world, metres."""
        return -(self.rotation.mT @ self.translation[..., None])[..., 0]

    @in_full_precision
    def to_camera(self, points: Float[Tensor, "*batch N 3"]) -> Float[Tensor, "*batch N 3"]:
        """World points in the camera's axes, metres."""
        return points @ self.rotation.to(points).mT + self.translation.to(points)[..., None, :]

    @in_full_precision
    def project(self, points: Float[Tensor, "*batch N 3"]) -> Float[Tensor, "*batch N 2"]:
        """World points (metres) to pixels, x first.

        Raises `DataError` if a point lies behind the camera or within a millimetre of it: there
        is no clipping.
        """
        local = self.to_camera(points)
        depth = local[..., 2:]
        if bool((depth < NEAR).any()):
            behind, total = int((depth < NEAR).sum()), depth.numel()
            raise DataError(f"{behind} of {total} points lie behind the camera; move it away")
        focal, center = self.focal.to(points), self.center.to(points)
        return local[..., :2] / depth * focal[..., None, :] + center[..., None, :]

    @property
    def intrinsics(self) -> Float[Tensor, "*batch 3 3"]:
        """The matrix [[fx, 0, cx], [0, fy, cy], [0, 0, 1]], in pixels."""
        focal, center = torch.broadcast_tensors(self.focal, self.center)
        matrix = torch.diag_embed(torch.cat([focal, torch.ones_like(focal[..., :1])], dim=-1))
        shift = torch.cat([center, torch.zeros_like(center[..., :1])], dim=-1)
        return matrix + pad(shift[..., None], (2, 0))

    def resize(self, size: tuple[int, int]) -> Camera:
        """The same view on another number of pixels."""
        scale = enlargement(self.focal, self.size, size)
        return replace(self, focal=self.focal * scale, center=self.center * scale, size=size)

    def crop(
        self, corner: Float[Tensor, "*batch 2"] | tuple[float, float], size: tuple[int, int]
    ) -> Camera:
        """The part of the image that is `size` pixels large and begins at `corner`, x first.

        It may reach beyond the image; one corner per frame makes a crop that follows somebody.
        """
        center = self.center - torch.as_tensor(corner).to(self.center)
        lead = torch.broadcast_shapes(center.shape[:-1], self.translation.shape[:-1])
        rotation, translation = self.rotation.expand(*lead, 3, 3), self.translation.expand(*lead, 3)
        return replace(self, rotation=rotation, translation=translation, center=center, size=size)
