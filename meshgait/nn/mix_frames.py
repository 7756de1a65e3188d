"""The exchange of channels between frames (MTSGait, Zheng et al., ACM Multimedia 2022)."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import pad

from meshgait.nn.frames import Frames


def mix_frames(
    x: Float[Tensor, "N C H W"],
    frames: Frames,
    hops: Sequence[int],
    *,
    folds: int,
    bidirectional: bool = True,
) -> Float[Tensor, "N C H W"]:
    """Packed maps plus, for each hop, the same maps with some channels from another frame.

    The first C / `folds` channels come from the frame `hop` later (earlier, unless
    `bidirectional`), the last ones from the frame `hop` earlier; beyond the ends of a sequence is
    zero. A convolution without bias is linear: applied once to this it gives the sum of the
    published block, which convolves every term.

    >>> frames = Frames.of(torch.zeros(1, 3), None)
    >>> x = torch.tensor([1.0, 2.0, 3.0]).reshape(3, 1, 1, 1).expand(3, 2, 1, 1)
    >>> mix_frames(x, frames, (1,), folds=2).flatten(1).T
    tensor([[3., 5., 3.],
            [1., 3., 5.]])
    """
    channels = x.shape[1]
    fold = min(max(1, channels // folds), channels // 2)
    first, last = x[:, :fold], x[:, channels - fold :]
    earlier = [_shift(last, frames, hop) for hop in hops]
    other = [_shift(first, frames, -hop if bidirectional else hop) for hop in hops]
    middle = (1 + len(hops)) * x[:, fold : channels - fold]
    return torch.cat([sum(other, first), middle, sum(earlier, last)], dim=1)


def _shift(x: Float[Tensor, "N C H W"], frames: Frames, hop: int) -> Float[Tensor, "N C H W"]:
    """Each frame's map from `hop` frames before (after, if negative)."""
    clips = frames.unpack(x)
    before, after = max(hop, 0), max(-hop, 0)
    padded = pad(clips, (0, 0) * 3 + (before, after))
    return frames.pack(padded[:, after : after + clips.shape[1]])
