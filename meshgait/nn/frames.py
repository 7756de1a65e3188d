"""The real frames of a padded batch, and pooling over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Bool, Float, Int, Shaped
from torch import Tensor

from meshgait.errors import DataError, ShapeError


@dataclass(frozen=True, eq=False)
class Frames:
    """Which frames of a padded batch (B, T) are real; make it with `Frames.of`.

    `pack` lines the real frames of all sequences up, `unpack` puts them back, `max` pools those of
    each sequence. What works on packed frames never sees the padding: neither convolutions nor
    the statistics of batch normalisation.
    """

    batch: int
    time: int
    mask: Bool[Tensor, "B T"] | None
    lengths: tuple[int, ...] | None

    @classmethod
    def of(cls, clip: Shaped[Tensor, "B T ..."], mask: Bool[Tensor, "B T"] | None) -> Frames:
        """Frames of a padded `clip`; `mask` is True where a frame is real, None if all are.

        Raises `DataError` for a sequence without a real frame.

        >>> Frames.of(torch.zeros(2, 3), torch.tensor([[1, 1, 1], [1, 0, 0]]).bool()).lengths
        (3, 1)
        """
        batch, time = clip.shape[:2]
        if mask is None:
            if time == 0:
                raise DataError("a sequence needs at least one frame; these have none")
            return cls(batch, time, None, None)
        if mask.shape != (batch, time) or mask.dtype != torch.bool:
            raise ShapeError(
                f"mask must be a boolean tensor ({batch}, {time}), one value per frame; "
                f"got {mask.dtype} {tuple(mask.shape)}"
            )
        lengths = tuple(mask.sum(1).tolist())
        if 0 in lengths:
            raise DataError(
                f"sequence {lengths.index(0)} of the batch has no real frame; leave it out"
            )
        return cls(batch, time, mask, lengths)

    @classmethod
    def of_lengths(cls, lengths: tuple[int, ...], device: torch.device) -> Frames:
        """Sequences of these lengths, all from the first place on, padded to the longest."""
        time = max(lengths)
        if min(lengths) == time:
            return cls(len(lengths), time, None, None)
        places = torch.arange(time, device=device)
        mask = places < torch.tensor(lengths, device=device)[:, None]
        return cls(len(lengths), time, mask, lengths)

    def pack(self, x: Shaped[Tensor, "B T ..."]) -> Shaped[Tensor, "N ..."]:
        """The real frames of all sequences, one after another.

        >>> mask = torch.tensor([[True, True], [True, False]])
        >>> clip = torch.tensor([[1.0, 2.0], [3.0, 0.0]])
        >>> Frames.of(clip, mask).pack(clip)
        tensor([1., 2., 3.])
        """
        if x.shape[:2] != (self.batch, self.time):
            raise ShapeError(
                f"the batch has {self.batch} sequences of {self.time} frames, but an array in it "
                f"is {tuple(x.shape)}"
            )
        return x.flatten(0, 1) if self.mask is None else x[self.mask]

    def unpack(self, x: Shaped[Tensor, "N ..."]) -> Shaped[Tensor, "B T ..."]:
        """Packed frames back in their places, zeros in the padding."""
        if self.mask is None:
            return x.unflatten(0, (self.batch, self.time))
        padded = x.new_zeros(self.batch, self.time, *x.shape[1:])
        padded[self.mask] = x
        return padded

    def aligned(self) -> Frames:
        """The same sequences without gaps, all from the first place on, none longer than needed.

        What `pack` gave still fits. Models that convolve over time unpack with this, so that a
        frame's neighbours are the real ones and padding ends up behind the last.

        >>> mask = torch.tensor([[True, False, True, False], [False, True, False, False]])
        >>> Frames.of(mask, mask).aligned().mask
        tensor([[ True,  True],
                [ True, False]])
        """
        if self.mask is None or self.lengths is None:
            return self
        return Frames.of_lengths(self.lengths, self.mask.device)

    def split(self, x: Shaped[Tensor, "N ..."]) -> tuple[Tensor, ...]:
        """The packed frames of each sequence, for what looks at one walk at a time.

        >>> mask = torch.tensor([[True, True], [True, False]])
        >>> Frames.of(mask, mask).split(torch.tensor([1.0, 2.0, 3.0]))
        (tensor([1., 2.]), tensor([3.]))
        """
        sizes: Any = self.time if self.lengths is None else self.lengths
        return x.split(sizes)

    def fill(self, x: Shaped[Tensor, "B T ..."], value: float = 0) -> Shaped[Tensor, "B T ..."]:
        """Unpacked frames with `value` in the padding."""
        if self.mask is None:
            return x
        real = self.mask.reshape(*self.mask.shape, *[1] * (x.ndim - 2))
        return x.masked_fill(~real, value)

    def max(self, x: Shaped[Tensor, "N ..."]) -> Shaped[Tensor, "B ..."]:
        """Largest value of each sequence over its packed frames ("set pooling").

        >>> mask = torch.tensor([[True, True], [True, False]])
        >>> Frames.of(mask, mask).max(torch.tensor([-1.0, -2.0, -3.0]))
        tensor([-1., -3.])
        """
        if self.lengths is None:
            return x.unflatten(0, (self.batch, self.time)).amax(1)
        return torch.stack([sequence.amax(0) for sequence in self.split(x)])

    def mean(self, x: Float[Tensor, "N ..."]) -> Float[Tensor, "B ..."]:
        """Mean of each sequence over its packed frames.

        >>> mask = torch.tensor([[True, True], [True, False]])
        >>> Frames.of(mask, mask).mean(torch.tensor([1.0, 2.0, 3.0]))
        tensor([1.5000, 3.0000])
        """
        if self.lengths is None:
            return x.unflatten(0, (self.batch, self.time)).mean(1)
        return torch.stack([sequence.mean(0) for sequence in self.split(x)])

    def repeat(self, x: Shaped[Tensor, "B ..."]) -> Shaped[Tensor, "N ..."]:
        """What belongs to a sequence, once for each of its packed frames.

        >>> mask = torch.tensor([[True, True], [True, False]])
        >>> Frames.of(mask, mask).repeat(torch.tensor([1.0, 2.0]))
        tensor([1., 1., 2.])
        """
        if self.lengths is None:
            return x.unsqueeze(1).expand(-1, self.time, *x.shape[1:]).flatten(0, 1)
        return x.repeat_interleave(torch.tensor(self.lengths, device=x.device), dim=0)

    def thin(self, most: int) -> tuple[Int[Tensor, " n"], Frames]:
        """At most so many frames of each sequence, evenly spread: their packed places, and frames.

        >>> index, kept = Frames.of(torch.zeros(2, 4), None).thin(2)
        >>> index, kept.time
        (tensor([0, 2, 4, 6]), 2)
        """
        lengths = self.lengths or (self.time,) * self.batch
        device = None if self.mask is None else self.mask.device
        kept = tuple(min(length, most) for length in lengths)
        starts = [sum(lengths[:place]) for place in range(len(lengths))]
        index = [
            start + torch.arange(count, device=device) * length // count
            for start, length, count in zip(starts, lengths, kept, strict=True)
        ]
        return torch.cat(index), Frames.of_lengths(kept, index[0].device)
