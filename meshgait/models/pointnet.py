"""PointNet on the surface of estimated bodies (Qi et al., CVPR 2017)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from meshgait.body import Body
from meshgait.body.kinematics import PartialBody
from meshgait.errors import ShapeError
from meshgait.models.skeletongcn import BODY, CAMERA, JOINTS, POSE, without_root
from meshgait.nn import (
    Frames,
    check_width,
    configured,
    embed_sequences,
    frame_statistics,
    initialise_,
    scale_channels,
)
from meshgait.numerics import in_full_precision, made_once
from meshgait.rotation import axis_angle_to_matrix

STEPS = (0.8191725133961645, 0.6710436067037893, 0.5497004779019703)  # fill a cube evenly


class PointNet(nn.Module):
    """The same layers for every point, their maximum per frame, means and deviations over time.

    It knows where there is skin, not which point is which: no topology, no correspondence. The
    order of the frames does not matter. `embedding_shape` is (P, C).
    """

    @dataclass(frozen=True)
    class Config:
        """The size of the network.

        `points` are sampled evenly, `layers` lists the channels of the layers that each passes,
        `parts` and `channels` the size of the embedding. `width` scales all channels, for small
        machines.
        """

        points: int = 128
        layers: tuple[int, ...] = (64, 128, 512)
        parts: int = 16
        channels: int = 256
        dropout: float = 0.1
        width: float = 1.0

        def __post_init__(self) -> None:
            check_width(self.width)

    inputs = ("smpl",)
    embed = embed_sequences

    corners: Tensor

    @configured(Config)
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        layers, (channels,) = scale_channels((config.layers, (config.channels,)), config.width)
        self.embedding_shape = (config.parts, channels)
        vertices, corners = surface_points(config.points)
        self.register_buffer("corners", corners, persistent=False)
        self.body = PartialBody(Body.embedded(), vertices)
        self.layers = nn.Sequential(
            *(
                part
                for old, new in zip((3, *layers), layers, strict=False)
                for part in (nn.Linear(old, new), nn.LayerNorm(new), nn.SiLU())
            )
        )
        self.norm = nn.BatchNorm1d(2 * layers[-1])
        self.dropout = nn.Dropout(config.dropout)
        self.head = nn.Linear(2 * layers[-1], config.parts * channels)
        initialise_(self)

    def forward(
        self, smpl: Float[Tensor, "B T 85"], mask: Bool[Tensor, "B T"] | None = None
    ) -> Float[Tensor, "B P C"]:
        """Embed SMPL parameters: camera (3, not looked at), pose (72) and shape (10) per frame.

        `mask` is True where a frame is real.

        >>> model = PointNet(PointNet.Config(width=1 / 16))
        >>> model(torch.zeros(2, 5, 85)).shape
        torch.Size([2, 16, 16])
        """
        frames = Frames.of(smpl, mask)
        if smpl.shape[2:] != (BODY,):
            raise ShapeError(f"smpl must be (B, T, {BODY}), got {tuple(smpl.shape)}")
        points = self.points(frames.pack(smpl).to(self.head.weight.dtype))
        gait = frame_statistics(self.layers(points).amax(1), frames)
        return self.head(self.dropout(self.norm(gait))).unflatten(1, self.embedding_shape)

    @in_full_precision
    def points(self, smpl: Float[Tensor, "N 85"]) -> Float[Tensor, "N points 3"]:
        """Places on the surface in metres, in the axes of the pelvis."""
        turn = smpl[:, CAMERA : CAMERA + POSE].unflatten(1, (JOINTS, 3))
        rotation = without_root(axis_angle_to_matrix(turn))
        vertices, joints = self.body(rotation, smpl[:, CAMERA + POSE :])
        corners = vertices.unflatten(1, (-1, 3)) - joints[:, None, :1]
        return (corners * self.corners[:, :, None]).sum(2)


@made_once(maxsize=4)
def surface_points(count: int) -> tuple[Int[Tensor, " corners"], Float[Tensor, "points 3"]]:
    """Three vertices of each point, one after another, and their weights; always the same.

    About as many points on every square metre of the embedded body at rest, by a sequence that
    fills a cube evenly (Roberts, 2018): which face, and where in it.
    """
    body = Body.embedded()
    a, b, c = body.layer.v_template[body.faces].unbind(1)
    area = torch.linalg.cross(b - a, c - a).norm(dim=1).double().cumsum(0)
    place = (torch.arange(1, count + 1)[:, None] * torch.tensor(STEPS).double()) % 1
    face = torch.searchsorted(area, place[:, 0] * area[-1])
    one, other = place[:, 1].sqrt(), place[:, 2]
    weights = torch.stack([1 - one, one * (1 - other), one * other], dim=1)
    return body.faces[face].flatten(), weights.to(body.layer.v_template)
