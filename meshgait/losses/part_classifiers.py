"""Losses that classify the embeddings of single networks, and own the classifier's weights."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from meshgait.errors import DataError, ShapeError
from meshgait.nn import CompactBlock, PartLinear, initialise_

PART_OFFICIAL_NAMES = ((r"Head1\.fc_bin", "classifier.weight"),)
"""Regular expressions for the start of a name in GaitGL's published checkpoints, and our start."""

COMPACT_OFFICIAL_NAMES = (
    (r"encoder_bn\.", "compact.norm."),
    (r"reduce_fc\.", "compact.reduce."),
    (r"reduce_bn\.", "compact.reduced_norm."),
    (r"reduce_cls\.", "classifier."),
)
"""The same for GLN's second phase.

Our block counts its input part by part, p * C + c, as the first releases of Gait3D did; later ones
and OpenGait count c * P + p.
"""

SALIENT_OFFICIAL_NAMES = (
    (r"salient_learning\.bn\.(\d+)\.", r"norms.\1."),
    (r"salient_learning\.fc", "classifier.weight"),
)
"""The same for CSTL."""


class PartCrossEntropy(nn.Module):
    """Cross-entropy of one linear classifier per part (GaitGL, Lin et al., ICCV 2021).

    With `normed` a batch norm of the embeddings stands before it (MSGG).

    >>> loss = PartCrossEntropy(64, 8, num_ids=4)
    >>> loss(torch.randn(6, 64, 8), torch.tensor([0, 0, 1, 1, 2, 3])).shape
    torch.Size([])
    """

    def __init__(
        self,
        parts: int,
        channels: int,
        num_ids: int,
        *,
        smoothing: float = 0.0,
        normed: bool = False,
    ) -> None:
        super().__init__()
        self.smoothing = smoothing
        self.norm = nn.BatchNorm1d(parts * channels) if normed else nn.Identity()
        self.classifier = PartLinear(parts, channels, num_ids)

    def forward(
        self, embedding: Float[Tensor, "B P C"], label: Int[Tensor, " B"]
    ) -> Float[Tensor, ""]:
        """Mean over all parts; `label` counts identities from 0.

        Raises `DataError` for a label that is not in 0..num_ids - 1.
        """
        return _cross_entropy(self.logits(embedding), label, self.smoothing)

    def logits(self, embedding: Float[Tensor, "B P C"]) -> Float[Tensor, "B P num_ids"]:
        """How much each part looks like each identity."""
        with torch.autocast(embedding.device.type, enabled=False):
            x = self.norm(embedding.to(self.classifier.weight.dtype).flatten(1))
            return self.classifier(x.unflatten(1, embedding.shape[1:]))


class CompactCrossEntropy(nn.Module):
    """Cross-entropy behind GLN's compact block, both learnt in its second phase.

    The published tests compare the embeddings in front of the block. To compare behind it, give
    `compact` to a `GLN` with `compact=True`.

    >>> loss = CompactCrossEntropy(93, 8, num_ids=4)
    >>> loss(torch.randn(6, 93, 8), torch.tensor([0, 0, 1, 1, 2, 3])).shape
    torch.Size([])
    """

    def __init__(
        self,
        parts: int,
        channels: int,
        num_ids: int,
        *,
        compact_channels: int = 256,
        scale: float = 16.0,
        smoothing: float = 0.1,
    ) -> None:
        super().__init__()
        self.scale, self.smoothing = scale, smoothing
        self.compact = CompactBlock(parts, channels, compact_channels)
        self.classifier = nn.Linear(compact_channels, num_ids, bias=False)
        initialise_(self)

    def forward(
        self, embedding: Float[Tensor, "B P C"], label: Int[Tensor, " B"]
    ) -> Float[Tensor, ""]:
        """Mean over the batch; `label` and errors as those of `PartCrossEntropy`."""
        return _cross_entropy(self.scale * self.logits(embedding), label, self.smoothing)

    def logits(self, embedding: Float[Tensor, "B P C"]) -> Float[Tensor, "B 1 num_ids"]:
        """How much each sequence looks like each identity."""
        with torch.autocast(embedding.device.type, enabled=False):
            return self.classifier(self.compact(embedding.to(self.classifier.weight.dtype)))


class SalientCrossEntropy(nn.Module):
    """Cross-entropy of CSTL's salient features: one norm per part, one classifier for all.

    It is given the second result of `CSTL.describe`.

    >>> loss = SalientCrossEntropy(32, 8, num_ids=4)
    >>> loss(torch.randn(6, 32, 8), torch.tensor([0, 0, 1, 1, 2, 3])).shape
    torch.Size([])
    """

    def __init__(self, parts: int, channels: int, num_ids: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.BatchNorm1d(channels) for _ in range(parts))
        self.classifier = PartLinear(1, channels, num_ids)
        initialise_(self)

    def forward(
        self, salient: Float[Tensor, "B P C"], label: Int[Tensor, " B"]
    ) -> Float[Tensor, ""]:
        """Mean over all parts; `label` and errors as those of `PartCrossEntropy`."""
        with torch.autocast(salient.device.type, enabled=False):
            parts = salient.to(self.classifier.weight.dtype).unbind(1)
            normed = [norm(part) for norm, part in zip(self.norms, parts, strict=True)]
            logits = torch.stack(normed, dim=1) @ self.classifier.weight[0]
        return _cross_entropy(logits, label, 0.0)


class SalientLoss(nn.Module):
    """`SalientCrossEntropy` as a term of the loss of CSTL, which describes what it saw."""

    describes = True

    def __init__(self, parts: int, channels: int, num_ids: int) -> None:
        super().__init__()
        self.classifier = SalientCrossEntropy(parts, channels, num_ids)

    def forward(
        self,
        embedding: Float[Tensor, "B P C"],
        label: Int[Tensor, " B"],
        salient: Float[Tensor, "B P D"],
    ) -> Float[Tensor, ""]:
        """Of the second result of `CSTL.describe`; the embedding does not matter."""
        return self.classifier(salient, label)


def _cross_entropy(
    logits: Float[Tensor, "B P num_ids"], label: Int[Tensor, " B"], smoothing: float
) -> Float[Tensor, ""]:
    batch, parts, count = logits.shape
    if label.shape != (batch,):
        raise ShapeError(f"{batch} embeddings need as many labels, got {tuple(label.shape)}")
    wrong = label[(label < 0) | (label >= count)]
    if len(wrong):
        raise DataError(
            f"label {wrong[0]} is not one of the {count} identities 0..{count - 1}; number the "
            "training identities from 0 or make the loss with another num_ids"
        )
    repeated = label.long().repeat_interleave(parts)
    return cross_entropy(logits.flatten(0, 1), repeated, label_smoothing=smoothing)
