"""GaitTR: attention between the joints of a skeleton (Zhang et al., 2022)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn.functional import mish

from meshgait.errors import ConfigError
from meshgait.models.gaitgraph2 import NOSE, TOWARDS_CENTRE, steps_ahead
from meshgait.nn import (
    Frames,
    check_width,
    configured,
    embed_sequences,
    initialise_,
    over_time,
    scale_channels,
)
from meshgait.nn.graph import COCO_JOINTS, require_joints

OFFICIAL_NAMES = (
    (r"data_bn\.", "norm."),
    (r"backbone\.(\d)\.tcn\.conv\.", r"blocks.\1.time.conv."),
    (r"backbone\.(\d)\.tcn\.bn\.", r"blocks.\1.time.norm."),
    (r"backbone\.(\d)\.st\.data_bn\.", r"blocks.\1.joints.before."),
    (r"backbone\.(\d)\.st\.bn\.", r"blocks.\1.joints.norm."),
    (r"backbone\.(\d)\.st\.attention_conv\.qkv_conv\.", r"blocks.\1.joints.ask."),
    (r"backbone\.(\d)\.st\.attention_conv\.attn_out\.", r"blocks.\1.joints.answer."),
    (r"backbone\.(\d)\.residual_s\.0\.", r"blocks.\1.inner.conv."),
    (r"backbone\.(\d)\.residual_s\.1\.", r"blocks.\1.inner.norm."),
    (r"backbone\.(\d)\.down\.conv\.", r"blocks.\1.outer.conv."),
    (r"backbone\.(\d)\.down\.bn\.", r"blocks.\1.outer.norm."),
    (r"fcn\.", "head."),
)
"""Regular expressions for the start of a name in the published checkpoints, and our start."""

VIEWS, KERNEL, HEADS, QUERY_SHARE = 10, 9, 8, 4

TOWARDS_NECK = (1, 1, 1, 2, 3, 1, 5, 6, 2, 8, 9, 5, 11, 12, 0, 0, 14, 15)
"""For each of OpenPose's 18 joints the one at the other end of its bone."""

PARENTS = {COCO_JOINTS: TOWARDS_CENTRE, len(TOWARDS_NECK): TOWARDS_NECK}
"""The skeletons that are known, by how many joints they have."""


class GaitTR(nn.Module):
    """Convolutions over time, attention over joints, the mean of all.

    `embedding_shape` is (P, C).
    """

    @dataclass(frozen=True)
    class Config:
        """OpenGait's network for Gait3D and GREW; `OUMVLP` and `OUMVLP_18` are those for OU-MVLP.

        `joints` are COCO's 17 or, as OU-MVLP-Pose has them, OpenPose's 18. `layers` lists the
        channels of the blocks, `channels` is the length of the embedding; `width` scales both.
        `dropout` is in front of the convolutions over time.
        """

        joints: int = COCO_JOINTS
        layers: tuple[int, ...] = (64, 64, 128, 256)
        channels: int = 128
        dropout: float = 0.1
        width: float = 1.0

        def __post_init__(self) -> None:
            check_width(self.width)
            if self.joints not in PARENTS:
                known = " or ".join(map(str, PARENTS))
                raise ConfigError(f"a skeleton has {known} joints, got {self.joints}")
            if not 0 <= self.dropout < 1:
                raise ConfigError(f"dropout must be 0 or more and below 1, got {self.dropout}")

    inputs = ("skeleton2d",)
    embed = embed_sequences

    @configured(Config)
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        layers, (channels,) = scale_channels((config.layers, (config.channels,)), config.width)
        self.embedding_shape = (1, channels)
        self.norm = nn.BatchNorm1d(config.joints * VIEWS)
        self.blocks = nn.ModuleList(
            _Block(old, new, config) for old, new in zip((VIEWS, *layers), layers, strict=False)
        )
        self.head = nn.Conv1d(layers[-1], channels, 1)
        initialise_(self)

    def forward(
        self, skeleton2d: Float[Tensor, "B T V 3"], mask: Bool[Tensor, "B T"] | None = None
    ) -> Float[Tensor, "B 1 C"]:
        """Embed the joints as x, y and confidence, which is not looked at.

        x and y are pixels of the whole image: the network's batch norm knows their scale. `mask` is
        True where a frame is real.

        >>> model = GaitTR(GaitTR.Config(width=1 / 16))
        >>> model(torch.zeros(2, 5, 17, 3)).shape
        torch.Size([2, 1, 8])
        """
        frames = Frames.of(skeleton2d, mask)
        require_joints(skeleton2d, self.config.joints)
        views = skeleton_differences(frames.pack(skeleton2d), frames).to(self.head.weight.dtype)
        x = self.norm(views.flatten(1)).unflatten(1, (self.config.joints, VIEWS)).mT.unsqueeze(-1)
        for block in self.blocks:
            x = block(x, frames)
        return self.head(frames.mean(x.mean((2, 3))).unsqueeze(-1)).mT


