"""Classifiers in published checkpoints, as the losses that own them here."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from meshgait.errors import DataError
from meshgait.losses import BNNeckCrossEntropy
from meshgait.losses.part_classifiers import (
    COMPACT_OFFICIAL_NAMES,
    PART_OFFICIAL_NAMES,
    CompactCrossEntropy,
    PartCrossEntropy,
    SalientCrossEntropy,
)

Weights = dict[str, Tensor]

SALIENT_OFFICIAL_NAMES = (
    (r"salient_learning\.fc$", "classifier.weight"),
    (r"salient_learning\.bn\.", "norms."),
)


def is_of_a_head(name: str) -> bool:
    """Whether a name belongs to a classifier, kept or dropped."""
    return any(re.match(pattern, name) for pattern, _ in HEADS)


def find_head(weights: Weights, model: Any, *, part_major: bool) -> nn.Module | None:
    """The classifier among the weights as a loss for `model`; None without, or for a lone layer.

    Raises `DataError` when it is there in part.
    """
    for pattern, build in HEADS:
        own = {name: value for name, value in weights.items() if re.match(pattern, name)}
        if own and build is not None:
            try:
                return build(own, model, part_major)
            except (KeyError, RuntimeError) as error:
                reason = " ".join(str(error).split())
                raise DataError(f"the classifier does not fit the network: {reason}") from error
    return None


def to_part_major(values: Tensor, parts: int) -> Tensor:
    """The last axis, counted c * P + p, as p * C + c.

    >>> to_part_major(torch.arange(6), 2)
    tensor([0, 2, 4, 1, 3, 5])
    """
    return values.unflatten(-1, (-1, parts)).transpose(-1, -2).flatten(-2)


def _neck(weights: Weights, model: Any, part_major: bool) -> nn.Module:
    parts, channels = model.embedding_shape
    head = BNNeckCrossEntropy(parts, channels, weights["BNNecks.fc_bin"].shape[2])
    return _fill_neck(head, weights, "BNNecks", part_major)


def _fill_neck(head: Any, weights: Weights, prefix: str, part_major: bool) -> nn.Module:
    state = head.state_dict()
    own = len(state["weight"])  # of SwinGait the last of the published parts is used for nothing
    state["weight"] = weights[f"{prefix}.fc_bin"][:own]
    for name in ("weight", "bias", "running_mean", "running_var"):
        values = weights[f"{prefix}.bn1d.{name}"]
        parts = len(weights[f"{prefix}.fc_bin"])
        values = values if part_major else to_part_major(values, parts)
        state[f"norm.{name}"] = values[: own * len(values) // parts]
    head.load_state_dict(state)
    return head


def _four_necks(weights: Weights, model: Any, part_major: bool) -> nn.Module:
    """XGait's classifiers, one for each branch, as one for all their parts."""
    from meshgait.models.xgait import BRANCHES

    parts, channels = model.embedding_shape
    ids = weights["BNNecks_sil.fc_bin"].shape[2]
    necks = []
    for branch in BRANCHES:
        neck = BNNeckCrossEntropy(parts // len(BRANCHES), channels, ids)
        necks.append(_fill_neck(neck, weights, f"BNNecks_{branch}", part_major).state_dict())
    head = BNNeckCrossEntropy(parts, channels, ids)
    joined = {
        name: value if value.ndim == 0 else torch.cat([neck[name] for neck in necks])
        for name, value in head.state_dict().items()
    }
    head.load_state_dict(joined)
    return head


def _compact(weights: Weights, model: Any, part_major: bool) -> nn.Module:
    """GLN's second phase."""
    parts, channels = model.embedding_shape
    classifier = weights["reduce_cls.weight"]
    head = CompactCrossEntropy(
        parts, channels, classifier.shape[0], compact_channels=classifier.shape[1]
    )
    state = _renamed(weights, COMPACT_OFFICIAL_NAMES)
    if not part_major:
        for name, value in state.items():
            if (name.startswith("compact.norm.") and value.ndim) or name == "compact.reduce.weight":
                state[name] = to_part_major(value, parts)
    head.load_state_dict(head.state_dict() | state)
    return head


def _per_part(weights: Weights, model: Any, part_major: bool) -> nn.Module:
    """GaitGL's."""
    parts, channels = model.embedding_shape
    head = PartCrossEntropy(parts, channels, weights["Head1.fc_bin"].shape[2])
    head.load_state_dict(_renamed(weights, PART_OFFICIAL_NAMES))
    return head


def _normed(weights: Weights, model: Any, part_major: bool) -> nn.Module:
    """MSGG's."""
    classifier = weights["encoder_cls.weight"]
    parts, channels = model.embedding_shape
    head = PartCrossEntropy(parts, channels, len(classifier), normed=True)
    state = _renamed(weights, ((r"bn_neck\.", "norm."),))
    state["classifier.weight"] = classifier.mT.unsqueeze(0)
    head.load_state_dict(head.state_dict() | state)
    return head


def _salient(weights: Weights, model: Any, part_major: bool) -> nn.Module:
    """CSTL's, which looks at the second result of `describe`."""
    _, channels, ids = weights["salient_learning.fc"].shape
    head = SalientCrossEntropy(model.embedding_shape[0], channels, ids)
    state = _renamed(weights, SALIENT_OFFICIAL_NAMES)
    head.load_state_dict(head.state_dict() | state)
    return head


def _renamed(weights: Weights, patterns: tuple[tuple[str, str], ...]) -> Weights:
    renamed = {}
    for name, value in weights.items():
        for pattern, start in patterns:
            if re.match(pattern, name):
                renamed[re.sub("^" + pattern, start, name)] = value
    return renamed


HEADS: tuple[tuple[str, Callable[[Weights, Any, bool], nn.Module] | None], ...] = (
    (r"BNNecks\.", _neck),
    (r"BNNecks_(sil|par|gcm|pcm)\.", _four_necks),
    (r"(encoder_bn|reduce_fc|reduce_bn|reduce_cls)\.", _compact),
    (r"Head1\.fc_bin", _per_part),
    (r"(bn_neck|encoder_cls)\.", _normed),
    (r"fc_cls\.", None),
    (r"salient_learning\.(fc$|bn\.)", _salient),
    (r"(loss_aggregator|criterion|loss)\.", None),
    (r"netD\.|lstm\.main\.|netE\.h[ag]_fc\.", None),
)
"""Names of a classifier, and what makes the loss of it; None drops it."""
