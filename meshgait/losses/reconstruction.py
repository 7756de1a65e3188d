"""What an auto-encoder of gait learns from (GaitNet, Zhang et al., CVPR 2019)."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn.functional import cross_entropy


def reconstruction(
    image: Float[Tensor, "B T C H W"],
    target: Float[Tensor, "B T C H W"],
    mask: Bool[Tensor, "B T"] | None = None,
) -> Float[Tensor, ""]:
    """Mean squared error of each frame, summed over time, averaged over the sequences.

    >>> reconstruction(torch.zeros(1, 3, 1, 2, 2), torch.full((1, 3, 1, 2, 2), 2.0))
    tensor(12.)
    """
    error = (image - target).square().mean((2, 3, 4))
    return _masked(error, mask).sum(1).mean()


def gait_similarity(
    first: Float[Tensor, "B T C"],
    second: Float[Tensor, "B S C"],
    first_mask: Bool[Tensor, "B T"] | None = None,
    second_mask: Bool[Tensor, "B S"] | None = None,
) -> Float[Tensor, ""]:
    """Mean squared difference of what two clips of a person are on average over time.

    >>> gait_similarity(torch.zeros(1, 4, 2), torch.ones(1, 3, 2))
    tensor(1.)
    """
    return (_mean(first, first_mask) - _mean(second, second_mask)).square().mean()


def incremental_cross_entropy(
    logits: Float[Tensor, "B T ids"],
    label: Int[Tensor, " B"],
    mask: Bool[Tensor, "B T"] | None = None,
) -> Float[Tensor, ""]:
    """Cross-entropy after each frame, the later the heavier: frame t from 1 on weighs (t/5)²/10.

    The mean over the frames of a sequence, then over sequences.
    """
    batch, time, count = logits.shape
    each = cross_entropy(
        logits.reshape(-1, count), label.long().repeat_interleave(time), reduction="none"
    ).unflatten(0, (batch, time))
    weight = (torch.arange(1, time + 1, device=logits.device) / 5).square() / 10
    frames = torch.full_like(label, time) if mask is None else mask.sum(1)
    return (_masked(each * weight, mask).sum(1) / frames).mean()


def _masked(value: Float[Tensor, "B T"], mask: Bool[Tensor, "B T"] | None) -> Float[Tensor, "B T"]:
    return value if mask is None else value.masked_fill(~mask, 0)


def _mean(x: Float[Tensor, "B T C"], mask: Bool[Tensor, "B T"] | None) -> Float[Tensor, "B C"]:
    if mask is None:
        return x.mean(1)
    return x.masked_fill(~mask.unsqueeze(2), 0).sum(1) / mask.sum(1, keepdim=True)
