"""Gradient descent with a softness that is annealed; first of bodies as they stand, then bent."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor

from meshgait.body import Body
from meshgait.errors import DataError
from meshgait.fitting.config import FitConfig
from meshgait.fitting.contact import off_floor, slide
from meshgait.fitting.prior import MotionPrior, PosePrior
from meshgait.fitting.view import View
from meshgait.render import soften
from meshgait.rotation import axis_angle_to_matrix, matrix_to_axis_angle

_PIXELS = 0.008  # a step sideways, by the image's side; steps in depth are of that share too
_RADIANS, _BETAS = 0.03, 0.08
_SHARP_FROM = 0.7  # share of the steps after which there is no blur left
_RESTLESS = 0.02  # metres per frame and frame


def descend(
    loss: Callable[[float], Tensor],
    rates: Sequence[tuple[Tensor, float]],
    steps: int,
    tick: Callable[[], object],
) -> None:
    """Adam on tensors, in place, each with its rate; `loss` is given the share of blur left."""
    optimizer = torch.optim.Adam(
        [{"params": [tensor], "lr": rate} for tensor, rate in rates], betas=(0.9, 0.95)
    )
    for step in range(steps):
        done = step / steps
        for group, (_, rate) in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * (0.03 + 0.97 * math.cos(math.pi / 2 * done) ** 2)
        optimizer.zero_grad()
        value = loss(max(0.0, 1 - done / _SHARP_FROM))
        if not bool(value.isfinite()):
            raise DataError("the fit came to NaN or infinity; check the camera and the start")
        value.backward()
        optimizer.step()
        tick()


def silhouette_error(
    view: View, image: Float[Tensor, "S T H W"], sigma_px: float
) -> Float[Tensor, "S T"]:
    """Squared difference by the area of the silhouette, both blurred; 1 misses all of it."""
    difference = soften(image - view.target, sigma_px)  # a blur is linear
    return difference.square().sum((-2, -1)) / view.target.sum((-2, -1))


def settle(
    view: View,
    vertices: Float[Tensor, "S T V 3"],
    faces: Int[Tensor, "F 3"],
    place: Float[Tensor, "S T 3"],
    yaws: Float[Tensor, "S T"],
    config: FitConfig,
    steps: int,
    tick: Callable[[], object],
) -> tuple[Float[Tensor, "S T"], Float[Tensor, "S T 3"], Float[Tensor, "S T"]]:
    """Turn bodies about the vertical and move them; yaw, place and what error is left.

    `vertices` stand around their pelvis; `yaws` (radians) and `place` are where it begins.
    """
    yaws, place = yaws.clone().requires_grad_(), place.clone().requires_grad_()
    sigma = config.blur * view.target.shape[-2]

    def loss(blur: float) -> Tensor:
        image = view.draw(vertices, place, faces, turn_about_y(yaws))
        error = silhouette_error(view, image, blur * sigma)
        jitter = (yaws[:, 1:] - yaws[:, :-1]).square().sum()
        return error.sum() + 10 * config.smoothness * jitter

    descend(loss, [(yaws, _RADIANS), (place, _PIXELS)], steps, tick)
    with torch.no_grad():
        image = view.draw(vertices, place, faces, turn_about_y(yaws))
        error = silhouette_error(view, image, 0.0)
    return yaws.detach(), place.detach(), error


def turn_about_y(angle: Float[Tensor, "*batch"]) -> Float[Tensor, "*batch 3 3"]:
    """Rotations about the vertical that turn z towards x."""
    zero = torch.zeros_like(angle)
    return axis_angle_to_matrix(torch.stack([zero, angle, zero], dim=-1))


class Bending:
    """Everything about S bodies that may change: pose, shape, place."""

    def __init__(
        self,
        body: Body,
        view: View,
        pose: Float[Tensor, "S T 72"],
        betas: Float[Tensor, "S 10"],
        place: Float[Tensor, "S T 3"],
    ) -> None:
        self.body, self.view = body, view
        self.heading = axis_angle_to_matrix(pose[..., :3])
        self.turn = torch.zeros_like(pose[..., :3]).requires_grad_()
        self.bent = pose[..., 3:].clone().requires_grad_()
        self.betas = betas.clone().requires_grad_()
        self.place = place.clone().requires_grad_()
        self.stance: Float[Tensor, "S T 2"] | None = None

    @property
    def pose(self) -> Float[Tensor, "S T 72"]:
        """SMPL's pose; the root is turned in the world's axes, away from where it began."""
        root = matrix_to_axis_angle(axis_angle_to_matrix(self.turn) @ self.heading)
        return torch.cat([root, self.bent], dim=-1)

    def decode(self) -> tuple[Float[Tensor, "S T V 3"], Float[Tensor, "S T J 3"]]:
        """Vertices and joints around the pelvis."""
        mesh = self.body(pose=self.pose, betas=self.betas)
        joints = mesh.require_joints()
        pelvis = joints[..., :1, :]
        return mesh.vertices - pelvis, joints - pelvis

    def fit(
        self,
        config: FitConfig,
        prior: PosePrior,
        motion: MotionPrior | None,
        joints_px: Float[Tensor, "S T J 3"] | None,
        tick: Callable[[], object],
    ) -> None:
        """Bend, shape and move, in place."""
        sigma = config.blur * self.view.target.shape[-2] / 2  # the rigid fit was the first half

        def loss(blur: float) -> Tensor:
            vertices, joints = self.decode()
            image = self.view.draw(vertices, self.place, self.body.faces)
            terms = [
                silhouette_error(self.view, image, blur * sigma).sum(),
                config.prior * prior.surprise(self.bent).sum(),
                config.limits * prior.overstretch(self.bent).sum(),
                config.shape * self.bent.shape[1] * self.betas.square().mean(-1).sum(),
                config.smoothness * self._unrest(joints),
            ]
            if motion is not None:
                unusual = config.motion * motion.surprise(self.bent).sum()
                terms.append(self.bent.shape[1] * unusual)
            if self.stance is not None:
                world = joints + self.view.pelvis(self.place)[..., None, :]
                away = slide(world, self.stance) + off_floor(world, self.stance)
                terms.append(config.contact * away.sum())
            if joints_px is not None:
                terms.append(config.joints * self._miss(joints_px, vertices, joints))
            return torch.stack(terms).sum()

        rates = [
            (self.turn, _RADIANS), (self.bent, _RADIANS), (self.betas, _BETAS),
            (self.place, _PIXELS / 2),
        ]  # fmt: skip
        descend(loss, rates, config.pose_steps, tick)

    def _unrest(self, joints: Float[Tensor, "S T J 3"]) -> Tensor:
        """Mean squared acceleration of the joints in the world, summed over frames."""
        joints = joints + self.view.pelvis(self.place)[..., None, :]
        acceleration = joints[:, 2:] - 2 * joints[:, 1:-1] + joints[:, :-2]
        return (acceleration / _RESTLESS).square().sum(-1).mean(-1).sum()

    def _miss(
        self,
        joints_px: Float[Tensor, "S T J 3"],
        vertices: Float[Tensor, "S T V 3"],
        joints: Float[Tensor, "S T J 3"],
    ) -> Tensor:
        """Squared distance of 2D joints, weighted by confidence, by the person's height."""
        pixels = self.view.project(joints, self.place, vertices, self.body.faces)
        tall = (self.view.target.amax(-1) > 0.5).sum(-1)[..., None, None]
        square = ((pixels - joints_px[..., :2]) / tall).square().sum(-1)
        return (square * joints_px[..., 2]).mean(-1).sum()
