"""PointNet on the surface of estimated bodies (Qi et al., CVPR 2017)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from meshgait.body import Body
from meshgait.body._embedded import load_embedded
from meshgait.body.kinematics import PartialBody
from meshgait.body.smpl_row import BODY, CAMERA, JOINTS, POSE
from meshgait.errors import ShapeError
from meshgait.models.body_moments import body_moments, count_moments
from meshgait.models.skeletongcn import without_root
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

    What it learns knows where there is skin, not which point is which: no topology, no
    correspondence. Beside it stand means and deviations of each point and of the joint angles. The
    order of the frames does not matter. `embedding_shape` is (P, C).
    """

    @dataclass(frozen=True)
    class Config:
        """The size of the network.

        `points` are sampled evenly, `layers` lists the channels of the layers that each passes,
        `parts` and `channels` the size of the embedding. `moments` keeps those of the input.
        `width` scales all channels, for small machines.
        """

        points: int = 128
        layers: tuple[int, ...] = (64, 128, 512)
        moments: bool = True
        parts: int = 16  # parts of the embedding
        channels: int = 256  # channels of each part
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
        vertices, corners = map(torch.from_numpy, surface_points(config.points))
        self.register_buffer("corners", corners, persistent=False)
        self.body = PartialBody(Body.embedded(), vertices)
        self.layers = nn.Sequential(
            *(
                part
                for old, new in zip((3, *layers), layers, strict=False)
                for part in (nn.Linear(old, new), nn.LayerNorm(new), nn.SiLU())
            )
        )
        total = 2 * layers[-1] + count_moments(config.points if config.moments else None)
        self.norm = nn.BatchNorm1d(total)
        self.dropout = nn.Dropout(config.dropout)
        self.head = nn.Linear(total, config.parts * channels)
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
        body = frames.pack(smpl).to(self.head.weight.dtype)
        points = self.points(body)
        learnt = frame_statistics(self.layers(points).amax(1), frames)
        kept = body_moments(points if self.config.moments else None, body, frames)
        gait = torch.cat([learnt, kept], dim=1)
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
def surface_points(
    count: int,
) -> tuple[Int[np.ndarray, " corners"], Float[np.ndarray, "points 3"]]:
    """Three vertices of each point, one after another, and their weights; always the same.

    About as many points on every square metre of the embedded body at rest, by a sequence that
    fills a cube evenly (Roberts, 2018): which face, and where in it.
    """
    body = load_embedded()
    a, b, c = np.moveaxis(body["v_template"][body["f"]], 1, 0)
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1).astype(np.float64).cumsum()
    place = (np.arange(1, count + 1)[:, None] * np.array(STEPS)) % 1
    face = np.searchsorted(area, place[:, 0] * area[-1])
    one, other = np.sqrt(place[:, 1]), place[:, 2]
    weights = np.stack([1 - one, one * (1 - other), one * other], axis=1)
    return body["f"][face].flatten(), weights.astype(np.float32)
