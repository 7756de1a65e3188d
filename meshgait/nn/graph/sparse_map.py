"""One sparse matrix over the vertices, shared by all frames of all sequences.

PyTorch Geometric repeats the edges for every frame and keeps a message for each; here a frame is
read once, multiplied in the cache, and the gradient is the transposed matrix.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from meshgait._optional import installed
from meshgait.errors import ShapeError


class SparseMap(nn.Module):
    """y[..., w, :] = sum of matrix[w, v] x[..., v, :]; `matrix` (W, V) is a scipy.sparse array.

    The matrix follows the module's device and dtype, and is no part of its state: whoever makes
    the module again makes the matrix again.

    >>> from scipy.sparse import csr_array
    >>> SparseMap(csr_array([[0.5, 0.5]]))(torch.tensor([[[[1.0], [3.0]]]])).flatten()
    tensor([2.])
    """

    value: Tensor
    row: Tensor
    column: Tensor
    first: Tensor
    order: Tensor
    first_back: Tensor

    def __init__(self, matrix: Any) -> None:
        super().__init__()
        ordered = matrix.tocsr(copy=True)
        ordered.sum_duplicates()
        self.shape = (int(ordered.shape[0]), int(ordered.shape[1]))
        row = np.repeat(np.arange(self.shape[0]), np.diff(ordered.indptr))
        order = np.argsort(ordered.indices, kind="stable")
        first_back = np.append(0, np.cumsum(np.bincount(ordered.indices, minlength=self.shape[1])))
        arrays = {
            "row": row, "column": ordered.indices, "first": ordered.indptr, "order": order,
            "first_back": first_back,
        }  # fmt: skip
        for name, array in arrays.items():
            index = torch.from_numpy(np.array(array, dtype=np.int64))
            self.register_buffer(name, index, persistent=False)
        value = torch.from_numpy(ordered.data.astype(np.float32))
        self.register_buffer("value", value, persistent=False)

    def forward(self, x: Float[Tensor, "*batch V C"]) -> Float[Tensor, "*batch W C"]:
        """Map every frame; raises `ShapeError` for another number of vertices."""
        self.check(x)
        if has_kernels(x):
            from meshgait.nn.graph.sparse_numba import multiply

            return multiply(x, self)
        messages = self.value.to(x.dtype)[:, None] * x.index_select(-2, self.column)
        empty = x.new_zeros(*x.shape[:-2], self.shape[0], x.shape[-1])
        return empty.index_add(-2, self.row, messages)

    def check(self, x: Tensor) -> None:
        """Raise `ShapeError` unless `x` has the vertices that the matrix takes."""
        if x.ndim < 2 or x.shape[-2] != self.shape[1]:
            raise ShapeError(
                f"this layer was made for {self.shape[1]} vertices (*, {self.shape[1]}, C), "
                f"got {tuple(x.shape)}"
            )

    def extra_repr(self) -> str:
        """Sizes, for `print`."""
        return f"{self.shape[0]} from {self.shape[1]} vertices, {len(self.value)} entries"


def has_kernels(x: Tensor) -> bool:
    """Whether numba can work on `x` here; plain torch is used to export or size a model."""
    if x.device.type != "cpu" or x.dtype not in (torch.float32, torch.float64):
        return False
    if type(x) not in (Tensor, nn.Parameter):  # a stand-in without memory
        return False
    return not torch.compiler.is_compiling() and installed("numba")
