"""Sequences of any length as one batch: padded with zeros, and a mask that says where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from meshgait.errors import DataError
from meshgait.numerics import show_shapes
from meshgait.sequence.sequence import GaitSequence


@dataclass(frozen=True, eq=False)
class Batch:
    """Inputs by modality (B, T, ...), a mask (B, T) of real frames, labels (B) or None."""

    inputs: dict[str, Tensor]
    mask: Bool[Tensor, "B T"]
    label: Int[Tensor, " B"] | None = None

    __repr__ = show_shapes

    def to(self, device: torch.device | str) -> Batch:
        """The same on another device."""
        inputs = {modality: array.to(device) for modality, array in self.inputs.items()}
        label = None if self.label is None else self.label.to(device)
        return replace(self, inputs=inputs, mask=self.mask.to(device), label=label)


def collate(sequences: Sequence[GaitSequence], labels: Sequence[int] | None = None) -> Batch:
    """Pad to the longest; frames beyond a sequence's end are zero and False in the mask.

    Raises `DataError` when a modality is not in every sequence.
    """
    if not sequences:
        raise DataError("a batch needs at least one sequence")
    modalities = sequences[0].frames.keys()
    for sequence in sequences:
        if sequence.frames.keys() != modalities:
            raise DataError(
                f"sequence {sequence.name} has {', '.join(sequence.frames)}; "
                f"the first of its batch has {', '.join(modalities)}",
                code="modality",
            )
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    inputs = {
        modality: torch.nn.utils.rnn.pad_sequence(
            [torch.as_tensor(sequence.frames[modality]) for sequence in sequences],
            batch_first=True,
        )
        for modality in modalities
    }
    mask = torch.arange(int(lengths.max())) < lengths[:, None]
    return Batch(inputs, mask, None if labels is None else torch.tensor(labels))
