"""What every loss asks of its arguments."""

import torch
from jaxtyping import Int
from torch import Tensor

from meshgait.errors import DataError, ShapeError


def check_pairing(embedding: Tensor, label: Tensor) -> None:
    """Raise unless a label, an integer, stands for each embedding (B, P, C)."""
    if embedding.ndim != 3 or label.shape != embedding.shape[:1]:
        raise ShapeError(
            f"embedding must be (B, P, C) with label (B,), got {tuple(embedding.shape)} and "
            f"{tuple(label.shape)}"
        )
    if label.is_floating_point() or label.dtype == torch.bool:
        raise DataError(f"labels are integers, got {label.dtype}")


def check_labels(label: Int[Tensor, " B"], count: int) -> None:
    """Raise `DataError` for a label that is not in 0..count - 1."""
    wrong = label[(label < 0) | (label >= count)]
    if len(wrong):
        raise DataError(
            f"label {wrong[0]} is not one of the {count} identities 0..{count - 1}; number "
            "the training identities from 0 or make the loss with another num_ids"
        )
