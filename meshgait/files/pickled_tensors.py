"""Torch's tensors in pickles: views of storages, whose numbers lie elsewhere in the file."""

from __future__ import annotations

import io
import math
import sys
from collections.abc import Callable
from typing import Any

import torch

from meshgait.errors import DataError, UnsafeFileError
from meshgait.files.pickle_machine import Machine
from meshgait.files.stand_ins import Placeholder, StandIn, Word

_MOST_REPEATED = 1 << 20  # entries of a tensor that is larger than what it is a view of
_MAGIC, _PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
_MAGIC_PICKLED = b"\x8a\n" + _MAGIC.to_bytes(10, "little") + b"."
_MAGIC_IN_LETTERS = f"L{_MAGIC}L\n.".encode()

_TYPES = {
    "Double": torch.float64, "Float": torch.float32, "Half": torch.float16,
    "BFloat16": torch.bfloat16, "Long": torch.int64, "Int": torch.int32, "Short": torch.int16,
    "Char": torch.int8, "Byte": torch.uint8, "Bool": torch.bool,
    "ComplexDouble": torch.complex128, "ComplexFloat": torch.complex64,
}  # fmt: skip
_WIDER = {
    torch.bfloat16: torch.float32, torch.complex32: torch.complex64,
    **dict.fromkeys((torch.float8_e4m3fn, torch.float8_e4m3fnuz, torch.float8_e5m2,
                     torch.float8_e5m2fnuz, torch.float8_e8m0fnu), torch.float32),
}  # fmt: skip
_NUMBERS = {*_TYPES.values(), *_WIDER, torch.uint16, torch.uint32, torch.uint64}


def widened(tensor: torch.Tensor) -> torch.Tensor:
    """The tensor itself, or in single precision where numpy and half of torch lack its type."""
    return tensor.to(_WIDER.get(tensor.dtype, tensor.dtype))


def starts_stream(start: bytes) -> bool:
    """Whether a file of torch before 1.6 begins so; its pickles may be of any protocol.

    >>> starts_stream(bytes.fromhex("80028a0a6cfc9c46f9206aa850192e"))
    True
    """
    return _MAGIC_PICKLED in start[:32] or start.startswith(_MAGIC_IN_LETTERS)


class Storage(StandIn):
    """The numbers of one or more tensors, in a row; `content` is None until they are read."""

    def __init__(self, dtype: torch.dtype, count: Any) -> None:
        if type(count) is not int or count < 0:
            raise DataError("a storage of a length that is none")
        self.dtype, self.count = dtype, count
        self.content: torch.Tensor | None = None

    @property
    def bytes(self) -> int:
        """How many there must be."""
        return self.count * self.dtype.itemsize

    def read(self, content: bytes | bytearray) -> None:
        """Take the bytes; `DataError` when there are not as many as there should be."""
        if len(content) != self.bytes:
            raise DataError(f"a tensor has {len(content)} bytes of {self.bytes}")
        raw = content if isinstance(content, bytearray) else bytearray(content)
        self.content = (
            torch.frombuffer(raw, dtype=torch.uint8) if raw else torch.empty(0, dtype=torch.uint8)
        )


class View(StandIn):
    """A tensor: where its numbers lie in a storage."""

    def __init__(self, storage: Any, offset: Any, size: Any, stride: Any) -> None:
        if not isinstance(storage, Storage):
            raise UnsafeFileError("a tensor without a storage is not read")
        self.storage, self.dtype = storage, storage.dtype
        self.offset, self.size, self.stride = offset, tuple(size), tuple(stride)

    def finish(self, finish: Any) -> torch.Tensor:
        """The tensor; `DataError` if it would reach beyond its storage or repeat it hugely."""
        content = self.storage.content
        if content is None or content.numel() % self.dtype.itemsize:
            raise DataError("a tensor without its numbers")
        numbers = content.view(self.dtype)
        axes = list(zip(self.size, self.stride, strict=True))
        whole = (self.offset, *self.size, *self.stride)
        if not all(type(x) is int and 0 <= x < 1 << 62 for x in whole) or len(axes) > 64:
            raise DataError("a tensor with a shape that is none")
        if math.prod(self.size) > max(len(numbers), _MOST_REPEATED):
            raise DataError(f"a tensor of shape {self.size} repeats {len(numbers)} numbers")
        if not all(self.size):
            if max(self.size) > 1 << 24:
                raise DataError(f"a tensor of shape {self.size} is none")
            return numbers.new_empty(self.size)
        if self.offset + sum((count - 1) * step for count, step in axes) >= len(numbers):
            raise DataError("a tensor reaches beyond its numbers")
        return torch.as_strided(numbers, self.size, self.stride, self.offset)


def _no_storage(machine: Machine, *_: Any) -> Any:
    raise UnsafeFileError("a storage without its numbers is not read")


_UNTYPED = Word("torch.storage.UntypedStorage", _no_storage)
_STORAGES = {
    _UNTYPED: torch.uint8,
    **{Word(f"torch.{name}Storage", _no_storage): dtype for name, dtype in _TYPES.items()},
}


