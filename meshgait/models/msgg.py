"""MSGG: graphs of twelve joints, six limbs and three halves (Peng et al., 2021)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn.functional import relu

from meshgait.nn import (
    Frames,
    check_width,
    configured,
    embed_sequences,
    initialise_,
    over_time,
    scale_channels,
)
from meshgait.nn.graph import require_joints

OFFICIAL_NAMES = (
    *(
        pair
        for scale, name in enumerate(("low", "medium", "high"))
        for pair in (
            (rf"edge_importance_{name}Semantic\.(\d)$", rf"scales.{scale}.\1.importance"),
            (rf"st_gcn_networks_{name}Semantic\.(\d)\.gcn\.conv\.", rf"scales.{scale}.\1.send."),
            (rf"st_gcn_networks_{name}Semantic\.(\d)\.tcn\.0\.", rf"scales.{scale}.\1.sent_norm."),
            (rf"st_gcn_networks_{name}Semantic\.(\d)\.tcn\.2\.", rf"scales.{scale}.\1.time."),
            (rf"st_gcn_networks_{name}Semantic\.(\d)\.tcn\.3\.", rf"scales.{scale}.\1.time_norm."),
            (rf"st_gcn_networks_{name}Semantic\.(\d)\.residual\.", rf"scales.{scale}.\1.shortcut."),
        )
    ),
    (r"fc\.", "head."),
)
"""Regular expressions for the start of a name in the published checkpoints, and our start."""

OFFICIAL_IGNORED = (r"A_(low|medium|high)Semantic",)
"""Names in the published checkpoints that hold constants."""

JOINTS = (6, 8, 14, 12, 7, 13, 5, 10, 16, 11, 9, 15)
"""COCO's numbers of the joints: right shoulder, elbow, knee, hip, left elbow, knee, shoulder, right
wrist, ankle, left hip, wrist, ankle. Those i and i + 6 become one limb, i and i + 3 one half."""

KERNEL = 9
FEWEST = 4  # channels: of fewer, a ReLU can silence all


class Level(NamedTuple):
    """A graph: how many nodes, which of them belong to the trunk, and its links."""

    nodes: int
    trunk: tuple[int, ...]
    links: tuple[tuple[int, int], ...]


LEVELS = (
    Level(
        12, (0, 3, 6, 9),
        ((7, 1), (1, 0), (10, 4), (4, 6), (8, 2), (2, 3), (11, 5), (5, 9), (9, 3), (3, 0), (9, 6),
         (6, 0)),
    ),
    Level(6, (0, 3), ((1, 0), (4, 0), (0, 3), (2, 3), (5, 3))),
    Level(3, (0,), ((1, 0), (2, 0))),
)  # fmt: skip


class MSGG(nn.Module):
    """Three graph networks side by side, each told after every block what the finer one knows.

    `embedding_shape` is (P, C).
    """

    @dataclass(frozen=True)
    class Config:
        """The published network, the same for all datasets.

        `layers` lists the channels of the blocks of each graph, `channels` is the length of the
        embedding; `width` scales both.
        """

        layers: tuple[int, ...] = (16, 16, 32, 32, 64, 64, 128, 128)
        channels: int = 128
        width: float = 1.0

        def __post_init__(self) -> None:
            check_width(self.width)

    inputs = ("skeleton2d",)
    embed = embed_sequences

    @configured(Config)
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        layers, (channels,) = scale_channels((config.layers, (config.channels,)), config.width)
        layers = tuple(max(FEWEST, count) for count in layers)
        self.embedding_shape = (1, channels)
        pairs = list(zip((3, *layers), layers, strict=False))
        self.scales = nn.ModuleList(
            nn.ModuleList(_Block(level, *pair, first=i == 0) for i, pair in enumerate(pairs))
            for level in LEVELS
        )
        self.head = nn.Linear(layers[-1], channels)
        initialise_(self)

    def forward(
        self, skeleton2d: Float[Tensor, "B T 17 3"], mask: Bool[Tensor, "B T"] | None = None
    ) -> Float[Tensor, "B 1 C"]:
        """Embed COCO's 17 joints as x, y and confidence, of which twelve are looked at.

        `mask` is True where a frame is real.

        >>> model = MSGG(MSGG.Config(width=1 / 16))
        >>> model(torch.zeros(2, 5, 17, 3)).shape
        torch.Size([2, 1, 8])
        """
        return self.describe(skeleton2d, mask)[0]

    def describe(
        self, skeleton2d: Float[Tensor, "B T 17 3"], mask: Bool[Tensor, "B T"] | None = None
    ) -> tuple[Float[Tensor, "B 1 C"], Float[Tensor, "B D"], Float[Tensor, "B D"]]:
        """The embedding, made of the halves, and the means of joints and limbs (see `Loss`)."""
        frames = Frames.of(skeleton2d, mask)
        require_joints(skeleton2d)
        x = frames.pack(skeleton2d)[:, JOINTS].to(self.head.weight.dtype).mT
        y = _halve(x)
        z = _halve(y)
        for fine, middle, coarse in zip(*self.scales, strict=True):
            x, y, z = fine(x, frames), middle(y, frames), coarse(z, frames)
            y = y + _halve(x)
            z = z + _halve(y)
        joints, limbs, halves = (frames.mean(scale.mean(2)) for scale in (x, y, z))
        return self.head(halves).unsqueeze(1), joints, limbs


def _halve(x: Float[Tensor, "N C V"]) -> Float[Tensor, "N C W"]:
    """Means of nodes i and i + V / 2."""
    return x.unflatten(2, (2, -1)).mean(2)


def link_shares(level: Level) -> Float[Tensor, "3 V V"]:
    """What a node (column) takes of itself, of its neighbours in the trunk, and of its others.

    >>> link_shares(Level(2, (0,), ((1, 0),)))[:, :, 1]
    tensor([[0.0000, 0.5000],
            [0.5000, 0.0000],
            [0.0000, 0.0000]])
    """
    near = torch.eye(level.nodes)
    for one, other in level.links:
        near[one, other] = near[other, one] = 1
    share = near / near.sum(0)
    own = torch.eye(level.nodes) * share
    is_trunk = torch.zeros(level.nodes, 1)
    is_trunk[list(level.trunk)] = 1
    others = share - own
    return torch.stack([own, others * is_trunk, others * (1 - is_trunk)])


class _Block(nn.Module):
    """Nodes exchange features (N, C, V), then nine frames do, beside a shortcut."""

    shares: Tensor

    def __init__(self, level: Level, in_channels: int, channels: int, *, first: bool) -> None:
        super().__init__()
        shares = link_shares(level).to(torch.get_default_dtype())
        self.register_buffer("shares", shares, persistent=False)
        self.importance = nn.Parameter(torch.ones_like(shares))
        self.send = nn.Conv2d(in_channels, len(shares) * channels, 1)
        self.sent_norm = nn.BatchNorm2d(channels)
        self.time = nn.Conv2d(channels, channels, (KERNEL, 1), padding=(KERNEL // 2, 0))
        self.time_norm = nn.BatchNorm2d(channels)
        self.shortcut: nn.Module | None = None if first else nn.Identity()
        if not first and in_channels != channels:
            conv = nn.Conv2d(in_channels, channels, 1)
            self.shortcut = nn.Sequential(conv, nn.BatchNorm2d(channels))

    def forward(self, x: Float[Tensor, "N C V"], frames: Frames) -> Float[Tensor, "N D V"]:
        x = x.unsqueeze(-1)
        sent = self.send(x).squeeze(-1).unflatten(1, (len(self.shares), -1)).transpose(1, 2)
        weight = (self.shares * self.importance).flatten(0, 1)
        y = relu(self.sent_norm((sent.flatten(2) @ weight).unsqueeze(-1)))

        def convolve(clips: Float[Tensor, "B C T V 1"]) -> Float[Tensor, "B C T V 1"]:
            return self.time(clips.squeeze(-1)).unsqueeze(-1)

        y = self.time_norm(over_time(frames, y, convolve))
        if self.shortcut is not None:
            y = y + self.shortcut(x)
        return relu(y).squeeze(-1)
