"""Pooling over time by short patterns of motion, a different one per part (GaitPart)."""

from __future__ import annotations

from functools import reduce

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import conv1d, leaky_relu, pad

from meshgait.nn.frames import Frames


class MicroMotion(nn.Module):
    """Maximum over time of templates of 3 and of 5 frames, each weighted by a learnt score.

    Every part has its own two scores (Fan et al., CVPR 2020). A template is the mean plus the
    maximum around a frame; the mean counts frames beyond the ends as zero.
    """

    def __init__(self, parts: int, channels: int, *, squeeze: int = 4) -> None:
        super().__init__()
        hidden = max(1, channels // squeeze)
        self.short = nn.ModuleList(_score(channels, hidden, kernel=1) for _ in range(parts))
        self.long = nn.ModuleList(_score(channels, hidden, kernel=3) for _ in range(parts))

    def forward(self, x: Float[Tensor, "N P C"], frames: Frames) -> Float[Tensor, "B P C"]:
        """Pool packed frames; `frames` are aligned.

        >>> frames = Frames.of(torch.zeros(2, 5), None)
        >>> MicroMotion(16, 8)(torch.zeros(10, 16, 8), frames).shape
        torch.Size([2, 16, 8])
        """
        parts, channels = x.shape[1:]
        clip = frames.unpack(x.flatten(1))  # (B, T, P * C), zeros in the padding
        short = _template(clip, frames, 3) * _scores(clip, frames, self.short)
        motion = short + _template(clip, frames, 5) * _scores(clip, frames, self.long)
        return frames.fill(motion, -torch.inf).amax(1).unflatten(1, (parts, channels))


def _score(channels: int, hidden: int, *, kernel: int) -> nn.ModuleDict:
    # "0" and "2" as in the published checkpoints; "1" is the activation.
    return nn.ModuleDict(
        {
            "0": nn.Conv1d(channels, hidden, 3, bias=False),
            "2": nn.Conv1d(hidden, channels, kernel, bias=False),
        }
    )


def _scores(
    clip: Float[Tensor, "B T PC"], frames: Frames, layers: nn.ModuleList
) -> Float[Tensor, "B T PC"]:
    parts = range(len(layers))
    first, second = (
        torch.cat([layers.get_parameter(f"{part}.{name}.weight") for part in parts])
        for name in ("0", "2")
    )
    x = conv1d(clip.mT, first, padding=1, groups=len(layers))
    x = frames.fill(leaky_relu(x, 0.01).mT).mT
    return conv1d(x, second, padding=second.shape[2] // 2, groups=len(layers)).sigmoid().mT


def _template(clip: Float[Tensor, "B T PC"], frames: Frames, reach: int) -> Float[Tensor, "B T PC"]:
    # Not -inf, which times the zero gradient of the padding would be nan.
    lowest = torch.finfo(clip.dtype).min
    largest = reduce(torch.maximum, _neighbours(frames.fill(clip, lowest), reach, lowest))
    return torch.stack(_neighbours(clip, reach, 0)).sum(0) / reach + largest


def _neighbours(clip: Tensor, reach: int, beyond: float) -> list[Tensor]:
    # Slices, because the pooling of torch cannot be exported for any number of frames.
    wide = pad(clip, (0, 0, reach // 2, reach // 2), value=beyond)
    return [wide[:, place : place + clip.shape[1]] for place in range(reach)]
