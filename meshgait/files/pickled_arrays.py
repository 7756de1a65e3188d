"""Numpy's arrays in pickles, joblib's, chumpy's and scipy's, each with a harmless meaning."""

from __future__ import annotations

import io
import math
import re
from typing import Any, Literal

import numpy as np

from meshgait.errors import UnsafeFileError
from meshgait.files.limits import require_shape
from meshgait.files.pickle_machine import Machine
from meshgait.files.stand_ins import Placeholder, StandIn, Word

Finish = Any
"""Called with an item of the pickle: the same with every stand-in replaced."""


class DType(StandIn):
    """A dtype as the pickle spells it; only numbers, booleans, text and objects are admitted."""

    def __init__(self, spec: Any) -> None:
        if not isinstance(spec, str) or not re.fullmatch(r"[<>|=]?[?biufcSUO]\d{0,9}", spec):
            name = f" {spec!r}"[:40] if isinstance(spec, str) else ""
            raise UnsafeFileError(f"an array of type{name} is not read")
        self._spec = spec

    def fill(self, machine: Machine, state: Any) -> None:
        """Byte order, and the width of text."""
        order = state[1]
        if order in ("<", ">"):
            self._spec = order + self._spec.lstrip("<>|=")
        if self._spec.lstrip("<>|=")[0] in "SU" and state[5] > 0:
            width = state[5] // (4 if "U" in self._spec else 1)
            self._spec = self._spec.rstrip("0123456789") + str(width)

    def to_numpy(self) -> np.dtype:
        """The dtype itself."""
        return np.dtype(self._spec)


class Array(StandIn):
    """An array on its way: `reconstruct` makes it, the state fills it."""

    def __init__(self, state: tuple | None = None) -> None:
        self._state = state

    def fill(self, machine: Machine, state: Any) -> None:
        """Shape, dtype, order and content."""
        self._state = tuple(state)[-4:]

    def finish(self, finish: Finish) -> Any:
        """The array, or the placeholder of its type."""
        if self._state is None:
            raise ValueError("an array without content")
        shape, dtype, is_fortran, content = self._state
        if isinstance(dtype, Placeholder):
            return dtype
        return _build(content, _numpy(dtype), shape, is_fortran, finish)


def _numpy(dtype: Any) -> np.dtype:
    if not isinstance(dtype, DType):
        raise TypeError("an array of a type that is none")
    return dtype.to_numpy()


def _build(content: Any, dtype: np.dtype, shape: Any, is_fortran: Any, finish: Finish) -> Any:
    order: Literal["C", "F"] = "F" if is_fortran else "C"
    if dtype.hasobject:
        if not isinstance(content, list):
            raise ValueError("an array of objects without its objects")
        require_shape(shape, 1, len(content))
        flat = np.empty(len(content), dtype=object)
        flat[:] = [finish(item) for item in content]
        return flat.reshape(shape, order=order)
    raw = content.encode("latin1") if isinstance(content, str) else content
    if not isinstance(raw, (bytes, bytearray)):  # a number would become so many zeros
        raise TypeError("an array without its bytes")
    require_shape(shape, dtype.itemsize, len(raw))
    finish.take(2 * len(raw))
    return native(np.frombuffer(raw, dtype=dtype).reshape(shape, order=order))


def native(array: np.ndarray, *, copy: bool = True) -> np.ndarray:
    """The array in this machine's order of bytes; `ValueError` for text that is none."""
    found = array.astype(array.dtype.newbyteorder("="), order="K", copy=copy)
    if found.dtype.kind == "U":
        letters = np.frombuffer(found.tobytes(), np.uint32)
        if letters.max(initial=0) > 0x10FFFF:
            raise ValueError("an array of text with letters that do not exist")
    return found


