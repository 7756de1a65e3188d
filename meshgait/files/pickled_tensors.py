"""Tensors inside plain pickles, read as arrays: torch keeps another file in the bytes of each."""

from __future__ import annotations

import io
import math
import pickle
from typing import Any

import numpy as np
import torch

from meshgait.errors import DataError, UnsafeFileError
from meshgait.files.storage import BROKEN_TORCH

_MOST_REPEATED = 1 << 20  # entries of a tensor that is larger than what it is a view of


class Storage:
    """The numbers of one or more tensors, in a row."""

    def __init__(self, numbers: np.ndarray) -> None:
        self.numbers = numbers


def load_storage(content: bytes) -> Storage:
    """What torch put into the pickle in place of a storage; nothing in it is run."""
    if not isinstance(content, bytes):
        raise DataError("a tensor without its numbers")
    try:
        found = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
        numbers = torch.tensor([], dtype=found.dtype).set_(found)
    except pickle.UnpicklingError as error:
        raise UnsafeFileError("a tensor holds more than numbers; nothing in it was run") from error
    except (*BROKEN_TORCH, OverflowError, AssertionError) as error:
        raise DataError(f"a tensor is damaged: {type(error).__name__}") from error
    if numbers.dtype == torch.bfloat16:  # unknown to numpy
        numbers = numbers.float()
    return Storage(numbers.numpy())


def rebuild_tensor(storage: Any, offset: Any, size: Any, stride: Any, *_: Any) -> np.ndarray:
    """A view of the numbers as an array; `DataError` if it would reach beyond them."""
    if not isinstance(storage, Storage):
        raise UnsafeFileError("a tensor without a storage is not read")
    numbers = storage.numbers
    axes = list(zip(size, stride, strict=True))
    if not all(isinstance(x, int) and x >= 0 for pair in axes for x in pair) or offset < 0:
        raise DataError("a tensor with a shape that is none")
    if math.prod(size) > max(len(numbers), _MOST_REPEATED):
        raise DataError(f"a tensor of shape {tuple(size)} repeats {len(numbers)} numbers")
    last = offset + sum((count - 1) * step for count, step in axes)
    if all(count for count, _ in axes) and last >= len(numbers):
        raise DataError("a tensor reaches beyond its numbers")
    if not all(count for count, _ in axes):
        return np.zeros(size, numbers.dtype)
    strides = [step * numbers.itemsize for step in stride]
    return np.lib.stride_tricks.as_strided(numbers[offset:], size, strides).copy()
