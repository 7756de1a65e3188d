"""Embeddings of recorded walks by a network alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from meshgait.errors import DataError
from meshgait.nn.network import require_network


@runtime_checkable
class HasFrames(Protocol):
    """What has frames by modality, as a `GaitSequence` of `meshgait.data` does."""

    @property
    def frames(self) -> Mapping[str, np.ndarray]:
        """Arrays of equal length."""


def embed_sequences(
    model: Any, sequence: HasFrames | Sequence[HasFrames], *, limit: int = 720
) -> Float[Tensor, "*batch P C"]:
    """Embed one sequence (P, C) or a list of them (B, P, C), on the CPU; every model's `embed`.

    The model is in evaluation mode meanwhile. Frames after the first `limit` are left out, as
    when networks are tested. Raises `DataError` where a modality is missing.
    """
    require_network(model)
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            if isinstance(sequence, HasFrames):
                return _embed(model, sequence, limit)[0]
            if not sequence:
                raise DataError("there is no sequence to embed")
            return torch.cat([_embed(model, walk, limit) for walk in sequence])
    finally:
        model.train(was_training)


def _embed(model: Any, walk: HasFrames, limit: int) -> Float[Tensor, "1 P C"]:
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
    return model(**clips).float().cpu()
