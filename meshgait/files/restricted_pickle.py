"""Pickles as data: arrays, numbers, text and containers are read, nothing is ever run.

A pickle is a program. This reader knows only the few words of that language that describe numpy
arrays and plain containers, and has its own harmless meaning for each of them; any other name is
an `UnsafeFileError`. The body models of SMPL hold `chumpy` objects and scipy's sparse matrices:
they are read as the arrays inside them, without either package; so are torch's tensors, and the
files of joblib, which stores each array behind the object that describes it.
"""

from __future__ import annotations

import io
import math
import pickle
import re
from collections import OrderedDict
from pathlib import Path
from typing import Any, Literal

import numpy as np

from meshgait.errors import DataError, UnsafeFileError
from meshgait.files.compressed import decompress
from meshgait.files.pickled_tensors import load_storage, rebuild_tensor


def read_pickle(path: str | Path) -> Any:
    """What a pickle holds, with every array as a plain `numpy.ndarray`.

    Python 2 pickles and joblib's are read too, compressed ones included. Raises
    `UnsafeFileError` when the file names anything but arrays and containers, `DataError` when it
    is not a whole pickle.
    """
    return loads(Path(path).read_bytes(), name=str(path))


def loads(content: bytes, *, name: str = "the pickle") -> Any:
    """As `read_pickle`, from bytes; `name` is what errors call it.

    >>> import pickle, numpy
    >>> loads(pickle.dumps({"frames": numpy.arange(3)}))
    {'frames': array([0, 1, 2])}
    """
    try:
        file = io.BytesIO(decompress(content))
        found = _Unpickler(file).load()
        _require_end(file)
        return _to_plain(found, {})
    except DataError as error:
        raise type(error)(f"{name}: {error}") from error
    except MemoryError as error:
        raise DataError(f"{name} asks for more memory than there is; it is damaged") from error
    except (pickle.UnpicklingError, EOFError, RecursionError, OverflowError) as error:
        raise DataError(f"{name} is not a whole pickle: {error}") from error
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise DataError(f"{name} is damaged: {error}") from error


def _require_end(file: io.BytesIO) -> None:
    rest = len(file.read())
    if rest:
        raise ValueError(f"{rest} bytes follow the end of the pickle")


class _DType:
    """A dtype as the pickle spells it; only numbers, booleans, text and objects are admitted."""

    def __init__(self, spec: str, *_: Any) -> None:
        if not isinstance(spec, str) or not re.fullmatch(r"[<>|=]?[?biufcSUO]\d{0,9}", spec):
            raise UnsafeFileError(f"an array of type {spec!r} is not read")
        self._spec = spec

    def __setstate__(self, state: tuple) -> None:
        order = state[1]
        if order in ("<", ">"):
            self._spec = order + self._spec.lstrip("<>|=")
        if self._spec.lstrip("<>|=")[0] in "SU" and state[5] > 0:
            width = state[5] // (4 if "U" in self._spec else 1)
            self._spec = self._spec.rstrip("0123456789") + str(width)

    def to_numpy(self) -> np.dtype:
        return np.dtype(self._spec)


class _NdArray:
    """Stands for the class `numpy.ndarray`, which is named but never called."""


class _Array:
    """An array on its way: `_reconstruct` makes it, the state fills it."""

    state: tuple | None = None

    def __setstate__(self, state: tuple) -> None:
        self.state = state[-4:]  # shape, dtype, is_fortran, content

    def to_numpy(self, memo: dict) -> np.ndarray:
        if self.state is None:
            raise ValueError("an array without content")
        shape, spec, is_fortran, content = self.state
        return _build_array(content, spec.to_numpy(), shape, is_fortran, memo)


