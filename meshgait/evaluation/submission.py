"""Answers for competitions that keep the labels of the probes: the nearest people as a CSV."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from meshgait.data import Protocol
from meshgait.errors import DataError
from meshgait.evaluation.embeddings import Embeddings
from meshgait.evaluation.ranking import all_distances
from meshgait.files.storage import written_whole
from meshgait.metrics import Reranking, part_distance

_ROWS = 256
_USUAL = Reranking()


@dataclass(frozen=True)
class Form:
    """The columns of an answer: that of the probe, and one for each rank.

    `reranking` is what the organisers' own code re-ranks by. People are whole numbers, or with
    `as_named` what their folders are called.
    """

    probe: str
    ranks: tuple[str, ...]
    reranking: Reranking = _USUAL
    as_named: bool = False


GREW = Form("videoId", tuple(f"rank{k}" for k in range(1, 21)))
HID = Form("videoID", ("label",), Reranking(k1=6, k2=6, keep=0.3), as_named=True)


def write_submission(
    path: str | Path,
    embeddings: Embeddings,
    protocol: Protocol,
    form: Form = GREW,
    *,
    metric: str | None = None,
    rerank: Reranking | None = None,
) -> None:
    """Write, for every probe, the people of the gallery sequences nearest to it.

    `rerank` (`form.reranking` is the organisers') changes the distances first, among all sequences
    at once. A probe is called by its view, which in GREW and HID is the video's name. One person
    with two sequences can be named twice, as in the answers of the authors' code. Not checked by a
    submission. Raises `DataError` for fewer gallery sequences than ranks, probes of one name, or
    people without a number of their own where numbers are asked for.
    """
    probe, gallery = protocol.split(embeddings.records)
    person = _people([embeddings.records[i].subject for i in gallery], form)
    videos = _distinct([embeddings.records[i].view for i in probe])
    metric = metric or protocol.metric
    values, distance = embeddings.values, None
    if rerank is not None:
        distance = torch.from_numpy(all_distances(values, probe, gallery, metric, rerank))
    with written_whole(path) as part, part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([form.probe, *form.ranks])
        for start in range(0, len(probe), _ROWS):
            some = slice(start, start + _ROWS)
            far = (
                part_distance(values[probe[some]], values[gallery], metric)
                if distance is None
                else distance[some]
            )
            if far.isnan().any():
                raise DataError("distances are NaN; look for NaN in the embeddings")
            nearest = far.sort(dim=1, stable=True).indices[:, : len(form.ranks)].numpy()
            for name, row in zip(videos[some], person[nearest], strict=True):
                writer.writerow([name, *row.tolist()])


def _distinct(videos: list[str]) -> list[str]:
    video, count = Counter(videos).most_common(1)[0]
    if count > 1:
        raise DataError(f"{count} probes are called {video}; the view of a probe names its video")
    return videos


def _people(names: list[str], form: Form) -> np.ndarray:
    """The people of the gallery as the answer names them."""
    if len(names) < len(form.ranks):
        raise DataError(f"{len(form.ranks)} ranks need as many gallery sequences, got {len(names)}")
    wrong = next((name for name in names if not name.isdecimal()), None)
    if wrong is not None and not form.as_named:
        raise DataError(f"a submission names people by whole numbers, got {wrong!r}")
    if form.as_named:
        return np.array(names)
    known: dict[int, str] = {}
    for name in names:
        if known.setdefault(int(name), name) != name:
            raise DataError(
                f"a submission would name {known[int(name)]} and {name} alike; rename one"
            )
    return np.array([int(name) for name in names])
