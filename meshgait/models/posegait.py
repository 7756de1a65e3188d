"""PoseGait, re-designed from the paper's description (Liao et al., Pattern Recognition 2020).

The network is that of the authors' public code, which reads two dimensions only; the features of
the third follow the paper, in an order of our own.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn.functional import max_pool2d, pad, relu

from meshgait.errors import ShapeError
from meshgait.nn import (
    Frames,
    align,
    check_width,
    configured,
    embed_sequences,
    initialise_,
    scale_channels,
)

OFFICIAL_NAMES = (
    (r"(conv[1-4](?:_1)?)\.0\.", r"\1.conv."),
    (r"(conv[1-4](?:_1)?)\.1\.", r"\1.norm."),
    (r"fc\.", "head."),
)
"""Regular expressions for the start of a name in the public code, and our start."""

SMPL_JOINTS = 24
NECK, HIPS = 12, (1, 2)

USED = (15, 12, 16, 18, 20, 17, 19, 21, 1, 4, 7, 2, 5, 8)
"""Head, neck, left and right arm, left and right leg, from the trunk outwards."""

BONES = (
    (12, 15), (12, 16), (16, 18), (18, 20), (12, 17), (17, 19), (19, 21),
    (12, 1), (1, 4), (4, 7), (12, 2), (2, 5), (5, 8),
)  # fmt: skip

WINDOW = 17
ROWS = 126


class PoseGait(nn.Module):
    """Pose, motion, bone angles and bone lengths as one image per 17 frames, and convolutions.

    A longer clip gives the mean over as few windows as cover it, a shorter one is followed by
    zeros. `embedding_shape` is (P, C).
    """

    @dataclass(frozen=True)
    class Config:
        """The published network.

        `stages` lists the channels of the convolutions, `channels` is the length of the
        embedding. `width` scales all channels, for small machines.
        """

        stages: tuple[int, int, int] = (32, 64, 128)
        channels: int = 512
        dropout: float = 0.5
        width: float = 1.0

        def __post_init__(self) -> None:
            check_width(self.width)

    inputs = ("skeleton3d",)
    embed = embed_sequences

    @configured(Config)
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        (one, two, three), (channels,) = scale_channels(
            (config.stages, (config.channels,)), config.width
        )
        self.embedding_shape = (1, channels)
        self.conv1, self.conv2 = _Block(1, one), _Block(one, two)
        self.conv2_1 = _Block(two, two, padding=1)
        self.conv3 = _Block(two, three)
        self.conv4, self.conv4_1 = _Block(three, three, padding=1), _Block(three, three, padding=1)
        self.dropout = nn.Dropout(config.dropout)
        self.head = nn.Linear(three * 29 * 2, channels)
        initialise_(self)

    def forward(
        self,
        skeleton3d: Float[Tensor, "B T 24 3"],
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "B 1 C"]:
        """Embed the 24 joints of SMPL, in any unit; `mask` is True where a frame is real.

        Place and size of the person make no difference.

        >>> model = PoseGait(PoseGait.Config(width=1 / 16))
        >>> model(torch.rand(2, 20, 24, 3)).shape
        torch.Size([2, 1, 32])
        """
        frames = Frames.of(skeleton3d, mask)
        if skeleton3d.shape[2:] != (SMPL_JOINTS, 3):
            raise ShapeError(
                f"skeleton3d must be (B, T, {SMPL_JOINTS}, 3), SMPL's joints; got "
                f"{tuple(skeleton3d.shape)}"
            )
        joints, frames = align(frames, skeleton3d.to(self.head.weight.dtype))
        windows, parts = _cut(pose_features(joints, frames), frames)
        features = self.head(self.dropout(self._convolve(windows.unsqueeze(1)).flatten(1)))
        return parts.mean(features).unsqueeze(1)

    def _convolve(self, x: Float[Tensor, "N 1 126 17"]) -> Float[Tensor, "N C 29 2"]:
        x = max_pool2d(self.conv2(self.conv1(x)), 2)
        x = x + self.conv2_1(self.conv2_1(x))  # one layer twice, as in the public code
        x = max_pool2d(self.conv3(x), 2)
        return x + self.conv4_1(self.conv4(x))


class _Block(nn.Module):
    """A 3 x 3 convolution with batch norm and ReLU."""

    def __init__(self, in_channels: int, channels: int, *, padding: int = 0) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, channels, 3, padding=padding, bias=False)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x: Float[Tensor, "N C H W"]) -> Float[Tensor, "N D h w"]:
        return relu(self.norm(self.conv(x)))


def pose_features(joints: Float[Tensor, "B T 24 3"], frames: Frames) -> Float[Tensor, "B T 126"]:
    """Three times 42 numbers per frame; zero where a trunk has no length.

    For each coordinate the 14 joints, from the neck and in lengths of the trunk, and their step
    to the next frame; then 13 bones and a 0: first their azimuths, then their elevations, then
    their lengths.
    """
    neck, hips = joints[:, :, NECK], joints[:, :, HIPS].mean(2)
    trunk = torch.linalg.vector_norm(neck - hips, dim=-1)[..., None, None]
    body = torch.where(trunk > 0, (joints - neck.unsqueeze(2)) / trunk, 0.0)
    pose = body[:, :, USED]
    motion = frames.fill(pose.roll(-1, dims=1) - pose)
    last = _last(frames, joints.device)
    motion = motion.masked_fill(last[..., None, None], 0)
    start, end = (list(side) for side in zip(*BONES, strict=True))
    bones = torch.stack(_angles_and_length(body[:, :, end] - body[:, :, start]), dim=-1)
    bones = pad(bones, (0, 0, 0, 1))
    return torch.cat([pose, motion, bones], dim=2).transpose(2, 3).flatten(2)


def _last(frames: Frames, device: torch.device) -> Bool[Tensor, "B T"]:
    """Where a sequence ends."""
    place = torch.arange(frames.time, device=device).expand(frames.batch, frames.time)
    if frames.lengths is None:
        return place == frames.time - 1
    return place == torch.tensor(frames.lengths, device=device)[:, None] - 1


def _angles_and_length(
    bone: Float[Tensor, "*batch 3"],
) -> tuple[Float[Tensor, "*batch"], Float[Tensor, "*batch"], Float[Tensor, "*batch"]]:
    length = torch.linalg.vector_norm(bone, dim=-1)
    x, y, z = torch.where(length[..., None] > 0, bone, bone.new_tensor([0.0, 0.0, 1.0])).unbind(-1)
    return torch.atan2(x, z), torch.atan2(y, (x * x + z * z).sqrt()), length


def _cut(
    image: Float[Tensor, "B T 126"], frames: Frames
) -> tuple[Float[Tensor, "N 126 17"], Frames]:
    """Windows of 17 frames that cover each sequence, and which window belongs to which."""
    if frames.lengths is None:
        index = _windows(frames.time).to(image.device)
        image = pad(image, (0, 0, 0, max(0, WINDOW - frames.time)))
        windows = image[:, index].flatten(0, 1)
        return windows.transpose(1, 2), Frames(frames.batch, index.shape[0], None, None)
    image = pad(image, (0, 0, 0, WINDOW))
    rows = [
        clip[_windows(n).to(clip.device)] for clip, n in zip(image, frames.lengths, strict=True)
    ]
    counts = tuple(len(row) for row in rows)
    return torch.cat(rows).transpose(1, 2), Frames.of_lengths(counts, image.device)


def _windows(length: int) -> Int[Tensor, "windows 17"]:
    """Frames of as few windows as cover `length` frames, evenly spread."""
    count = (length + WINDOW - 1) // WINDOW
    spare = max(0, length - WINDOW)
    start = torch.arange(count) * spare // max(1, count - 1)
    return start[:, None] + torch.arange(WINDOW)