def _build_array(
    content: Any, dtype: np.dtype, shape: tuple, is_fortran: bool, memo: dict
) -> np.ndarray:
    order: Literal["C", "F"] = "F" if is_fortran else "C"
    if dtype.hasobject:
        if not isinstance(content, list) or len(content) != np.prod(shape, dtype=np.int64):
            raise ValueError("an array of objects without its objects")
        flat = np.empty(len(content), dtype=object)
        flat[:] = [_to_plain(item, memo) for item in content]
        return flat.reshape(shape, order=order)
    raw = content.encode("latin1") if isinstance(content, str) else bytes(content)
    return np.frombuffer(raw, dtype=dtype).reshape(shape, order=order).copy(order=order)


def _reconstruct(subtype: type, shape: tuple, typecode: Any) -> _Array:
    if subtype is not _NdArray:
        raise UnsafeFileError(f"an array of class {subtype!r} is not read")
    return _Array()


class _ArrayBehind(_Array):
    """What joblib pickles in place of an array, whose content follows in the file."""

    file: io.BytesIO

    def __setstate__(self, state: dict) -> None:  # type: ignore[override]
        if state["subclass"] is not _NdArray:
            raise UnsafeFileError(f"an array of class {state['subclass']!r} is not read")
        dtype, shape = state["dtype"].to_numpy(), tuple(map(int, state["shape"]))
        if dtype.hasobject:  # a pickle of its own stands in the file
            self.state = _Unpickler(self.file).load().state
            return
        if state.get("numpy_array_alignment_bytes") is not None:
            self.file.read(ord(self.file.read(1)))
        size = math.prod(shape) * dtype.itemsize
        if min(shape, default=0) < 0 or size > len(self.file.getbuffer()):
            raise ValueError(f"an array of shape {shape} is larger than the file")
        self.state = (shape, state["dtype"], state["order"] == "F", self.file.read(size))


def _from_buffer(content: Any, spec: _DType, shape: tuple, order: str) -> _Array:
    array = _Array()
    array.state = (shape, spec, order == "F", content)
    return array


def _scalar(spec: _DType, content: Any) -> Any:
    dtype = spec.to_numpy()
    if dtype.hasobject:
        raise UnsafeFileError("a numpy scalar of type object is not read")
    return _build_array(content, dtype, (), False, {})[()]


def _encode(text: str, codec: str) -> bytes:
    if codec not in ("latin1", "latin-1"):
        raise UnsafeFileError(f"text in the codec {codec!r} is not read")
    return text.encode("latin1")


def _plain_dict(*_: Any) -> dict:
    """A dictionary whose default, a function, is left out."""
    return {}


def _no_bytes() -> bytes:
    """`bytes()`, as the older protocols spell an empty one; a length would be a memory bomb."""
    return b""


class _Object:
    """An instance of a foreign class, kept as its attributes."""

    attributes: dict

    def __setstate__(self, state: Any) -> None:
        self.attributes = state[0] if isinstance(state, tuple) else state


class _Chumpy(_Object):
    def to_numpy(self, memo: dict) -> np.ndarray:
        if "x" in self.attributes:
            return np.asarray(_to_plain(self.attributes["x"], memo))
        if {"a", "idxs"} <= self.attributes.keys():  # chumpy's Select: entries of another array
            source = np.asarray(_to_plain(self.attributes["a"], memo))
            picked = source.ravel()[np.asarray(_to_plain(self.attributes["idxs"], memo))]
            shape = self.attributes.get("preferred_shape", self.attributes.get("_preferred_shape"))
            return picked.reshape(_to_plain(shape, memo)) if shape is not None else picked
        raise ValueError(f"a chumpy object with {sorted(map(str, self.attributes))}")


class _Sparse(_Object):
    by_column = True

    def to_numpy(self, memo: dict) -> np.ndarray:
        from scipy.sparse import csc_matrix, csr_matrix

        parts = {key: _to_plain(value, memo) for key, value in self.attributes.items()}
        build = csc_matrix if self.by_column else csr_matrix
        shape = parts.get("_shape", parts.get("shape"))
        matrix = build((parts["data"], parts["indices"], parts["indptr"]), shape=shape)
        matrix.check_format(full_check=True)
        return matrix.toarray()


class _SparseRows(_Sparse):
    by_column = False


