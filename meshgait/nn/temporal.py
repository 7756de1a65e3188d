"""Layers that look along time, on packed frames: they see zeros beyond a sequence's ends."""

from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

from meshgait.nn.convolution import put_channels_last_
from meshgait.nn.frames import Frames


def align(
    frames: Frames, clip: Shaped[Tensor, "B T ..."]
) -> tuple[Shaped[Tensor, "B t ..."], Frames]:
    """The clip without gaps, cut to its longest sequence, zero behind each; and its frames."""
    if frames.mask is None:
        return clip, frames
    aligned = frames.aligned()
    return aligned.unpack(frames.pack(clip)), aligned


def every(frames: Frames, step: int) -> Frames:
    """The frames that are left when a layer keeps 0, `step`, 2 `step` and so on of each clip."""
    if frames.mask is None or frames.lengths is None:
        time = (frames.time - 1) // step + 1  # spelled as convolutions do, for torch.export
        return Frames(frames.batch, time, None, None)
    lengths = tuple((length - 1) // step + 1 for length in frames.lengths)
    return Frames.of_lengths(lengths, frames.mask.device)


def over_time(
    frames: Frames,
    x: Float[Tensor, "N C H W"],
    layer: Callable[[Tensor], Tensor],
) -> Float[Tensor, "N D h w"]:
    """Give packed frames to a layer of clips (B, C, T, H, W) that keeps their number.

    No copy of a channels_last `x` unless clips differ in length.
    """
    frames = frames.aligned()
    clips = frames.unpack(x.permute(0, 2, 3, 1)).permute(0, 4, 1, 2, 3)
    return frames.pack(layer(clips).permute(0, 2, 3, 4, 1)).permute(0, 3, 1, 2)


def convolution_3d(
    in_channels: int, channels: int, kernel: tuple[int, int, int], *, stride: int = 1
) -> nn.Conv3d:
    """A convolution over time, rows and columns, without bias, that keeps the number of frames.

    >>> convolution_3d(1, 8, (3, 3, 3))(torch.zeros(2, 1, 3, 16, 11)).shape
    torch.Size([2, 8, 3, 16, 11])
    """
    time, height, width = kernel
    layer = nn.Conv3d(
        in_channels, channels, kernel, stride=(1, stride, stride),
        padding=(time // 2, height // 2, width // 2), bias=False,
    )  # fmt: skip
    put_channels_last_(layer)
    return layer


def pack_reversed(frames: Frames, clip: Shaped[Tensor, "B T ..."]) -> Shaped[Tensor, "N ..."]:
    """As `Frames.pack`, but of each sequence the last frame comes first.

    >>> mask = torch.tensor([[True, True], [True, False]])
    >>> pack_reversed(Frames.of(mask, mask), torch.tensor([[1.0, 2.0], [3.0, 0.0]]))
    tensor([2., 1., 3.])
    """
    if frames.lengths is None:
        return frames.pack(clip.flip(1))
    sequences: Any = frames.pack(clip).split(frames.lengths)
    return torch.cat([sequence.flip(0) for sequence in sequences])
