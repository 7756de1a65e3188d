"""What the silhouettes were seen through: a camera that is known, or the crop of gait data sets.

Both place a body by three numbers per frame and draw it; they differ in whether these matter.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from jaxtyping import Float, Int
from torch import Tensor

from meshgait.camera import Camera
from meshgait.fitting.targets import bounding_boxes
from meshgait.modalities import gait_map, median_column
from meshgait.render import coverage

# A camera that faces the front of a body at rest.
_FRONT = ((1.0, 0.0, 0.0), (0.0, -1.0, 0.0), (0.0, 0.0, -1.0))
_PLACING_ROUNDS = 6


class View(ABC):
    """Silhouettes (S, T, H, W) in [0, 1] of S sequences, and where bodies appear on them.

    A body is placed by where its pelvis appears, x and y from the principal point by the image's
    height, and by the logarithm of its depth in metres.
    """

    target: Float[Tensor, "S T H W"]
    rotation: Float[Tensor, "*#batch 3 3"]

    @abstractmethod
    def project(
        self,
        points: Float[Tensor, "S T N 3"],
        place: Float[Tensor, "S T 3"],
        outline: Float[Tensor, "S T V 3"],
        faces: Int[Tensor, "F 3"],
        turn: Float[Tensor, "S T 3 3"] | None = None,
    ) -> Float[Tensor, "S T N 2"]:
        """Pixels of world points around the pelvis of the body whose vertices are `outline`.

        `turn` rotates both about the pelvis before they are seen.
        """

    @abstractmethod
    def put(self, vertices: Float[Tensor, "S T V 3"]) -> Float[Tensor, "S T 3"]:
        """The place at which these vertices around the pelvis span what the silhouette does."""

    @abstractmethod
    def pelvis(self, place: Float[Tensor, "S T 3"]) -> Float[Tensor, "S T 3"]:
        """The pelvis in the world, metres."""

    @abstractmethod
    def place(self, pelvis: Float[Tensor, "S T 3"]) -> Float[Tensor, "S T 3"]:
        """The inverse of `pelvis`."""

    def draw(
        self,
        vertices: Float[Tensor, "S T V 3"],
        place: Float[Tensor, "S T 3"],
        faces: Int[Tensor, "F 3"],
        turn: Float[Tensor, "S T 3 3"] | None = None,
    ) -> Float[Tensor, "S T H W"]:
        """Coverage of vertices around the pelvis, with gradients to all."""
        pixels = self.project(vertices, place, vertices, faces, turn)
        return coverage(pixels, faces, (self.target.shape[-2], self.target.shape[-1]))

    def _sight(self, turn: Float[Tensor, "S T 3 3"] | None) -> Float[Tensor, "*#batch 3 3"]:
        return self.rotation if turn is None else self.rotation @ turn


class PictureView(View):
    """Pictures by a known camera, one or one per frame."""

    def __init__(self, target: Float[Tensor, "S T H W"], camera: Camera) -> None:
        self.target, self.seen_by = target, camera
        self.rotation = camera.rotation
        self.per_height = camera.focal / target.shape[-2]

    def project(
        self,
        points: Float[Tensor, "S T N 3"],
        place: Float[Tensor, "S T 3"],
        outline: Float[Tensor, "S T V 3"],
        faces: Int[Tensor, "F 3"],
        turn: Float[Tensor, "S T 3 3"] | None = None,
    ) -> Float[Tensor, "S T N 2"]:
        """By the camera; a body that comes too near is drawn at 5 cm instead of refused."""
        local = points @ self._sight(turn).mT + self._local(place)[..., None, :]
        focal, center = self.seen_by.focal[..., None, :], self.seen_by.center[..., None, :]
        return local[..., :2] / local[..., 2:].clamp(min=0.05) * focal + center

    def put(self, vertices: Float[Tensor, "S T V 3"]) -> Float[Tensor, "S T 3"]:
        """By the bounding boxes, a few times over because of the perspective."""
        goal_low, goal_high = bounding_boxes(self.target)
        place = vertices.new_zeros(*vertices.shape[:2], 3)
        place[..., 2] = 1.5
        for _ in range(_PLACING_ROUNDS):
            pixels = self.project(vertices, place, vertices, vertices.new_zeros(0, 3).long())
            low, high = pixels.amin(-2), pixels.amax(-2)
            deeper = ((high - low) / (goal_high - goal_low))[..., 1].log()
            aside = (goal_low + goal_high - low - high) / 2 / self.target.shape[-2]
            place = place + torch.cat([aside, deeper[..., None]], dim=-1)
        return place

    def pelvis(self, place: Float[Tensor, "S T 3"]) -> Float[Tensor, "S T 3"]:
        """From the camera's axes back to the world."""
        local = self._local(place) - self.seen_by.translation
        return (self.rotation.mT @ local[..., None])[..., 0]

    def place(self, pelvis: Float[Tensor, "S T 3"]) -> Float[Tensor, "S T 3"]:
        """By the camera; behind it, half a metre before it."""
        local = (self.rotation @ pelvis[..., None])[..., 0] + self.seen_by.translation
        depth = local[..., 2:].clamp(min=0.5)
        return torch.cat([local[..., :2] / depth * self.per_height, depth.log()], dim=-1)

    def _local(self, place: Float[Tensor, "S T 3"]) -> Float[Tensor, "S T 3"]:
        """The pelvis in the camera's axes, metres."""
        depth = place[..., 2:].exp()
        return torch.cat([place[..., :2] / self.per_height * depth, depth], dim=-1)


