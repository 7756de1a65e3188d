"""How a network does on people who are held out of its training, while it is trained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from meshgait.data import SequenceDataset
from meshgait.data.batches import SomeSequences
from meshgait.errors import ConfigError
from meshgait.evaluation import embed
from meshgait.metrics import search
from meshgait.nn import Network
from meshgait.training.recipe import Recipe

RANK1, MEAN_AP = "validation_rank1", "validation_mAP"
_STREAM = 0x76616C  # apart from the streams of training, which begin with the seed as well


def hold_out(data: SequenceDataset, recipe: Recipe) -> tuple[SequenceDataset, SequenceDataset]:
    """`data` of the people to learn from, and of `validate_share`, two at least, held out.

    Those are drawn by its seed among the people with two clips or more, who can be found again.
    Raises `ConfigError` where fewer than two are left for either.
    """
    clips = Counter(record.subject for record in data.records)
    several = sorted(subject for subject, count in clips.items() if count > 1)
    count = max(2, round(recipe.validate_share * len(clips)))
    if len(several) < count or len(clips) - count < 2:
        raise ConfigError(
            f"of {len(clips)} people, {len(several)} with two clips or more, {count} cannot be "
            "held out for validation and two be left to learn from; set validate_every to 0, or "
            "change validate_share"
        )
    generator = np.random.default_rng((_STREAM, recipe.seed))
    chosen = {several[i] for i in generator.permutation(len(several))[:count]}
    is_held = np.array([record.subject in chosen for record in data.records])
    return SomeSequences(data, np.flatnonzero(~is_held)), SomeSequences(data, is_held.nonzero()[0])


def validate(model: Network, held_out: SequenceDataset, metric: str) -> dict[str, float]:
    """Rank-1 and mAP in percent: every clip is searched for among all others."""
    embeddings = embed(model, held_out, progress=False)
    people = [record.subject for record in embeddings.records]
    values, itself = embeddings.values, np.arange(len(people))
    scores = search(values, values, people, people, metric=metric, exclude=(itself, itself)).mean()
    return {RANK1: scores["rank1"], MEAN_AP: scores["mAP"]}


def is_best(history: Sequence[dict[str, float]], found: dict[str, float]) -> bool:
    """Whether no mAP before was as high."""
    return all(found[MEAN_AP] > row[MEAN_AP] for row in history if MEAN_AP in row)
