"""Leak checks: how far SMPL estimates alone, without any learning, give people away."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float

from meshgait.data import SequenceDataset
from meshgait.evaluation import Embeddings

_BODY_POSE, _BETAS = slice(6, 75), slice(75, 85)  # without the root, which knows the camera

Numbers = Float[np.ndarray, " C"]


def embed_betas(data: SequenceDataset) -> Embeddings:
    """Mean of the shape coefficients over the clip: a body, and no gait."""
    return _embed(data, lambda smpl: smpl[:, _BETAS].mean(0))


def embed_joint_angles(data: SequenceDataset) -> Embeddings:
    """Mean and deviation over the clip of the 69 joint angles (radians)."""
    return _embed(data, lambda smpl: _moments(smpl[:, _BODY_POSE]))


def _moments(values: Float[np.ndarray, "T C"]) -> Float[np.ndarray, " M"]:
    return np.concatenate([values.mean(0), values.std(0)])


def _embed(
    data: SequenceDataset, describe: Callable[[Float[np.ndarray, "T 85"]], Numbers]
) -> Embeddings:
    rows = [describe(data[i].only(["smpl"]).frames["smpl"]) for i in range(len(data))]
    return Embeddings(torch.from_numpy(np.stack(rows))[:, None].float(), list(data.records))
