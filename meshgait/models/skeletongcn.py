"""SkeletonGCN: what the joints of estimated bodies do over time, on the graph of the skeleton."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from meshgait.body import JOINT_PARENTS, Body
from meshgait.body.kinematics import PartialBody
from meshgait.body.smpl_row import BODY, CAMERA, JOINTS, POSE, SHAPE
from meshgait.errors import ShapeError
from meshgait.models.body_moments import joint_angles
from meshgait.nn import (
    Frames,
    check_width,
    configured,
    embed_sequences,
    frame_statistics,
    initialise_,
    scale_channels,
)
from meshgait.nn.graph import SkeletonGraph
from meshgait.rotation import axis_angle_to_matrix

FEATURES = 6
LINKS = tuple((parent, joint) for joint, parent in enumerate(JOINT_PARENTS) if parent >= 0)


class SkeletonGCN(nn.Module):
    """Joint angles and places per frame, graph convolutions, means and deviations over the clip.

    An estimator's lasting error moves the means and leaves the deviations alone, so both are
    told apart from the start. The order of the frames does not matter; more of them make the
    deviations surer, so train with as many as there are. `embedding_shape` is (P, C).
    """

    @dataclass(frozen=True)
    class Config:
        """The size of the network.

        `graph` lists the channels of the graph convolutions, `parts` and `channels` the size of
        the embedding. `width` scales all channels, for small machines.
        """

        graph: tuple[int, ...] = (64, 64)
        parts: int = 16  # parts of the embedding
        channels: int = 256  # channels of each part
        dropout: float = 0.1
        width: float = 1.0

        def __post_init__(self) -> None:
            check_width(self.width)

    inputs = ("smpl",)
    embed = embed_sequences

    @configured(Config)
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        graph, (channels,) = scale_channels((config.graph, (config.channels,)), config.width)
        self.embedding_shape = (config.parts, channels)
        self.encoder = SkeletonEncoder(graph)
        self.dropout = nn.Dropout(config.dropout)
        self.head = nn.Linear(self.encoder.channels, config.parts * channels)
        initialise_(self)

    def forward(
        self, smpl: Float[Tensor, "B T 85"], mask: Bool[Tensor, "B T"] | None = None
    ) -> Float[Tensor, "B P C"]:
        """Embed SMPL parameters: camera (3, not looked at), pose (72) and shape (10) per frame.

        `mask` is True where a frame is real.

        >>> model = SkeletonGCN(SkeletonGCN.Config(width=1 / 16))
        >>> model(torch.zeros(2, 5, 85)).shape
        torch.Size([2, 16, 16])
        """
        frames = Frames.of(smpl, mask)
        if smpl.shape[2:] != (BODY,):
            raise ShapeError(f"smpl must be (B, T, {BODY}), got {tuple(smpl.shape)}")
        gait = self.encoder(frames.pack(smpl).to(self.head.weight.dtype), frames)
        return self.head(self.dropout(gait)).unflatten(1, self.embedding_shape)


class SkeletonEncoder(nn.Module):
    """One normalised vector of `channels` numbers for a clip, from its SMPL parameters."""

    def __init__(self, graph: tuple[int, ...]) -> None:
        super().__init__()
        self.body = PartialBody(Body.embedded(), torch.arange(0))
        self.norm_in = nn.BatchNorm1d(JOINTS * FEATURES)
        self.graph = SkeletonGraph(LINKS, JOINTS, features=FEATURES, channels=graph)
        self.channels = 2 * JOINTS * (FEATURES + graph[-1]) + SHAPE
        self.norm_out = nn.BatchNorm1d(self.channels)

    def forward(self, smpl: Float[Tensor, "N 85"], frames: Frames) -> Float[Tensor, "B C"]:
        """Of packed frames; batch norm sees real frames and clips only."""
        x = self.norm_in(self._features(smpl).flatten(1)).unflatten(1, (JOINTS, FEATURES))
        x = torch.cat([x, self.graph(x)], dim=2).flatten(1)
        shape = frames.mean(smpl[:, -SHAPE:])
        return self.norm_out(torch.cat([frame_statistics(x, frames), shape], dim=1))

    def _features(self, smpl: Float[Tensor, "N 85"]) -> Float[Tensor, "N V F"]:
        """Of each joint its angles and its place in the pelvis' axes."""
        turn = smpl[:, CAMERA : CAMERA + POSE].unflatten(1, (JOINTS, 3))
        rotation = without_root(axis_angle_to_matrix(turn))
        _, joints = self.body(rotation, smpl[:, -SHAPE:])
        return torch.cat([joint_angles(smpl), joints - joints[:, :1]], dim=2)


def without_root(rotation: Float[Tensor, "N 24 3 3"]) -> Float[Tensor, "N 24 3 3"]:
    """The same pose in the pelvis' own axes: neither the camera's place nor the heading count."""
    root = torch.eye(3).to(rotation).expand_as(rotation[:, :1])
    return torch.cat([root, rotation[:, 1:]], dim=1)
