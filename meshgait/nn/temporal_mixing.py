"""Frames hear of those around them: three ways for walks of uneven speed."""

from __future__ import annotations

from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import pad, silu

from meshgait.nn.frames import Frames

Mixing = Literal["none", "shift", "dilated", "attention"]

DILATIONS = (1, 2, 4)
SHIFTED = 4  # one in so many channels comes from the frame before, and as many from that after
HEADS = 4


class TemporalMixing(nn.Module):
    """Packed frames in order to as many; a frame sees real frames of its own sequence only.

    "shift" moves some channels by a frame (TSM, Lin et al., ICCV 2019) before a linear map;
    "dilated" convolves over 3 frames that are 1, 2, then 4 apart; "attention" looks at all frames
    by what they show, not by when they were taken. All add what they find. "none" does nothing,
    and the order of frames does not matter.

    >>> frames = Frames.of(torch.zeros(2, 5), None)
    >>> TemporalMixing("dilated", 8)(torch.randn(10, 8), frames).shape
    torch.Size([10, 8])
    """

    def __init__(self, kind: Mixing, channels: int) -> None:
        super().__init__()
        self.kind = kind
        if kind == "none":
            return
        self.norm = nn.LayerNorm(channels)
        if kind == "shift":
            self.linear = nn.Linear(channels, channels)
        elif kind == "dilated":
            self.convolutions = nn.ModuleList(
                nn.Conv1d(channels, channels, 3, padding=step, dilation=step) for step in DILATIONS
            )
        else:
            heads = next(count for count in range(HEADS, 0, -1) if channels % count == 0)
            self.attention = nn.MultiheadAttention(channels, heads, batch_first=True)

    def forward(self, x: Float[Tensor, "N C"], frames: Frames) -> Float[Tensor, "N C"]:
        """What each frame is, with what is around it."""
        if self.kind == "none":
            return x
        frames = frames.aligned()
        clip = frames.unpack(self.norm(x))  # (B, T, C), zero behind each sequence
        if self.kind == "shift":
            found = silu(self.linear(_shift(clip)))
        elif self.kind == "dilated":
            found = clip
            for convolution in self.convolutions:
                found = silu(frames.fill(convolution(found.mT).mT))
        else:
            away = None if frames.mask is None else ~frames.mask
            found, _ = self.attention(clip, clip, clip, key_padding_mask=away, need_weights=False)
        return x + frames.pack(found)


def _shift(clip: Float[Tensor, "B T C"]) -> Float[Tensor, "B T C"]:
    count = max(1, clip.shape[2] // SHIFTED)
    before = pad(clip[:, :-1, :count], (0, 0, 1, 0))
    after = pad(clip[:, 1:, count : 2 * count], (0, 0, 0, 1))
    return torch.cat([before, after, clip[:, :, 2 * count :]], dim=2)
