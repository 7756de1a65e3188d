"""Embeddings of recorded walks by a network alone."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from meshgait.errors import DataError
from meshgait.nn.network import Network, require_embedding, require_network

MOST_FRAMES = 720  # of a clip, as networks are tested


@runtime_checkable
class HasFrames(Protocol):
    """What has frames by modality, as a `GaitSequence` of `meshgait.data` does."""

    @property
    def frames(self) -> Mapping[str, np.ndarray]:
        """Arrays of equal length."""


def embed_sequences(
    model: Network, sequence: HasFrames | Sequence[HasFrames], *, limit: int | None = None
) -> Float[Tensor, "*batch P C"]:
    """Embed one sequence (P, C) or a list of them (B, P, C), on the CPU; every model's `embed`.

    The model is in evaluation mode meanwhile. Frames after the first `limit` are left out; without
    a limit those after the first 720, as when networks are tested, with a warning. Raises
    `DataError` where a modality is missing.
    """
    require_network(model)
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            walks = [sequence] if isinstance(sequence, HasFrames) else list(sequence)
            if not walks:
                raise DataError("there is no sequence to embed")
            most = MOST_FRAMES if limit is None else limit
            found = torch.cat([_embed(model, walk, most) for walk in walks])
            if limit is None:
                warn_of_cut([len(walk.frames[model.inputs[0]]) for walk in walks])
            return found[0] if isinstance(sequence, HasFrames) else found
    finally:
        model.train(was_training)


def warn_of_cut(lengths: Sequence[int]) -> None:
    """Say that frames were left out that nobody asked to leave out, if they were."""
    long = [length for length in lengths if length > MOST_FRAMES]
    if long:
        warnings.warn(
            f"of {len(long):,} of {len(lengths):,} sequences only the first {MOST_FRAMES} frames "
            f"were used; the longest has {max(long):,} (limit=, or --frames of meshgait embed, "
            "says how many)",
            stacklevel=3,
        )


def _embed(model: Network, walk: HasFrames, limit: int) -> Float[Tensor, "1 P C"]:
    missing = [name for name in model.inputs if name not in walk.frames]
    if missing:
        raise DataError(
            f"{type(model).__name__} needs {' and '.join(model.inputs)}; the sequence has no "
            f"{' and no '.join(missing)}, only {', '.join(walk.frames)}"
        )
    device = next((weight.device for weight in model.parameters()), torch.device("cpu"))
    clips = {
        name: torch.tensor(walk.frames[name][:limit]).unsqueeze(0).to(device)
        for name in model.inputs
    }
    found = model(**clips)
    require_embedding(model, found, 1)
    return found.float().cpu()