class CropView(View):
    """Silhouettes of which only the direction of view is left: cropped, scaled and centred.

    The body is drawn as high as the image with its median column where the silhouette has its own,
    so its place does not matter. The world's axes are those of a camera before the body at rest.
    """

    def __init__(self, target: Float[Tensor, "S T H W"]) -> None:
        self.target = target
        self.rotation = target.new_tensor(_FRONT)
        self.middle = median_column(target)
        low, high = (corner.to(target) for corner in bounding_boxes(target))
        self.top, self.bottom = low[..., 1], high[..., 1]

    def project(
        self,
        points: Float[Tensor, "S T N 3"],
        place: Float[Tensor, "S T 3"],
        outline: Float[Tensor, "S T V 3"],
        faces: Int[Tensor, "F 3"],
        turn: Float[Tensor, "S T 3 3"] | None = None,
    ) -> Float[Tensor, "S T N 2"]:
        """Without perspective, scaled as the outline needs it."""
        across = self._sight(turn)[..., :2, :].mT
        scale, shift = self._map(outline @ across, faces)
        flat = points @ across
        return flat * scale[..., None, None] + shift[..., None, :]

    def put(self, vertices: Float[Tensor, "S T V 3"]) -> Float[Tensor, "S T 3"]:
        """Anywhere."""
        return vertices.new_zeros(*vertices.shape[:2], 3)

    def pelvis(self, place: Float[Tensor, "S T 3"]) -> Float[Tensor, "S T 3"]:
        """The origin."""
        return torch.zeros_like(place)

    def place(self, pelvis: Float[Tensor, "S T 3"]) -> Float[Tensor, "S T 3"]:
        """Anywhere."""
        return torch.zeros_like(pelvis)

    def _map(
        self, flat: Float[Tensor, "S T V 2"], faces: Int[Tensor, "F 3"]
    ) -> tuple[Float[Tensor, "S T"], Float[Tensor, "S T 2"]]:
        """`gait_map`, to the rows that the silhouette really has."""
        height, width = self.target.shape[-2:]
        scale, shift = gait_map(flat, faces, (height, width), middle=self.middle)
        share = (self.bottom - self.top) / height
        aside = self.middle + (shift[..., 0] - self.middle) * share
        return scale * share, torch.stack([aside, shift[..., 1] * share + self.top], dim=-1)
