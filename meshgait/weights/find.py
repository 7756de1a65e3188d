"""Tensors by name in what a training saved, whatever they are wrapped in and whatever is beside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from meshgait.errors import DataError, UnsafeFileError
from meshgait.files.stand_ins import Placeholder

_DEEPEST = 20
_MOST_LEVELS = 8  # of wrappers
_LEAST_SHARE = 4  # a wrapper has one of so many tensors or more
_LONGEST = 16  # of a list with weights in it, as (weights, optimiser, epoch)
_COMPILED = "_orig_mod"  # what torch.compile puts in front of a network and its parts


@dataclass(frozen=True)
class FoundWeights:
    """All tensors of a file by their dotted names, and the names of what is no tensor."""

    tensors: dict[str, Tensor]
    rest: dict[str, Any]

    def candidates(self) -> Iterator[dict[str, Tensor]]:
        """Everything, then what lies in each wrapper, the outer ones first, without its name.

        >>> from torch import ones
        >>> net = {"net.a.w": ones(1), "net.b.w": ones(1)}
        >>> [list(weights) for weights in FoundWeights(net, {}).candidates()][:2]
        [['net.a.w', 'net.b.w'], ['a.w', 'b.w']]
        """
        level = {"": self.tensors}
        for _ in range(_MOST_LEVELS):
            yield from level.values()
            below: dict[str, dict[str, Tensor]] = {}
            for wrapper, tensors in level.items():
                for name, value in tensors.items():
                    first, dot, rest = name.partition(".")
                    if dot:
                        below.setdefault(f"{wrapper}{first}.", {})[rest] = value
            level = {
                wrapper: tensors
                for wrapper, tensors in below.items()
                if _LEAST_SHARE * len(tensors) >= len(self.tensors)
            }

    def refuse_objects(self, file: str) -> None:
        """Raise `UnsafeFileError` if there are objects of foreign classes and no tensor at all."""
        objects = (pair for pair in self.rest.items() if isinstance(pair[1], Placeholder))
        name, value = next(objects, ("", None))
        if value is not None and not self.tensors:
            where = f" in the place {name!r}" if name else ""
            raise UnsafeFileError(
                f"{file} holds no weights by name but {value.name}{where}, which was not loaded; "
                "nothing in it was run",
                code="unsafe-file",
            )

    def others(self) -> str:
        """What else there is, as the end of a sentence."""
        if not self.rest:
            return ""
        name, value = next(iter(self.rest.items()))
        what = f" ({value!r})" if isinstance(value, Placeholder) else ""
        return f"; beside them it holds things that are no tensors, such as {name!r}{what}"


def find_weights(content: Any, file: str) -> FoundWeights:
    """The tensors in dictionaries inside dictionaries, and in networks that were saved whole.

    Raises `DataError` without any, `UnsafeFileError` if there are objects in their place.
    """
    found = collect(content)
    found.refuse_objects(file)
    if not found.tensors:
        raise DataError(f"{file} holds no weights by name")
    return found


def collect(content: Any) -> FoundWeights:
    """As `find_weights`, perhaps none at all."""
    found = FoundWeights({}, {})
    _collect(content, "", found, _DEEPEST)
    return found


def _collect(value: Any, name: str, found: FoundWeights, deepest: int) -> None:
    if isinstance(value, Tensor) and name:
        found.tensors[name] = value
        return
    if isinstance(value, (list, tuple)) and len(value) <= _LONGEST:
        value = {str(i): entry for i, entry in enumerate(value)}
    if isinstance(value, Placeholder) and _is_network(value.state):
        value = {k: v for part in _PARTS for k, v in value.state[part].items() if v is not None}
    if not isinstance(value, Mapping) or deepest == 0:
        found.rest[name] = value
        return
    for key, entry in value.items():
        if isinstance(key, str):
            inner = f"{name}.{key}" if name else key
            parts = (part for part in inner.split(".") if part != _COMPILED)
            _collect(entry, ".".join(parts), found, deepest - 1)


_PARTS = ("_parameters", "_buffers", "_modules")


def _is_network(state: Any) -> bool:
    return isinstance(state, dict) and all(isinstance(state.get(part), dict) for part in _PARTS)
