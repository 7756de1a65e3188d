"""Layers that look along time, on packed frames: they see zeros beyond a sequence's ends."""

from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from meshgait.nn.frames import Frames


def line_up(frames: Frames, x: Shaped[Tensor, "N ..."]) -> Shaped[Tensor, "B T ..."]:
    """Packed frames as clips that all start at 0, zeros after their ends.

    Unlike `Frames.unpack` it leaves no gaps, and no more padding than the longest clip needs, so
    that convolutions over time never see what was masked.

    >>> mask = torch.tensor([[True, False, True, False], [True, False, False, False]])
    >>> line_up(Frames.of(mask, mask), torch.tensor([1.0, 2.0, 3.0]))
    tensor([[1., 2.],
            [3., 0.]])
    """
    if frames.lengths is None:
        return x.unflatten(0, (frames.batch, frames.time))
    sequences: Any = x.split(frames.lengths)
    return pad_sequence(list(sequences), batch_first=True)


def close_up(frames: Frames, clips: Shaped[Tensor, "B T ..."]) -> Shaped[Tensor, "N ..."]:
    """The inverse of `line_up`."""
    if frames.lengths is None:
        return clips.flatten(0, 1)
    return torch.cat([clip[:n] for clip, n in zip(clips, frames.lengths, strict=True)])


def every(frames: Frames, step: int) -> Frames:
    """The frames that are left when a layer keeps 0, `step`, 2 `step` and so on of each clip."""
    time = (frames.time - 1) // step + 1  # spelled as convolutions do, for torch.export
    if frames.lengths is None:
        return Frames(frames.batch, time, None, None)
    lengths = tuple((length - 1) // step + 1 for length in frames.lengths)
    mask = torch.arange(time) < torch.tensor(lengths)[:, None]
    return Frames(frames.batch, time, mask, lengths)


def over_time(
    frames: Frames,
    x: Float[Tensor, "N C H W"],
    layer: Callable[[Tensor], Tensor],
) -> Float[Tensor, "N D h w"]:
    """Give packed frames to a layer of clips (B, C, T, H, W) that keeps their number.

    No copy of a channels_last `x` unless clips differ in length.
    """
    clips = line_up(frames, x.permute(0, 2, 3, 1)).permute(0, 4, 1, 2, 3)
    return close_up(frames, layer(clips).permute(0, 2, 3, 4, 1)).permute(0, 3, 1, 2)


def convolution_3d(
    in_channels: int, channels: int, kernel: tuple[int, int, int], *, stride: int = 1
) -> nn.Conv3d:
    """A convolution over time, rows and columns, without bias, that keeps the number of frames."""
    layer = nn.Conv3d(
        in_channels, channels, kernel, stride=(1, stride, stride),
        padding=tuple(size // 2 for size in kernel), bias=False,
    )  # fmt: skip
    layer.weight.data = layer.weight.data.to(memory_format=torch.channels_last_3d)
    return layer


def mean_over_time(frames: Frames, x: Float[Tensor, "N ..."]) -> Float[Tensor, "B ..."]:
    """Mean of each sequence over its packed frames."""
    if frames.lengths is None:
        return x.unflatten(0, (frames.batch, frames.time)).mean(1)
    sequences: Any = x.split(frames.lengths)
    return torch.stack([sequence.mean(0) for sequence in sequences])


def reverse(frames: Frames, x: Shaped[Tensor, "N ..."]) -> Shaped[Tensor, "N ..."]:
    """The packed frames of each sequence, last one first.

    >>> mask = torch.tensor([[True, True], [True, False]])
    >>> reverse(Frames.of(mask, mask), torch.tensor([1.0, 2.0, 3.0]))
    tensor([2., 1., 3.])
    """
    if frames.lengths is None:
        backwards = torch.arange(frames.time - 1, -1, -1, device=x.device)
        return x.unflatten(0, (frames.batch, frames.time))[:, backwards].flatten(0, 1)
    sequences: Any = x.split(frames.lengths)
    return torch.cat([sequence.flip(0) for sequence in sequences])