def _old_style(cls: type, base: type, state: Any) -> _Object:
    if not (isinstance(cls, type) and issubclass(cls, _Object)):
        raise UnsafeFileError(f"an object of {cls!r} is not read")
    return cls()


_ARRAY_MODULES = ("numpy", "numpy.core.multiarray", "numpy._core.multiarray")
_NUMERIC_MODULES = ("numpy.core.numeric", "numpy._core.numeric")
_WORDS: dict[tuple[str, str], Any] = {
    **{(module, "_reconstruct"): _reconstruct for module in _ARRAY_MODULES},
    **{(module, "scalar"): _scalar for module in _ARRAY_MODULES},
    **{(module, "_frombuffer"): _from_buffer for module in _NUMERIC_MODULES},
    ("numpy", "ndarray"): _NdArray,
    ("numpy", "dtype"): _DType,
    ("_codecs", "encode"): _encode,
    ("collections", "OrderedDict"): OrderedDict,
    ("collections", "defaultdict"): _plain_dict,
    ("torch._utils", "_rebuild_tensor_v2"): rebuild_tensor,
    ("torch.storage", "_load_from_bytes"): load_storage,
    **{(module, "dict"): _plain_dict for module in ("builtins", "__builtin__")},
    **{(module, "set"): set for module in ("builtins", "__builtin__")},
    **{(module, "frozenset"): frozenset for module in ("builtins", "__builtin__")},
    **{(module, "complex"): complex for module in ("builtins", "__builtin__")},
    **{(module, "bytes"): _no_bytes for module in ("builtins", "__builtin__")},
    **{(module, "object"): object for module in ("builtins", "__builtin__")},
    **{(module, "_reconstructor"): _old_style for module in ("copyreg", "copy_reg")},
}
_SPARSE = re.compile(r"scipy\.sparse(\._?\w+)?")


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO) -> None:
        # A buffer cannot be peeked into, so pickle never reads ahead of the arrays of joblib.
        super().__init__(file, encoding="latin1")
        self.file = file

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("joblib.numpy_pickle", "NumpyArrayWrapper"):
            return type("_ArrayBehind", (_ArrayBehind,), {"file": self.file})
        if (module, name) in _WORDS:
            return _WORDS[module, name]
        if module.split(".", maxsplit=1)[0] == "chumpy":
            return type(name, (_Chumpy,), {})
        if _SPARSE.fullmatch(module) and name in ("csc_matrix", "csc_array"):
            return _Sparse
        if _SPARSE.fullmatch(module) and name in ("csr_matrix", "csr_array"):
            return _SparseRows
        raise UnsafeFileError(
            f"the pickle names {module}.{name}, which is neither an array nor a container; "
            "it was not loaded and nothing in it was run"
        )


_LEAVES = (type(None), bool, int, float, complex, str, bytes, bytearray, np.generic, np.ndarray)


def _to_plain(item: Any, memo: dict) -> Any:
    """Replace every stand-in by its array; `memo` keeps shared and circular parts shared."""
    if isinstance(item, _LEAVES):
        return item
    if id(item) not in memo:
        if isinstance(item, (_Array, _Chumpy, _Sparse)):
            memo[id(item)] = item, item.to_numpy(memo)
        else:
            _copy_container(item, memo)
    return memo[id(item)][1]


def _copy_container(item: Any, memo: dict) -> None:
    """Put a copy of `item` into `memo`, before its content, which may refer to it."""
    if isinstance(item, dict):
        copy: Any = type(item)()
        memo[id(item)] = item, copy
        copy.update({_to_plain(key, memo): _to_plain(entry, memo) for key, entry in item.items()})
    elif isinstance(item, list):
        copy = []
        memo[id(item)] = item, copy
        copy.extend(_to_plain(entry, memo) for entry in item)
    elif isinstance(item, (tuple, set, frozenset)):
        memo[id(item)] = item, type(item)([_to_plain(entry, memo) for entry in item])
    else:
        raise UnsafeFileError(f"a {type(item).__name__} is neither an array nor a container")
