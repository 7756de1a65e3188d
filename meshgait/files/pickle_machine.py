"""The machine that a pickle is a program for, without any of its powers.

Python's own makes whatever a pickle names and calls it; this one has stacks, containers and the
few words that its owner gives it. It fills nothing but `StandIn`s, hashes only what is small, and
counts what it makes against the size of the file. Arguments of instructions are read by
`pickletools`, which never asks for more bytes than there are.
"""

from __future__ import annotations

import codecs
import io
import pickletools
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from meshgait.errors import DataError, UnsafeFileError
from meshgait.files.limits import Budget
from meshgait.files.stand_ins import Placeholder, StandIn, Word

_MOST_PARTS = 1000  # of a key: hashing goes through all of them, shared ones again and again
_KEYS = (type(None), bool, int, float, str, bytes, np.generic)
_MOST_KEY = (1 << 61) - 1  # larger whole numbers have the hashes of smaller ones
_MOST_BITS = 512
# Bytes that Python spends, from above; containers are copied once.
_CONTAINER, _PAIR, _SLOT, _NUMBER = 250, 100, 16, 40


def _read_string(file: io.BytesIO) -> str:
    """Python 2's text, in which arrays lie as Latin-1; `pickletools` takes it for ASCII."""
    line = file.readline()
    if len(line) < 3 or line[:1] not in (b"'", b'"') or line[-2:] != line[:1] + b"\n":
        raise ValueError("a text without its quotes")
    return codecs.escape_decode(line[1:-2])[0].decode("latin1")


_READERS: dict[bytes, tuple[str, Any]] = {
    code.code.encode("latin1"): (
        code.name,
        _read_string if code.name == "STRING" else code.arg and code.arg.reader,
    )
    for code in pickletools.opcodes
}
_NUMBERS = ("INT", "BININT", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT")
_TEXTS = (
    "STRING", "BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8",
    "BYTEARRAY8", "UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8",
)  # fmt: skip
_CONSTANTS: dict[str, Any] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}


