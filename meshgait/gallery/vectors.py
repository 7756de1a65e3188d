"""Embeddings as vectors whose inner product is the mean cosine of their parts."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import torch
from jaxtyping import Float

from meshgait.errors import DataError
from meshgait.nn import Network
from meshgait.weights.checkpoint import describe_model


def vectors_of(values: Float[np.ndarray, "N P C"]) -> Float[np.ndarray, "N D"]:
    """Each part with length 1, put side by side, such that all together have length 1.

    One minus the inner product of two is the mean over parts of their cosine distances. Raises
    `DataError` for what is not finite and for parts that are all 0.

    >>> vectors = vectors_of(np.array([[[3.0, 4.0], [0.0, 2.0]]]))
    >>> print((vectors**2).round(2))
    [[0.18 0.32 0.   0.5 ]]
    """
    length = np.linalg.norm(values.astype(np.float64), axis=-1, keepdims=True)
    if not np.isfinite(length).all() or not (length > 0).all():
        raise DataError("an embedding holds NaN, infinity or a part that is all 0")
    flat = (values / length).reshape(len(values), -1) / np.sqrt(values.shape[1])
    return flat.astype(np.float32)


def digest_of(model: Network) -> str:
    """SHA-256 of a network: its name, its settings and all of its weights."""
    about = describe_model(model)
    found = hashlib.sha256(json.dumps([about["model"], about["config"]], default=str).encode())
    for name, value in sorted(about["weights"].items()):
        if isinstance(value, torch.Tensor):
            array = value.detach().cpu().contiguous()
            found.update(f"{name} {array.dtype} {tuple(array.shape)}".encode())
            found.update(array.reshape(-1).view(torch.uint8).numpy().tobytes())
    return found.hexdigest()
