"""MeshNet: the vertices of estimated bodies, on a hierarchy of the mesh."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn.functional import silu

from meshgait.body import Body
from meshgait.body.kinematics import PartialBody
from meshgait.errors import ShapeError
from meshgait.models.skeletongcn import BODY, CAMERA, JOINTS, POSE, without_root
from meshgait.nn import (
    Frames,
    Mixing,
    TemporalMixing,
    check_width,
    embed_sequences,
    frame_statistics,
    initialise_,
    scale_channels,
)
from meshgait.rotation import axis_angle_to_matrix

LEVELS = (256, 64, 16)


class MeshNet(nn.Module):
    """Vertices per frame in the pelvis' axes, graph convolutions, means and deviations over time.

    The order of the frames matters for a `time` of "shift" or "dilated" only.
    `embedding_shape` is (P, C).
    """

    @dataclass(frozen=True)
    class Config:
        """The size of the network.

        `graph` lists the channels of the levels of the mesh, `time` is the kind of
        `meshgait.nn.TemporalMixing` between frames, `parts` and `channels` the size of the
        embedding. `width` scales all channels, for small machines.
        """

        graph: tuple[int, int, int] = (32, 64, 128)
        time: Mixing = "none"
        parts: int = 16
        channels: int = 256
        dropout: float = 0.1
        width: float = 1.0

        def __post_init__(self) -> None:
            check_width(self.width)

    inputs = ("smpl",)
    embed = embed_sequences

    def __init__(self, config: Config | None = None) -> None:
        super().__init__()
        self.config = config = config or self.Config()
        graph, (channels,) = scale_channels((config.graph, (config.channels,)), config.width)
        self.embedding_shape = (config.parts, channels)
        self.encoder = MeshEncoder(graph, config.time)
        self.dropout = nn.Dropout(config.dropout)
        self.head = nn.Linear(self.encoder.channels, config.parts * channels)
        initialise_(self)

    def forward(
        self, smpl: Float[Tensor, "B T 85"], mask: Bool[Tensor, "B T"] | None = None
    ) -> Float[Tensor, "B P C"]:
        """Embed SMPL parameters: camera (3, not looked at), pose (72) and shape (10) per frame.

        `mask` is True where a frame is real.

        >>> model = MeshNet(MeshNet.Config(width=1 / 16))
        >>> model(torch.zeros(2, 5, 85)).shape
        torch.Size([2, 16, 16])
        """
        frames = Frames.of(smpl, mask)
        if smpl.shape[2:] != (BODY,):
            raise ShapeError(f"smpl must be (B, T, {BODY}), got {tuple(smpl.shape)}")
        gait = self.encoder(frames.pack(smpl).to(self.head.weight.dtype), frames)
        return self.head(self.dropout(gait)).unflatten(1, self.embedding_shape)


class MeshEncoder(nn.Module):
    """One normalised vector of `channels` numbers for a clip, from its SMPL parameters."""

    def __init__(self, graph: tuple[int, ...], time: Mixing = "none") -> None:
        super().__init__()
        places, near, pools = _hierarchy()
        self.body = PartialBody(Body.embedded(), places)
        self.norm_in = nn.BatchNorm1d(LEVELS[0] * 3)
        self.levels = nn.ModuleList(
            _Level(old, new, *matrices)
            for old, new, *matrices in zip((3, *graph), graph, near, pools, strict=False)
        )
        self.time = TemporalMixing(time, LEVELS[-1] * graph[-1])
        self.channels = 2 * LEVELS[-1] * graph[-1] + 10
        self.norm_out = nn.BatchNorm1d(self.channels)

    def forward(self, smpl: Float[Tensor, "N 85"], frames: Frames) -> Float[Tensor, "B C"]:
        """Of packed frames; batch norm sees real frames and clips only."""
        turn = smpl[:, CAMERA : CAMERA + POSE].unflatten(1, (JOINTS, 3))
        betas = smpl[:, CAMERA + POSE :]
        vertices, joints = self.body(without_root(axis_angle_to_matrix(turn)), betas)
        x = self.norm_in((vertices - joints[:, :1]).flatten(1)).unflatten(1, (-1, 3))
        for level in self.levels:
            x = level(x)
        moved = frame_statistics(self.time(x.flatten(1), frames), frames)
        return self.norm_out(torch.cat([moved, frames.mean(betas)], dim=1))


class _Level(nn.Module):
    """Each vertex and the mean of its neighbours, layer norm and SiLU; then fewer vertices."""

    near: Tensor
    pool: Tensor

    def __init__(self, features: int, channels: int, near: Tensor, pool: Tensor) -> None:
        super().__init__()
        self.register_buffer("near", near, persistent=False)
        self.register_buffer("pool", pool, persistent=False)
        self.linear = nn.Linear(2 * features, channels)
        self.norm = nn.LayerNorm(channels)

    def forward(self, x: Float[Tensor, "N V F"]) -> Float[Tensor, "N W C"]:
        return self.pool @ silu(self.norm(self.linear(torch.cat([x, self.near @ x], dim=2))))


@lru_cache(maxsize=1)
def _hierarchy() -> tuple[Int[Tensor, " V"], list[Tensor], list[Tensor]]:
    """Vertices as far apart as can be, the neighbours of each, and who is pooled into whom."""
    template = Body.embedded().layer.v_template
    order, distance = [0], torch.full((len(template),), torch.inf)
    while len(order) < LEVELS[0]:
        distance = distance.minimum((template - template[order[-1]]).norm(dim=1))
        order.append(int(distance.argmax()))
    places = torch.tensor(order)
    near, pools = [], []
    for count, fewer in zip(LEVELS, (*LEVELS[1:], LEVELS[-1]), strict=True):
        apart = torch.cdist(template[places[:count]], template[places[:count]])
        nearest = apart.topk(7, largest=False).indices[:, 1:]
        near.append(torch.zeros(count, count).scatter_(1, nearest, 1 / 6))
        owner = apart[:, :fewer].argmin(1)
        member = nn.functional.one_hot(owner, fewer).float().T
        pools.append(member / member.sum(1, keepdim=True))
    return places, near, pools
