"""Embeddings of sequences: made by a network, written and read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.utils.data import Dataset
from tqdm import tqdm

from meshgait.data import AllFrames, SequenceDataset
from meshgait.data.batches import collate
from meshgait.data.processes import ReadAhead
from meshgait.errors import DataError, ShapeError
from meshgait.files.storage import read_npz, written_whole
from meshgait.nn import Network, require_network
from meshgait.nn.embed import MOST_FRAMES, warn_of_cut
from meshgait.nn.network import require_embedding
from meshgait.numerics import show_shapes
from meshgait.sequence import GaitSequence, Record
from meshgait.sequence.kind import names_in, require_kind

_COLUMNS = ("subject", "condition", "view")


@dataclass(frozen=True, eq=False)
class Embeddings:
    """One embedding (parts x channels) for each record."""

    values: Float[Tensor, "N P C"]
    records: list[Record]

    __repr__ = show_shapes

    def __post_init__(self) -> None:
        if self.values.ndim != 3 or len(self.values) != len(self.records):
            raise ShapeError(
                f"embeddings must be (N, P, C) for {len(self.records)} records, got "
                f"{tuple(self.values.shape)}"
            )

    def save(self, path: str | Path) -> None:
        """Write an .npz with `embedding`, `subject`, `condition` and `view`."""
        subject, condition, view = (
            np.array([getattr(record, name) for record in self.records], dtype=np.str_)
            for name in _COLUMNS
        )
        values = self.values.detach().cpu().numpy()
        with written_whole(path) as part, part.open("wb") as file:
            np.savez(file, embedding=values, subject=subject, condition=condition, view=view)

    @classmethod
    def load(cls, path: str | Path) -> Embeddings:
        """Read what `save` wrote; raises `DataError` for another kind of file."""
        require_kind(Path(path), names_in(Path(path)), "embeddings")
        arrays = read_npz(path, only=("embedding", *_COLUMNS), objects=True)
        missing = [name for name in ("embedding", *_COLUMNS) if name not in arrays]
        if missing:
            raise DataError(f"{path} holds no embeddings: {' and '.join(missing)} are not there")
        values, *columns = (_texts(arrays[name]) for name in ("embedding", *_COLUMNS))
        if values.ndim != 3 or values.dtype not in (np.float32, np.float64):
            raise DataError(f"{path}: embeddings are (N, P, C) floats, got {_describe(values)}")
        for name, column in zip(_COLUMNS, columns, strict=True):
            if column.shape != values.shape[:1] or column.dtype.kind != "U":
                raise DataError(
                    f"{path}: {name} must be a text for each of {len(values)} embeddings, got "
                    f"{_describe(column)}"
                )
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return cls(torch.from_numpy(values), [Record(*row) for row in rows])


def _texts(value: Any) -> np.ndarray:
    """An array; one of objects that are all text becomes one of text."""
    array = np.asarray(value)
    is_text = array.dtype.hasobject and all(isinstance(entry, str) for entry in array.flat)
    return array.astype(np.str_) if is_text else array


def _describe(array: np.ndarray) -> str:
    return f"{array.dtype} {array.shape}"


class _Sequences(Dataset[tuple[GaitSequence, int]]):
    """The sequences as networks are tested on them: all frames in order, up to `limit`.

    Beside each how many frames there were.
    """

    def __init__(self, data: SequenceDataset, modalities: tuple[str, ...], limit: int) -> None:
        self.data, self.modalities, self.frames = data, modalities, AllFrames(limit)

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, index: int) -> tuple[GaitSequence, int]:
        sequence = self.data[index].only(self.modalities)
        length = len(sequence)
        return sequence.take(self.frames(length, np.random.default_rng(0))), length


def embed(
    model: Network,
    data: SequenceDataset,
    *,
    limit: int | None = None,
    budget: int = 1000,
    workers: int = 0,
    progress: bool = True,
) -> Embeddings:
    """Embed every sequence with `model` (see `meshgait.models`), on the device of its weights.

    Frames after the first `limit` are left out; without a limit those after the first 720, with one
    warning. At most `budget` frames, padding included, go through the network at once (always one
    sequence at least). Whatever the batches, the embeddings are the same up to rounding.
    """
    require_network(model)
    sequences = _Sequences(data, tuple(model.inputs), MOST_FRAMES if limit is None else limit)
    bar = tqdm(
        ReadAhead(sequences, workers), desc="embed", unit="clip", disable=None if progress else True
    )
    values, lengths = _through(model, bar, budget)
    if limit is None:
        warn_of_cut(lengths)
    return Embeddings(values, list(data.records))


def embed_some(
    model: Network, data: SequenceDataset, *, limit: int, budget: int
) -> tuple[Tensor, list[int]]:
    """What `embed` gives for a part of the data, quietly: values, and how long the clips were."""
    return _through(model, ReadAhead(_Sequences(data, tuple(model.inputs), limit), 0), budget)


def _through(model: Network, pairs: Iterable[Any], budget: int) -> tuple[Tensor, list[int]]:
    device = next((weight.device for weight in model.parameters()), torch.device("cpu"))
    was_training = model.training
    model.eval()
    parts = []
    lengths: list[int] = []
    with torch.inference_mode():
        for group in _grouped(_counted(pairs, lengths), budget):
            batch = collate(group).to(device)
            found = model(**batch.inputs, mask=batch.mask)
            require_embedding(model, found, len(group))
            parts.append(found.float().cpu())
    model.train(was_training)
    if not parts:
        raise DataError("there is no sequence to embed")
    return torch.cat(parts), lengths


def _counted(pairs: Iterable[Any], lengths: list[int]) -> Iterator[GaitSequence]:
    """The sequences; how long they were is added to `lengths`."""
    for sequence, length in pairs:
        lengths.append(length)
        yield sequence


def _grouped(sequences: Iterable[GaitSequence], budget: int) -> Iterator[list[GaitSequence]]:
    group: list[GaitSequence] = []
    for sequence in sequences:
        longest = max(len(member) for member in [*group, sequence])
        if group and longest * (len(group) + 1) > budget:
            yield group
            group = []
        group.append(sequence)
    if group:
        yield group