class Machine:
    """Runs one pickle in `file`, which may hold more behind it.

    `find(module, name)` gives the `Word` or `Placeholder` of a name or raises `UnsafeFileError`;
    `persistent(id)` what the pickle means by an id of its owner. An `inert` machine makes
    placeholders of what another one refuses to call.
    """

    def __init__(
        self,
        file: io.BytesIO,
        find: Callable[[str, str], Word | Placeholder],
        budget: Budget,
        persistent: Callable[[Any], Any] | None = None,
        *,
        inert: bool = False,
    ) -> None:
        self.file, self.find, self.budget = file, find, budget
        self._persistent, self.inert = persistent, inert
        self.steps = 0
        self._stack: list[Any] = []
        self._below: list[list[Any]] = []
        self._memo: dict[int, Any] = {}

    def nested(
        self, persistent: Callable[[Any], Any] | None = None, *, file: io.BytesIO | None = None
    ) -> Machine:
        """Another machine with the same words and budget, for a pickle behind or inside this."""
        where = file or self.file
        return Machine(where, self.find, self.budget, persistent, inert=self.inert)

    def take(self, count: int) -> None:
        """Count bytes against what the file may cost."""
        self.budget.take(count)

    def run(self) -> Any:
        """What the pickle leaves on the stack."""
        while True:
            code = self.file.read(1)
            if code not in _READERS:
                raise ValueError(f"{code!r} is no instruction" if code else "it ends too early")
            name, reader = _READERS[code]
            argument = reader(self.file) if reader else None
            self.steps += 1
            if name == "STOP":
                return self._stack.pop()
            self._do(name, argument)

    def _do(self, name: str, argument: Any) -> None:
        if name in _NUMBERS:
            self._push_number(argument)
        elif name == "BININT1":
            self._push(argument, _SLOT)
        elif name in _TEXTS:
            is_wide = isinstance(argument, str) and not argument.isascii()
            self._push(argument, 64 + 4 * len(argument) * is_wide)
        elif name in _CONSTANTS:
            self._push(_CONSTANTS[name], _SLOT)
        else:
            action = _ACTIONS.get(name)
            if action is None:
                raise UnsafeFileError(f"the instruction {name} is not followed")
            action(self, argument)

    def _push(self, item: Any, cost: int) -> None:
        self.budget.take(cost)
        self._stack.append(item)

    def _push_number(self, number: Any) -> None:
        if isinstance(number, int) and number.bit_length() > _MOST_BITS:
            raise ValueError(f"a whole number of {number.bit_length()} bits is none")
        self._push(number, _NUMBER)

    def key(self, key: Any) -> Any:
        """`key` itself if it is small and quickly hashed; if inert, a placeholder of another."""
        todo, parts = [key], 0
        while todo:
            part = todo.pop()
            parts += 1
            if isinstance(part, (tuple, frozenset)):
                if parts + len(todo) + len(part) > _MOST_PARTS:
                    raise DataError(f"a key or member of a set has more than {_MOST_PARTS} parts")
                todo.extend(part)
            elif isinstance(part, int) and not -_MOST_KEY < part < _MOST_KEY:
                raise DataError("a key is a whole number of more than 61 bits")
            elif not isinstance(part, (*_KEYS, Placeholder)) or isinstance(
                part, np.complexfloating
            ):
                kind = type(part).__name__.strip("_")
                if self.inert:
                    return Placeholder(f"a {kind} as a key")
                raise DataError(f"a {kind} is no key")
        self.take(64 * parts)
        return key

    def call(self, word: Any, arguments: Any) -> Any:
        """What calling a word means; of a placeholder, another one."""
        if not isinstance(arguments, (tuple, list)):
            raise TypeError("arguments that are none")
        self.take(_CONTAINER)
        if isinstance(word, Placeholder):
            return Placeholder(word.name)
        if not isinstance(word, Word):
            raise UnsafeFileError(f"a {type(word).__name__} is not called")
        try:
            return word.call(self, *arguments)
        except (UnsafeFileError, TypeError):
            if not self.inert:
                raise
            return Placeholder(word.name)

    def _mark(self, _: Any) -> None:
        self.take(_CONTAINER)
        self._below.append(self._stack)
        self._stack = []

    def _to_mark(self) -> list[Any]:
        items, self._stack = self._stack, self._below.pop()
        return items

    def _pop(self, _: Any) -> None:
        if self._stack:
            self._stack.pop()
        else:
            self._stack = self._below.pop()

    def _pop_mark(self, _: Any) -> None:
        self._to_mark()

    def _put(self, place: Any) -> None:
        self.take(_PAIR)
        self._memo[len(self._memo) if place is None else int(place)] = self._stack[-1]

    def _get(self, place: Any) -> None:
        self._push(self._memo[int(place)], _SLOT)

    def _tuple(self, count: int) -> None:
        items = self._stack[len(self._stack) - count :]
        if len(items) < count:
            raise IndexError("the stack is empty")
        del self._stack[len(self._stack) - count :]
        self._push(tuple(items), _CONTAINER + _SLOT * count)

    def _append(self, items: list[Any]) -> None:
        self.take(2 * _SLOT * len(items))
        target = self._stack[-1]
        if isinstance(target, list):
            target.extend(items)
        elif isinstance(target, set):
            target.update(map(self.key, items))
        elif not isinstance(target, Placeholder):
            raise TypeError(f"a {type(target).__name__} holds no items")

    def _set_items(self, items: list[Any]) -> None:
        target = self._stack[-1]
        entries = target.entries if isinstance(target, Placeholder) else target
        if not isinstance(entries, dict):
            raise TypeError(f"a {type(target).__name__} holds no entries")
        self.mapping(_pairs(items), entries)

    def mapping(self, pairs: Any, into: dict | None = None) -> dict:
        """A dictionary of these pairs, their keys judged first."""
        found = {} if into is None else into
        for key, value in pairs:
            self.take(_PAIR)
            found[self.key(key)] = value
        return found

    def _name(self, module: Any, name: Any) -> None:
        if not isinstance(module, str) or not isinstance(name, str):
            raise TypeError("a name that is no text")
        self._push(self.find(module, name), _PAIR)

    def _build(self, _: Any) -> None:
        state, target = self._stack.pop(), self._stack[-1]
        if isinstance(target, StandIn):
            target.fill(self, state)
        elif not self.inert and not isinstance(
            target, (dict, list, set)
        ):  # theirs are attributes beside the content
            raise UnsafeFileError(f"a {type(target).__name__} takes no attributes")

    def _reduce(self, _: Any) -> None:
        arguments, word = self._stack.pop(), self._stack.pop()
        self._stack.append(self.call(word, arguments))

    def _reduce_with_names(self, _: Any) -> None:
        names, arguments, word = self._stack.pop(), self._stack.pop(), self._stack.pop()
        if names and isinstance(word, Word):
            raise UnsafeFileError(f"{word.name} with arguments by name is not read")
        self._stack.append(self.call(word, arguments))

    def _instance(self, pair: str | None) -> None:
        items = self._to_mark()
        word = self.find(*pair.split(" ", 1)) if pair is not None else items.pop(0)
        self._stack.append(self.call(word, tuple(items)))

    def _refer(self, place: Any) -> None:
        if self._persistent is None:
            raise UnsafeFileError("the pickle refers to something outside of it")
        self._push(self._persistent(place), _PAIR)


