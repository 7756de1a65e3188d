"""Pickles as data: arrays, numbers, text and containers are read, nothing is ever run.

A pickle is a program. This reader knows only the few words of that language that describe arrays,
tensors and plain containers, with a harmless meaning for each; any other name is an
`UnsafeFileError`. SMPL's body models hold `chumpy` objects and scipy's sparse matrices: they are
read as the arrays inside them, without either package, and so are the files of joblib.

A pickle may ask for as much memory as `limits.allowance` says, is nested `MOST_DEPTH` deep at most
and never contains itself. Where `inert` is asked for, as for published checkpoints with settings
beside them, an unknown name and what is made by calling it become a `Placeholder`, never run.
"""

from __future__ import annotations

import io
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from meshgait.errors import DataError, UnsafeFileError, reason
from meshgait.files import pickled_arrays, pickled_tensors
from meshgait.files.compressed import decompress
from meshgait.files.limits import Budget
from meshgait.files.pickle_machine import Machine
from meshgait.files.regular import read_bytes
from meshgait.files.signature import LONGEST, signature
from meshgait.files.stand_ins import Placeholder, StandIn, Word

MOST_DEPTH = 100
_VERBS = ("asks", "contains", "has", "holds", "is", "lists", "names", "repeats", "was")
_MOST_NODES = 1 << 22  # that anybody goes through who follows shared parts again and again
# All that contradictory instructions were seen to raise.
BROKEN = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, EOFError,
    RuntimeError, AssertionError,
)  # fmt: skip


def read_pickle(path: str | Path) -> Any:
    """What a pickle holds, with every array as a plain `numpy.ndarray`.

    Python 2 pickles and joblib's are read too, compressed ones included. Raises
    `UnsafeFileError` when the file names anything but arrays and containers, `DataError` when it
    is not a whole pickle or asks for too much.
    """
    content = read_bytes(path)
    try:
        return loads(content, name=str(path))
    except DataError as error:
        if (what := signature(content[:LONGEST])) is None:
            raise
        raise DataError(f"{path} is {what}, no pickle") from error


def loads(content: bytes, *, name: str = "the pickle") -> Any:
    """As `read_pickle`, from bytes; `name` is what errors call it.

    >>> import pickle, numpy
    >>> loads(pickle.dumps({"frames": numpy.arange(3)}))
    {'frames': array([0, 1, 2])}
    """

    def load() -> Any:
        file = io.BytesIO(decompress(content))
        machine = make_machine(file, len(file.getbuffer()))
        found = machine.run()
        rest = len(file.read())
        if rest:
            raise ValueError(f"{rest} bytes follow the end of the pickle")
        return Finish(machine, tensors=to_numpy)(found)

    return guarded(load, name)


def guarded(load: Callable[[], Any], name: str) -> Any:
    """What `load` gives; whatever it raises as a `DataError` that names the file."""
    try:
        with warnings.catch_warnings():  # of old texts, in which such a backslash stays
            warnings.filterwarnings("ignore", "invalid .*escape", DeprecationWarning)
            return load()
    except DataError as error:
        text = str(error)
        says_what_it_is = text.split(" ", maxsplit=1)[0] in _VERBS
        named = f"{name} {text}" if says_what_it_is else f"{name}: {text}"
        raise type(error)(text if text.startswith(name) else named) from error
    except MemoryError as error:
        raise DataError(f"{name} asks for more memory than there is; it is damaged") from error
    except RecursionError as error:
        raise DataError(f"{name} is nested too deeply") from error
    except BROKEN as error:
        raise DataError(f"{name} is damaged or no whole pickle: {reason(error)}") from error


def make_machine(
    file: io.BytesIO,
    size: int,
    *,
    inert: bool = False,
    persistent: Callable[[Any], Any] | None = None,
) -> Machine:
    """A machine with the words of arrays, tensors and containers, for a file of `size` bytes."""
    find = _find_or_placeholder if inert else _find
    return Machine(file, find, Budget(size), persistent, inert=inert)


