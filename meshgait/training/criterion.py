"""Which loss trains a network, as data: terms by name, their weights and their settings."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from torch import nn

from meshgait.errors import ConfigError
from meshgait.losses import (
    BNNeckCrossEntropy,
    CenterLoss,
    CrossCover,
    Disagreement,
    LossTerms,
    ShapeContrast,
    SiameseContrast,
    batch_all_triplet,
    contrastive,
    supervised_contrast,
)
from meshgait.losses.disentangle import DisentangleLoss
from meshgait.losses.finer_scales import FinerScales
from meshgait.losses.part_classifiers import CompactCrossEntropy, PartCrossEntropy, SalientLoss
from meshgait.losses.terms import Term
from meshgait.nn import Network
from meshgait.plugins import Registry

LossRecipe = Callable[[Network, int], nn.Module]
"""What makes the loss of a network and of a number of identities; it owns its weights."""


@dataclass(frozen=True)
class Loss:
    """Terms by name, each times its weight; 0 leaves one out. Their sum is the loss.

    `triplet`, of all triplets of a batch (GaitSet, GaitPart); `neck`, the BNNeck classifier (with
    triplets SLN, SMPLGait, GaitBase and after); `classifier`, a linear one for each part (GaitGL);
    `normed`, one behind a batch norm, and `finer`, triplets of the finer scales (MSGG); `compact`,
    one behind a compact block (GLN's second phase); `salience`, one of what `CSTL.describe` gives;
    `center`, the distance to the identity's centre (PoseGait); `contrast`, finding the others of
    one's identity in the batch (GaitGraph); `pairs`, near pairs of one identity and far pairs of
    two (SiaNet); `siamese`, predicting the other clip of a walk without labels (GaitSSB; batches
    have every walk twice); `consistency`, how far bodies are from their silhouettes (`FusionGait`
    with `refine`); `disentangle`, gait apart from appearance by rebuilding images (GaitNet; batches
    are pairs of clips); and the plug-ins of other packages.

    `margin` is that of triplets and pairs, `scale` that of the cosines of the neck and of
    `siamese`, `smoothing` that of the labels of the linear classifier and of `siamese`;
    `temperature`, `base` and `by_distance` belong to `contrast`.
    """

    terms: Mapping[str, float] = field(
        default_factory=lambda: {"triplet": 1.0, "neck": 0.1}, hash=False
    )
    margin: float = 0.2  # margin of triplets and pairs
    scale: float = 16.0  # what multiplies the cosines of the neck and of siamese
    smoothing: float = 0.0  # smoothing of the labels of linear and siamese
    temperature: float = 0.01  # temperature of contrast
    base: float = 0.07  # contrast is multiplied by temperature / base
    by_distance: bool = False  # whether contrast asks by distance, not by cosine

    def __post_init__(self) -> None:
        known = LOSSES.names()
        for name, weight in self.terms.items():
            if name not in known:
                raise LOSSES.unknown(name)
            if not 0 <= weight < math.inf:
                raise ConfigError(f"the weight of {name} must be 0 or more, got {weight}")
        if not any(self.terms.values()):
            raise ConfigError("a loss needs a term with a weight above 0")

    def __call__(self, model: Network, num_ids: int) -> nn.Module:
        """The loss of what `model` makes of `num_ids` identities."""
        weights = {name: weight for name, weight in self.terms.items() if weight}
        makers = {name: TERMS.get(name) for name in weights}
        terms = {
            name: maker(self, model, num_ids) if maker else LOSSES.find(name)(model, num_ids)
            for name, maker in makers.items()
        }
        return LossTerms(terms, weights)


def _triplet(loss: Loss, model: Any, num_ids: int) -> Term:
    return partial(batch_all_triplet, margin=loss.margin)


def _neck(loss: Loss, model: Any, num_ids: int) -> Term:
    parts, channels = model.embedding_shape
    return BNNeckCrossEntropy(parts, channels, num_ids, scale=loss.scale)


def _classifier(loss: Loss, model: Any, num_ids: int) -> Term:
    parts, channels = model.embedding_shape
    return PartCrossEntropy(parts, channels, num_ids, smoothing=loss.smoothing)


def _normed(loss: Loss, model: Any, num_ids: int) -> Term:
    parts, channels = model.embedding_shape
    return PartCrossEntropy(parts, channels, num_ids, smoothing=loss.smoothing, normed=True)


def _finer(loss: Loss, model: Any, num_ids: int) -> Term:
    return FinerScales(loss.margin)


def _compact(loss: Loss, model: Any, num_ids: int) -> Term:
    parts, channels = model.embedding_shape
    return CompactCrossEntropy(parts, channels, num_ids)


def _center(loss: Loss, model: Any, num_ids: int) -> Term:
    parts, channels = model.embedding_shape
    return CenterLoss(parts, channels, num_ids)


def _contrast(loss: Loss, model: Any, num_ids: int) -> Term:
    return partial(
        supervised_contrast,
        temperature=loss.temperature,
        base=loss.base,
        by_distance=loss.by_distance,
    )


def _pairs(loss: Loss, model: Any, num_ids: int) -> Term:
    return partial(contrastive, margin=loss.margin)


def _siamese(loss: Loss, model: Any, num_ids: int) -> Term:
    return SiameseContrast(scale=loss.scale, smoothing=loss.smoothing)


def _salience(loss: Loss, model: Any, num_ids: int) -> Term:
    return SalientLoss(model.embedding_shape[0], model.salient_channels, num_ids)


def _disentangle(loss: Loss, model: Any, num_ids: int) -> Term:
    return DisentangleLoss(model, num_ids)


def _consistency(loss: Loss, model: Any, num_ids: int) -> Term:
    return Disagreement()


def _cover(loss: Loss, model: Any, num_ids: int) -> Term:
    return CrossCover(model)


def _shape(loss: Loss, model: Any, num_ids: int) -> Term:
    return ShapeContrast()


TERMS: dict[str, Callable[[Loss, Any, int], Term]] = {
    "triplet": _triplet,
    "neck": _neck,
    "classifier": _classifier,
    "normed": _normed,
    "finer": _finer,
    "compact": _compact,
    "center": _center,
    "contrast": _contrast,
    "pairs": _pairs,
    "siamese": _siamese,
    "salience": _salience,
    "disentangle": _disentangle,
    "consistency": _consistency,
    "cover": _cover,
    "shape": _shape,
}

LOSSES: Registry[Any] = Registry(
    "loss", "meshgait.losses", TERMS,
    what="a function of (model, num_ids) that makes a loss", accepts=callable,
)  # fmt: skip
"""Names of terms; plug-ins make a term of a network and a number of identities."""