def _pairs(items: list[Any]) -> Iterable[tuple[Any, Any]]:
    return zip(items[::2], items[1::2], strict=True)


def _nothing(machine: Machine, _: Any) -> None:
    """Versions and frames say nothing that is needed."""


_ACTIONS: dict[str, Callable[[Machine, Any], None]] = {
    "PROTO": _nothing,
    "FRAME": _nothing,
    "MARK": Machine._mark,
    "POP": Machine._pop,
    "POP_MARK": Machine._pop_mark,
    "DUP": lambda m, _: m._push(m._stack[-1], _SLOT),
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"), Machine._put),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), Machine._get),
    "EMPTY_LIST": lambda m, _: m._push([], _CONTAINER),
    "EMPTY_TUPLE": lambda m, _: m._push((), _SLOT),
    "EMPTY_DICT": lambda m, _: m._push({}, _CONTAINER),
    "EMPTY_SET": lambda m, _: m._push(set(), _CONTAINER),
    "LIST": lambda m, _: m._push(m._to_mark(), _CONTAINER),
    "TUPLE": lambda m, _: m._push(tuple(m._to_mark()), _CONTAINER),
    "TUPLE1": lambda m, _: m._tuple(1),
    "TUPLE2": lambda m, _: m._tuple(2),
    "TUPLE3": lambda m, _: m._tuple(3),
    "DICT": lambda m, _: m._push(m.mapping(_pairs(m._to_mark())), _CONTAINER),
    "FROZENSET": lambda m, _: m._push(frozenset(map(m.key, m._to_mark())), _CONTAINER),
    "APPEND": lambda m, _: m._append([m._stack.pop()]),
    "APPENDS": lambda m, _: m._append(m._to_mark()),
    "ADDITEMS": lambda m, _: m._append(m._to_mark()),
    "SETITEM": lambda m, _: m._set_items([m._stack.pop(), m._stack.pop()][::-1]),
    "SETITEMS": lambda m, _: m._set_items(m._to_mark()),
    "GLOBAL": lambda m, pair: m._name(*pair.split(" ", 1)),
    "STACK_GLOBAL": lambda m, _: m._name(*[m._stack.pop(), m._stack.pop()][::-1]),
    "REDUCE": Machine._reduce,
    "NEWOBJ": Machine._reduce,
    "NEWOBJ_EX": Machine._reduce_with_names,
    "BUILD": Machine._build,
    "INST": Machine._instance,
    "OBJ": Machine._instance,
    "PERSID": Machine._refer,
    "BINPERSID": lambda m, _: m._refer(m._stack.pop()),
}