def _find_or_placeholder(module: str, name: str) -> Any:
    try:
        return _find(module, name)
    except UnsafeFileError:
        return Placeholder(f"{module}.{name}"[:200])


def _find(module: str, name: str) -> Any:
    if (module, name) in _WORDS:
        return _WORDS[module, name]
    if module.split(".", maxsplit=1)[0] == "chumpy":
        return _CHUMPY
    if module == "scipy.sparse" or module.startswith("scipy.sparse."):
        if name in ("csc_matrix", "csc_array"):
            return _COLUMNS
        if name in ("csr_matrix", "csr_array"):
            return _ROWS
    raise UnsafeFileError(
        f"the pickle names {module[:100]}.{name[:100]}, which is neither an array nor a container; "
        "it was not loaded and nothing in it was run",
        code="unsafe-file",
    )


def _encode(machine: Machine, text: str, codec: str) -> bytes:
    if codec not in ("latin1", "latin-1"):
        raise UnsafeFileError("text in another codec than Latin-1 is not read")
    machine.take(len(text))
    return text.encode("latin1")


def _mapping(machine: Machine, pairs: Any = ()) -> dict:
    return machine.mapping(pairs.items() if isinstance(pairs, dict) else pairs)


def _counter(machine: Machine, counts: dict) -> Counter:
    return Counter(_mapping(machine, counts))


def _default_mapping(machine: Machine, *_: Any) -> dict:
    """A dictionary whose default, a function, is left out."""
    return {}


def _set(machine: Machine, members: Any = ()) -> set:
    return {machine.key(member) for member in members}


def _frozenset(machine: Machine, members: Any = ()) -> frozenset:
    return frozenset(machine.key(member) for member in members)


def _complex(machine: Machine, real: float, imaginary: float) -> complex:
    return complex(float(real), float(imaginary))


def _bytes(machine: Machine) -> bytes:
    """`bytes()`, as the older protocols spell an empty one; a length would be a memory bomb."""
    return b""


def _bytearray(machine: Machine, content: Any = b"", codec: str = "latin-1") -> bytearray:
    raw = _encode(machine, content, codec) if isinstance(content, str) else content
    if not isinstance(raw, bytes):
        raise TypeError("bytes that are none")
    machine.take(len(raw))
    return bytearray(raw)


def _never(machine: Machine, *_: Any) -> Any:
    raise UnsafeFileError("an object without a class is not read")


_BUILTINS: dict[str, Callable[..., Any]] = {
    "dict": _mapping, "set": _set, "frozenset": _frozenset, "complex": _complex, "bytes": _bytes,
    "bytearray": _bytearray, "object": _never,
    "list": lambda machine: [], "tuple": lambda machine: (),
    "int": lambda machine: 0, "float": lambda machine: 0.0, "str": lambda machine: "",
    "bool": lambda machine: False,
}  # fmt: skip
_CHUMPY = Word("chumpy", lambda machine: pickled_arrays.Chumpy())
_COLUMNS = Word("scipy.sparse.csc_matrix", lambda machine, *_: pickled_arrays.Sparse())
_ROWS = Word("scipy.sparse.csr_matrix", lambda machine, *_: pickled_arrays.SparseRows())


def _words(modules: tuple[str, ...], name: str, call: Callable[..., Any]) -> dict:
    return {(module, name): Word(f"{module}.{name}", call) for module in modules}


