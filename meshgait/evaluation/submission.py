"""Answers for competitions that keep the labels of the probes: the nearest people as a CSV."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from meshgait.data import Protocol
from meshgait.errors import DataError
from meshgait.evaluation.embeddings import Embeddings
from meshgait.files.storage import written_whole
from meshgait.metrics import part_distance

_ROWS = 256


@dataclass(frozen=True)
class Form:
    """The columns of an answer: that of the probe, and one for each rank."""

    probe: str
    ranks: tuple[str, ...]


GREW = Form("videoId", tuple(f"rank{k}" for k in range(1, 21)))
HID = Form("videoID", ("label",))


def write_submission(
    path: str | Path,
    embeddings: Embeddings,
    protocol: Protocol,
    form: Form = GREW,
    *,
    metric: str | None = None,
) -> None:
    """Write, for every probe, the people of the gallery sequences nearest to it.

    A probe is called by its view, which in GREW and HID is the video's name. People are whole
    numbers, and one with two sequences can be named twice, as in the answers of the authors'
    code. Not checked by a submission. Raises `DataError` for fewer gallery sequences than ranks
    or people without a number.
    """
    probe, gallery = protocol.split(embeddings.records)
    names = [embeddings.records[i].subject for i in gallery]
    if len(names) < len(form.ranks):
        raise DataError(f"{len(form.ranks)} ranks need as many gallery sequences, got {len(names)}")
    wrong = next((name for name in names if not name.isdecimal()), None)
    if wrong is not None:
        raise DataError(f"a submission names people by whole numbers, got {wrong!r}")
    person = np.array([int(name) for name in names])
    with written_whole(path) as part, part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([form.probe, *form.ranks])
        for start in range(0, len(probe), _ROWS):
            some = probe[start : start + _ROWS]
            distance = part_distance(
                embeddings.values[some], embeddings.values[gallery], metric or protocol.metric
            )
            if distance.isnan().any():
                raise DataError("distances are NaN; look for NaN in the embeddings")
            nearest = distance.sort(dim=1, stable=True).indices[:, : len(form.ranks)].numpy()
            for index, row in zip(some, person[nearest], strict=True):
                writer.writerow([embeddings.records[index].view, *row.tolist()])
