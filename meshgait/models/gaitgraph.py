"""GaitGraph: residual graph convolutions over a 2D skeleton (Teepe et al., ICIP 2021)."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn.functional import normalize

from meshgait.nn import (
    Frames,
    check_width,
    configured,
    embed_sequences,
    initialise_,
    pack_reversed,
    scale_channels,
)
from meshgait.nn.graph import COCO_JOINTS, COCO_LINKS, ResidualGraph, require_joints

OFFICIAL_NAMES = (
    (r"ResGCN\.head\.(\d)\.(bn|layers)\.", r"network.branches.\1.\2."),
    (r"ResGCN\.backbone\.", "network.stream."),
    (r"ResGCN\.fcn\.", "head."),
    (r"input_branches\.(\d)\.(bn|layers)\.", r"network.branches.\1.\2."),
    (r"main_stream\.", "network.stream."),
    (r"fcn\.", "head."),
)
"""Regular expressions for the start of a name in the published checkpoints, and our start."""

OFFICIAL_IGNORED = (r"ResGCN\.head\.\d\.A", r"(input_branches\.\d\.)?A")
"""Names in the published checkpoints that hold constants."""


class GaitGraph(nn.Module):
    """Graph convolutions between joints, convolutions over time, a vector of length 1.

    In evaluation mode the embedding is the mean of that of the clip and that of the clip played
    backwards. `embedding_shape` is (P, C).
    """

    @dataclass(frozen=True)
    class Config:
        """The network published for CASIA-B, and by OpenGait for Gait3D; `WIDE` is that for GREW.

        `branch` and `stream` list the channels of the modules before and after the first halving
        of the frame rate, `channels` is the length of the embedding. `width` scales all channels,
        for small machines.
        """

        # channels before the first halving of the frame rate
        branch: tuple[int, ...] = (64, 64, 32)
        stream: tuple[int, ...] = (128, 128, 256, 256)  # channels after it
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
        branch, stream, (channels,) = scale_channels(
            (config.branch, config.stream, (config.channels,)), config.width
        )
        self.embedding_shape = (1, channels)
        self.network = ResidualGraph(
            COCO_LINKS, COCO_JOINTS, inputs=1, features=3, branch=branch, stream=stream
        )
        self.head = nn.Linear(stream[-1], channels)
        initialise_(self)

    def forward(
        self,
        skeleton2d: Float[Tensor, "B T 17 3"],
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "B 1 C"]:
        """Embed COCO's 17 joints as x, y and confidence; `mask` is True where a frame is real.

        x and y are pixels of the whole image: the network's batch norm knows their scale.

        >>> import torch
        >>> model = GaitGraph(GaitGraph.Config(width=1 / 16))
        >>> model(torch.zeros(2, 5, 17, 3)).shape
        torch.Size([2, 1, 8])
        """
        frames = Frames.of(skeleton2d, mask)
        require_joints(skeleton2d)
        skeleton = frames.pack(skeleton2d).to(self.head.weight.dtype)
        embedding = self._embed(skeleton, frames)
        if not self.training:
            backwards = pack_reversed(frames, skeleton2d).to(self.head.weight.dtype)
            embedding = (embedding + self._embed(backwards, frames)) / 2
        return embedding.unsqueeze(1)

    def _embed(self, skeleton: Float[Tensor, "N V 3"], frames: Frames) -> Float[Tensor, "B C"]:
        return normalize(self.head(self.network(skeleton.unsqueeze(1), frames)))


WIDE = GaitGraph.Config(channels=256)
"""OpenGait's network for GREW and OU-MVLP."""