_ARRAYS = ("numpy", "numpy.core.multiarray", "numpy._core.multiarray")
_NUMERIC = ("numpy.core.numeric", "numpy._core.numeric")
_WORDS: dict[tuple[str, str], Any] = {
    **_words(_ARRAYS, "_reconstruct", pickled_arrays.reconstruct),
    **_words(_ARRAYS, "scalar", pickled_arrays.scalar),
    **_words(_NUMERIC, "_frombuffer", pickled_arrays.from_buffer),
    ("numpy", "ndarray"): pickled_arrays.NDARRAY,
    **_words(("numpy",), "dtype", lambda machine, spec, *_: pickled_arrays.DType(spec)),
    **_words(("joblib.numpy_pickle",), "NumpyArrayWrapper",
             lambda machine: pickled_arrays.ArrayBehind()),
    **_words(("_codecs",), "encode", _encode),
    **_words(("collections",), "OrderedDict", _mapping),
    **_words(("collections",), "Counter", _counter),
    **_words(("collections",), "defaultdict", _default_mapping),
    **_words(("copyreg", "copy_reg"), "_reconstructor", pickled_arrays.old_style),
    **{(module, name): Word(f"builtins.{name}", call) for module in ("builtins", "__builtin__")
       for name, call in _BUILTINS.items()},
    **pickled_tensors.WORDS,
}  # fmt: skip


def to_numpy(tensor: torch.Tensor) -> np.ndarray:
    """A copy as an array; types that numpy lacks become single precision."""
    return np.array(pickled_tensors.widened(tensor.detach().cpu()).numpy())


_LEAVES = (
    type(None), bool, int, float, complex, str, bytes, bytearray, np.generic, np.ndarray,
    torch.dtype,
)  # fmt: skip


class Finish:
    """Replaces every stand-in by what it stands for; parts that were shared stay shared.

    `tensors` says what becomes of a tensor.
    """

    def __init__(self, machine: Machine, *, tensors: Callable[[torch.Tensor], Any]) -> None:
        self._machine, self._tensors = machine, tensors
        self._done: dict[int, tuple[Any, Any, int]] = {}  # what it was, is, and its nodes
        self._most_nodes = max(_MOST_NODES, 4 * machine.steps)
        self._depth = 0
        self._nodes = 0

    def take(self, count: int) -> None:
        """Count bytes against what the file may cost."""
        self._machine.take(count)

    def __call__(self, item: Any) -> Any:
        """The item itself, or a copy without stand-ins."""
        self._nodes += 1
        if isinstance(item, _LEAVES):
            return item
        if id(item) not in self._done:
            if self._depth == MOST_DEPTH:
                raise DataError(f"is nested more than {MOST_DEPTH} deep")
            before, self._nodes = self._nodes, 0
            self._depth += 1
            self._done[id(item)] = item, _Unfinished, 0
            plain = self._plain(item)
            self._done[id(item)] = item, plain, self._nodes
            self._depth -= 1
            self._nodes = before
        _, plain, nodes = self._done[id(item)]
        if plain is _Unfinished:
            if self._machine.inert:
                return Placeholder("what it is in itself")
            raise DataError("contains itself")
        self._nodes += nodes
        if self._nodes > self._most_nodes:
            raise DataError("repeats its parts so often that nobody could go through them")
        return plain

    def _plain(self, item: Any) -> Any:
        if isinstance(item, dict):
            found = {self(key): self(entry) for key, entry in item.items()}
            return Counter(found) if isinstance(item, Counter) else found
        if isinstance(item, (list, tuple, set, frozenset)):
            return type(item)([self(entry) for entry in item])
        if isinstance(item, pickled_tensors.View):
            return self._tensors(item.finish(self))
        if isinstance(item, Placeholder):
            return self._placeholder(item)
        if isinstance(item, (pickled_arrays.Array, pickled_arrays.Chumpy)):
            return item.finish(self)
        if self._machine.inert and isinstance(item, (StandIn, Word)):
            return Placeholder(getattr(item, "name", type(item).__name__))
        raise UnsafeFileError(f"a {type(item).__name__} is neither an array nor a container")

    def _placeholder(self, item: Placeholder) -> Any:
        """Its entries if it has any, else itself, with its attributes."""
        if item.entries:
            return self._plain(item.entries)
        self._done[id(item)] = item, item, 0  # objects may know each other
        item.state = self(item.state)
        return item


class _Unfinished:
    """What stands for a container while its content is looked at."""
