"""GaitGraph2: joints, their motion and their bones in one graph network (Teepe et al., 2022)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

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
)
"""Regular expressions for the start of a name in the published checkpoints, and our start."""

OFFICIAL_IGNORED = (r"ResGCN\.head\.\d\.A",)
"""Names in the published checkpoints that hold constants."""

NOSE, VIEWS, FEATURES = 0, 3, 5

TOWARDS_CENTRE = (5, 0, 0, 1, 2, 0, 0, 5, 6, 7, 8, 5, 6, 11, 12, 13, 14)
"""For each joint the one at the other end of its bone."""

MIRRORED = (0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15)
"""For each joint its counterpart on the other side of the body."""


class GaitGraph2(nn.Module):
    """Three views of a skeleton through graph convolutions.

    In training mode the embedding is that of the clip. In evaluation mode those of the clip
    played backwards and of the mirrored body are put behind it: `embedding_shape` is (1, 3 C).
    """

    @dataclass(frozen=True)
    class Config:
        """The published network, the same for all datasets.

        `branch` and `stream` list the channels of the modules before and after the first halving
        of the frame rate, `channels` is a third of the length of the embedding. `width` scales
        all channels, for small machines.
        """

        branch: tuple[int, ...] = (64, 32)  # channels before the first halving of the frame rate
        stream: tuple[int, ...] = (128, 256)  # channels after it
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
        self.embedding_shape = (1, 3 * channels)
        self.network = ResidualGraph(
            COCO_LINKS,
            COCO_JOINTS,
            inputs=VIEWS,
            features=FEATURES,
            branch=branch,
            stream=stream,
        )
        self.head = nn.Linear(stream[-1], channels)
        initialise_(self)

    def forward(
        self,
        skeleton2d: Float[Tensor, "B T 17 3"],
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "B 1 C"]:
        """Embed COCO's 17 joints as x, y and confidence; `mask` is True where a frame is real.

        >>> import torch
        >>> model = GaitGraph2(GaitGraph2.Config(width=1 / 16))
        >>> model(torch.rand(2, 5, 17, 3)).shape
        torch.Size([2, 1, 8])
        >>> model.eval()(torch.rand(2, 5, 17, 3)).shape
        torch.Size([2, 1, 24])
        """
        frames = Frames.of(skeleton2d, mask)
        require_joints(skeleton2d)
        skeleton = frames.pack(skeleton2d).to(self.head.weight.dtype)
        variants = [skeleton]
        if not self.training:
            backwards = pack_reversed(frames, skeleton2d).to(self.head.weight.dtype)
            variants += [backwards, skeleton[:, MIRRORED]]
        return torch.cat([self._embed(x, frames) for x in variants], dim=1).unsqueeze(1)

    def _embed(self, skeleton: Float[Tensor, "N V 3"], frames: Frames) -> Float[Tensor, "B C"]:
        return self.head(self.network(skeleton_views(skeleton, frames), frames))


def skeleton_views(skeleton: Float[Tensor, "N V 3"], frames: Frames) -> Float[Tensor, "N 3 V 5"]:
    """Joints, their motion and their bones, five numbers each, as the published network has them.

    Of the joint: x, y, confidence, x and y from the nose. Of the motion: its step to the next
    frame, 0, the confidence, its vertical step to the one after that. Of the bone: its vector, 0,
    the confidence, its angle with the vertical. The confidence took the place of one number each
    in the published code, and its weights expect that.
    """
    place, confidence = skeleton[..., :2], skeleton[..., 2:]
    nothing = torch.zeros_like(confidence)
    joint = torch.cat([place, confidence, place - place[:, [NOSE]]], dim=-1)
    step, second = steps_ahead(place, frames)
    motion = torch.cat([step, nothing, confidence, second[..., 1:]], dim=-1)
    bone = place - place[:, TOWARDS_CENTRE]
    length = torch.linalg.vector_norm(bone, dim=-1, keepdim=True) + 1e-4
    angle = (bone[..., 1:] / length).acos()
    bones = torch.cat([bone, nothing, confidence, angle], dim=-1)
    return torch.stack([joint, motion, bones], dim=1)


def steps_ahead(
    place: Float[Tensor, "N V 2"], frames: Frames
) -> tuple[Float[Tensor, "N V 2"], Float[Tensor, "N V 2"]]:
    """Steps to the next frame and to the one after; zero in the last two of each sequence."""
    frames = frames.aligned()
    clips = frames.unpack(place)
    left = -torch.arange(frames.time, device=place.device).expand(frames.batch, frames.time)
    if frames.lengths is None:
        left = left + frames.time
    else:
        left = left + torch.tensor(frames.lengths, device=place.device)[:, None]
    has_both = (left > 2)[:, :, None, None]
    later = [clips.roll(-ahead, dims=1) for ahead in (1, 2)]
    step, second = (frames.pack((x - clips) * has_both) for x in later)
    return step, second