def skeleton_differences(
    skeleton: Float[Tensor, "N V 3"], frames: Frames
) -> Float[Tensor, "N V 10"]:
    """X and y of each joint, from the nose, to the next frame, to the one after, and of its bone.

    Steps are 0 in the last two frames of a sequence.
    """
    place = skeleton[..., :2]
    step, second = steps_ahead(place, frames)
    nose, inner = place[:, [NOSE]], place[:, PARENTS[place.shape[1]]]
    return torch.cat([place, place - nose, step, second, place - inner], dim=-1)


class _Block(nn.Module):
    """Features (N, C, V, 1) of packed frames, first over time, then over the joints."""

    def __init__(self, in_channels: int, channels: int, config: GaitTR.Config) -> None:
        super().__init__()
        self.time = _OverTime(in_channels, config.dropout)
        self.joints = _OverJoints(in_channels, channels, config.joints)
        self.inner: nn.Module | None = None
        self.outer: nn.Module | None = None
        if in_channels != channels:
            self.inner = _Pointwise(in_channels, channels, active=False)
            self.outer = _Pointwise(in_channels, channels, active=True)

    def forward(self, x: Float[Tensor, "N C V 1"], frames: Frames) -> Float[Tensor, "N D V 1"]:
        early = self.time(x, frames) + x
        y = self.joints(early) + (early if self.inner is None else self.inner(early))
        return y + (x if self.outer is None else self.outer(x))


class _Pointwise(nn.Module):
    """A 1 x 1 convolution with batch norm; the activation, if any, stands between."""

    def __init__(self, in_channels: int, channels: int, *, active: bool) -> None:
        super().__init__()
        self.active = active
        self.conv, self.norm = nn.Conv2d(in_channels, channels, 1), nn.BatchNorm2d(channels)

    def forward(self, x: Float[Tensor, "N C V 1"]) -> Float[Tensor, "N D V 1"]:
        y = self.conv(x)
        return self.norm(mish(y) if self.active else y)


class _OverTime(nn.Module):
    """A convolution over nine frames, each joint by itself."""

    def __init__(self, channels: int, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.conv = nn.Conv2d(channels, channels, (KERNEL, 1), padding=(KERNEL // 2, 0))
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x: Float[Tensor, "N C V 1"], frames: Frames) -> Float[Tensor, "N C V 1"]:
        def convolve(clips: Float[Tensor, "B C T V 1"]) -> Float[Tensor, "B C T V 1"]:
            return self.conv(clips.squeeze(-1)).unsqueeze(-1)

        return self.norm(mish(over_time(frames, self.dropout(x), convolve)))


class _OverJoints(nn.Module):
    """Each joint asks all joints of its frame."""

    def __init__(self, in_channels: int, channels: int, joints: int) -> None:
        super().__init__()
        heads = next(n for n in range(HEADS, 0, -1) if not max(n, channels // QUERY_SHARE) % n)
        heads = heads if channels % heads == 0 else 1
        query = max(heads, channels // QUERY_SHARE)
        self.heads, self.sizes = heads, (query, query, channels)
        self.before = nn.BatchNorm1d(in_channels * joints)
        self.ask = nn.Conv2d(in_channels, sum(self.sizes), 1)
        self.answer = nn.Conv2d(channels, channels, 1)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x: Float[Tensor, "N C V 1"]) -> Float[Tensor, "N D V 1"]:
        y = self.ask(self.before(x.flatten(1)).unflatten(1, x.shape[1:]))
        query, key, value = (
            part.squeeze(-1).unflatten(1, (self.heads, -1)).mT for part in y.split(self.sizes, 1)
        )  # (N, heads, V, C / heads)
        weight = (query * query.shape[-1] ** -0.5 @ key.mT).softmax(-1)
        found = (weight @ value).mT.flatten(1, 2).unsqueeze(-1)
        return self.norm(mish(self.answer(found)))


OUMVLP = GaitTR.Config(channels=256)
OUMVLP_18 = GaitTR.Config(joints=18, channels=256)
"""OpenGait's networks for OU-MVLP, by the joints that they read."""
