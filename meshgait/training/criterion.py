"""Which loss trains a network, as data: what each makes for an embedding and its identities."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import partial
from typing import Any

from torch import nn

from meshgait.losses import (
    CenterLoss,
    ConsistencyLoss,
    IdentityLoss,
    LossTerms,
    batch_all_triplet,
    contrastive,
    supervised_contrast,
)
from meshgait.losses.disentangle import DisentangleLoss
from meshgait.losses.part_classifiers import CompactCrossEntropy, PartCrossEntropy, SalientLoss
from meshgait.losses.terms import Loss


class LossRecipe(ABC):
    """A kind of loss with its settings."""

    @abstractmethod
    def __call__(self, model: Any, num_ids: int) -> nn.Module:
        """The loss of what `model` makes of `num_ids` identities; it owns its weights."""


@dataclass(frozen=True)
class TripletAndNeck(LossRecipe):
    """Triplets, and `weight` times the BNNeck classifier (SLN, SMPLGait, GaitBase and after)."""

    weight: float = 0.1
    margin: float = 0.2

    def __call__(self, model: Any, num_ids: int) -> nn.Module:
        """The loss of embeddings of `num_ids` identities."""
        parts, channels = model.embedding_shape
        return IdentityLoss(parts, channels, num_ids, weight=self.weight, margin=self.margin)


@dataclass(frozen=True)
class TripletNeckAndConsistency(LossRecipe):
    """As `TripletAndNeck`, and `consistency` times how far bodies are from their silhouettes.

    For `FusionGait` with `refine`.
    """

    weight: float = 0.1
    margin: float = 0.2
    consistency: float = 1.0

    def __call__(self, model: Any, num_ids: int) -> nn.Module:
        """The loss of what `FusionGait.describe` gives for `num_ids` identities."""
        parts, channels = model.embedding_shape
        return ConsistencyLoss(
            parts,
            channels,
            num_ids,
            weight=self.weight,
            margin=self.margin,
            consistency=self.consistency,
        )


@dataclass(frozen=True)
class Triplet(LossRecipe):
    """Triplets alone (GaitSet, GaitPart, GLN's first phase)."""

    margin: float = 0.2

    def __call__(self, model: Any, num_ids: int) -> nn.Module:
        """The loss of embeddings of `num_ids` identities."""
        return LossTerms({"triplet": partial(batch_all_triplet, margin=self.margin)}, {})


@dataclass(frozen=True)
class TripletAndClassifier(LossRecipe):
    """Triplets and a linear classifier per part (GaitGL)."""

    margin: float = 0.2
    smoothing: float = 0.0

    def __call__(self, model: Any, num_ids: int) -> nn.Module:
        """The loss of embeddings of `num_ids` identities."""
        parts, channels = model.embedding_shape
        classifier = PartCrossEntropy(parts, channels, num_ids, smoothing=self.smoothing)
        triplet = partial(batch_all_triplet, margin=self.margin)
        return LossTerms({"triplet": triplet, "cross_entropy": classifier}, {})


@dataclass(frozen=True)
class TripletAndCompact(LossRecipe):
    """Triplets, and `weight` times the classifier behind a compact block (GLN's second phase)."""

    weight: float = 0.1
    margin: float = 0.2

    def __call__(self, model: Any, num_ids: int) -> nn.Module:
        """The loss of embeddings of `num_ids` identities."""
        parts, channels = model.embedding_shape
        classifier = CompactCrossEntropy(parts, channels, num_ids)
        triplet = partial(batch_all_triplet, margin=self.margin)
        losses: dict[str, Loss] = {"triplet": triplet, "cross_entropy": classifier}
        return LossTerms(losses, {"cross_entropy": self.weight})


@dataclass(frozen=True)
class TripletAndSalience(LossRecipe):
    """Triplets, and a classifier of the salient features (CSTL)."""

    margin: float = 0.2

    def __call__(self, model: Any, num_ids: int) -> nn.Module:
        """The loss of what `CSTL.describe` gives for `num_ids` identities."""
        parts, _ = model.embedding_shape
        return SalientLoss(parts, model.salient_channels, num_ids, margin=self.margin)


@dataclass(frozen=True)
class Disentangle(LossRecipe):
    """Gait apart from looks, by rebuilding pictures (GaitNet); batches are pairs of clips."""

    def __call__(self, model: Any, num_ids: int) -> nn.Module:
        """The loss of what `GaitNet.describe` gives for `num_ids` identities."""
        return DisentangleLoss(model, num_ids)


@dataclass(frozen=True)
class Softmax(LossRecipe):
    """A linear classifier, and `center` times the distance to the identity's centre (PoseGait)."""

    center: float = 0.0

    def __call__(self, model: Any, num_ids: int) -> nn.Module:
        """The loss of embeddings of `num_ids` identities."""
        parts, channels = model.embedding_shape
        losses: dict[str, Loss] = {"cross_entropy": PartCrossEntropy(parts, channels, num_ids)}
        if self.center:
            losses["center"] = CenterLoss(parts, channels, num_ids)
        return LossTerms(losses, {"center": self.center})


@dataclass(frozen=True)
class SupervisedContrast(LossRecipe):
    """Finding the others of one's identity in the batch (GaitGraph, GaitGraph2)."""

    temperature: float = 0.01
    base: float = 0.07
    by_distance: bool = False

    def __call__(self, model: Any, num_ids: int) -> nn.Module:
        """The loss of embeddings of any identities."""
        loss = partial(
            supervised_contrast,
            temperature=self.temperature,
            base=self.base,
            by_distance=self.by_distance,
        )
        return LossTerms({"contrast": loss}, {})


@dataclass(frozen=True)
class Contrastive(LossRecipe):
    """Near pairs of one identity, far pairs of two (SiaNet); `softmax` times a classifier."""

    margin: float = 1.0
    softmax: float = 0.0

    def __call__(self, model: Any, num_ids: int) -> nn.Module:
        """The loss of embeddings of `num_ids` identities."""
        parts, channels = model.embedding_shape
        losses: dict[str, Loss] = {"contrast": partial(contrastive, margin=self.margin)}
        if self.softmax:
            losses["cross_entropy"] = PartCrossEntropy(parts, channels, num_ids)
        return LossTerms(losses, {"cross_entropy": self.softmax})