class ArrayBehind(Array):
    """What joblib pickles in place of an array, whose content follows in the file."""

    def fill(self, machine: Machine, state: Any) -> None:
        """Read the content."""
        if state["subclass"] is not NDARRAY:
            raise UnsafeFileError("an array of a class of its own is not read")
        dtype, shape = _numpy(state["dtype"]), tuple(map(int, state["shape"]))
        file = machine.file
        if dtype.hasobject:  # a pickle of its own stands in the file
            self._state = machine.nested().run()._state
            return
        if state.get("numpy_array_alignment_bytes") is not None:
            file.read(ord(file.read(1)))
        size = math.prod(shape) * dtype.itemsize
        if min(shape, default=0) < 0 or size > _rest(file):
            raise ValueError(f"an array of shape {shape} is larger than the file")
        self._state = (shape, state["dtype"], state["order"] == "F", file.read(size))


def _rest(file: io.BytesIO) -> int:
    return len(file.getbuffer()) - file.tell()


class Chumpy(StandIn):
    """An array of chumpy, kept as its attributes."""

    attributes: Any = None

    def fill(self, machine: Machine, state: Any) -> None:
        """Keep the attributes."""
        self.attributes = state[0] if isinstance(state, tuple) else state

    def finish(self, finish: Finish) -> np.ndarray:
        """The numbers."""
        if "x" in self.attributes:
            return np.asarray(finish(self.attributes["x"]))
        if {"a", "idxs"} <= self.attributes.keys():  # chumpy's Select: entries of another array
            source = np.asarray(finish(self.attributes["a"])).ravel()
            places = np.asarray(finish(self.attributes["idxs"]))
            finish.take(places.size * source.itemsize)
            shape = self.attributes.get("preferred_shape", self.attributes.get("_preferred_shape"))
            picked = source[places]
            return picked if shape is None else picked.reshape(finish(shape))
        raise ValueError("a chumpy object without numbers")


class Sparse(Chumpy):
    """A sparse matrix of scipy, by columns."""

    by_column = True

    def finish(self, finish: Finish) -> np.ndarray:
        """All its entries, zeros too."""
        from scipy.sparse import csc_matrix, csr_matrix

        parts = {key: finish(value) for key, value in self.attributes.items()}
        arrays = tuple(parts[key] for key in ("data", "indices", "indptr"))
        rows, columns = parts["_shape" if "_shape" in parts else "shape"]
        if not all(isinstance(x, np.ndarray) and x.dtype.kind in "iuf" for x in arrays):
            raise ValueError("a sparse matrix without numbers")
        if min(int(rows), int(columns)) < 0:
            raise ValueError("a sparse matrix with a shape that is none")
        finish.take(int(rows) * int(columns) * arrays[0].itemsize)
        finish.take(8 * (int(rows) + int(columns)))
        build = csc_matrix if self.by_column else csr_matrix
        matrix = build(arrays, shape=(int(rows), int(columns)))
        matrix.check_format(full_check=True)
        return matrix.toarray()


class SparseRows(Sparse):
    """The same by rows."""

    by_column = False


def reconstruct(machine: Machine, subtype: Any, shape: Any, typecode: Any) -> Array:
    """Numpy's `_reconstruct`."""
    if subtype is not NDARRAY:
        raise UnsafeFileError("an array of a class of its own is not read")
    return Array()


def from_buffer(machine: Machine, content: Any, dtype: Any, shape: Any, order: Any) -> Array:
    """Numpy's `_frombuffer`."""
    return Array((shape, dtype, order == "F", content))


def scalar(machine: Machine, dtype: Any, content: Any) -> Any:
    """Numpy's `scalar`."""
    if isinstance(dtype, Placeholder):
        return dtype
    if _numpy(dtype).hasobject:
        raise UnsafeFileError("a numpy scalar of type object is not read")
    return _build(content, _numpy(dtype), (), False, machine)[()]


def _no_array(machine: Machine, *_: Any) -> Any:
    raise UnsafeFileError("an array without content is not read")


def old_style(machine: Machine, cls: Any, base: Any, state: Any) -> Any:
    """Python 2's way to make an object; only those with a meaning here."""
    made = machine.call(cls, ())
    if not isinstance(made, StandIn):
        raise UnsafeFileError("an object of a class that has no meaning here is not read")
    return made


NDARRAY = Word("numpy.ndarray", _no_array)