def storage_of(reference: Any) -> tuple[str, Storage | Placeholder]:
    """Key and storage of what torch refers to: ("storage", type, key, place, count[, None])."""
    if not isinstance(reference, (tuple, list)) or len(reference) < 5:
        raise DataError("a reference that is none")
    word, kind, key, _, count, *rest = reference
    if isinstance(kind, Placeholder):  # of quantised numbers, which mean nothing without more
        return str(key), kind
    if word != "storage" or not isinstance(kind, Word) or kind not in _STORAGES or any(rest):
        raise DataError("a reference to something that is no storage")
    if not isinstance(key, str):
        raise DataError("a storage without a name")
    return key, Storage(_STORAGES[kind], count)


class Storages:
    """All storages that a pickle of torch refers to, by their keys."""

    def __init__(self) -> None:
        self.by_key: dict[str, Storage] = {}

    def __call__(self, reference: Any) -> Any:
        """The storage of a reference, one for equal keys; of a class with its source, the class."""
        if isinstance(reference, tuple) and len(reference) > 1 and reference[0] == "module":
            return reference[1]
        key, storage = storage_of(reference)
        return self.by_key.setdefault(key, storage) if isinstance(storage, Storage) else storage


def read_stream(machine: Machine) -> tuple[Any, Machine]:
    """What a file of torch before 1.6 holds: five pickles, then the numbers."""
    if machine.run() != _MAGIC or machine.nested().run() != _PROTOCOL:
        raise DataError("is no file of torch")
    system = machine.nested().run()
    if not isinstance(system, dict) or system.get("little_endian", True) is not True:
        raise DataError("was written on a machine with another order of bytes")
    storages = Storages()
    main = machine.nested(storages)
    found = main.run()
    keys = machine.nested().run()
    if not isinstance(keys, list) or len(keys) > len(storages.by_key):
        raise DataError("lists storages that nothing refers to")
    for key in keys:
        storage = storages.by_key.get(key) if isinstance(key, str) else None
        count = int.from_bytes(machine.file.read(8), sys.byteorder)
        if storage is None or count != storage.count:
            raise DataError("holds other storages than it lists")
        storage.read(machine.file.read(storage.bytes))
    return found, main


def load_storage(machine: Machine, content: Any) -> Storage:
    """What torch put into a plain pickle in place of a storage: a file of its own."""
    if not isinstance(content, bytes):
        raise DataError("a tensor without its numbers")
    machine.take(2 * len(content))
    found, _ = read_stream(machine.nested(file=io.BytesIO(content)))
    if not isinstance(found, Storage):
        raise UnsafeFileError("a tensor holds more than numbers; nothing in it was run")
    return found


def rebuild_tensor(machine: Machine, storage: Any, offset: Any, size: Any, stride: Any,
                   *_: Any) -> View:  # fmt: skip
    """Torch's `_rebuild_tensor_v2`."""
    return View(storage, offset, size, stride)


def rebuild_typed(machine: Machine, storage: Any, offset: Any, size: Any, stride: Any,
                  grad: Any, hooks: Any, dtype: Any, *_: Any) -> View:  # fmt: skip
    """Torch's `_rebuild_tensor_v3`, for types that have no storage of their own."""
    view = View(storage, offset, size, stride)
    if dtype not in _NUMBERS:
        raise UnsafeFileError("a tensor of numbers of an unknown type is not read")
    view.dtype = dtype
    return view


def rebuild_parameter(machine: Machine, tensor: Any, *_: Any) -> Any:
    """A parameter is its tensor."""
    return tensor


def rebuild_from_type(
    machine: Machine, function: Any, kind: Any, arguments: Any, state: Any
) -> Any:
    """A tensor with attributes is the tensor."""
    return machine.call(function, arguments)


def device(machine: Machine, *words: Any) -> str:
    """The name of a device."""
    return ":".join(map(str, words[:2]))


def size(machine: Machine, *entries: Any) -> tuple:
    """The size of a tensor."""
    return tuple(entries[0]) if entries else ()


_REBUILD: dict[str, Callable[..., Any]] = {
    "_rebuild_tensor": rebuild_tensor,
    "_rebuild_tensor_v2": rebuild_tensor,
    "_rebuild_tensor_v3": rebuild_typed,
    "_rebuild_parameter": rebuild_parameter,
    "_rebuild_parameter_with_state": rebuild_parameter,
}
WORDS: dict[tuple[str, str], Word | torch.dtype] = {
    ("torch.storage", "_load_from_bytes"): Word("torch.storage._load_from_bytes", load_storage),
    ("torch", "device"): Word("torch.device", device),
    ("torch", "Size"): Word("torch.Size", size),
    **{("torch", word.name.removeprefix("torch.")): word for word in _STORAGES},
    ("torch.storage", "UntypedStorage"): _UNTYPED,
    **{("torch", key): value for key, value in vars(torch).items() if type(value) is torch.dtype},
    **{
        ("torch._utils", name): Word(f"torch._utils.{name}", call)
        for name, call in _REBUILD.items()
    },
    ("torch._tensor", "_rebuild_from_type_v2"): Word(
        "torch._tensor._rebuild_from_type_v2", rebuild_from_type
    ),
}
