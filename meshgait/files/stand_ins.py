"""What stands in a pickle for what it names, until all of it is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from meshgait.errors import UnsafeFileError


class StandIn:
    """What takes the place of a foreign object until the end of the pickle."""

    def fill(self, machine: Any, state: Any) -> None:
        """Take the attributes that the pickle gives."""
        raise UnsafeFileError(f"a {type(self).__name__.strip('_')} takes no attributes")


@dataclass(frozen=True, eq=False)
class Word:
    """A name that a pickle may use, and what calling it means: `call(machine, *arguments)`."""

    name: str
    call: Callable[..., Any]


class Placeholder(StandIn):
    """An object of a foreign class that was named and not made; nothing of it was run.

    `entries` are what the pickle put into it by key, `state` the attributes it gave it.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.entries: dict[Any, Any] = {}
        self.state: Any = None

    def fill(self, machine: Any, state: Any) -> None:
        """Keep the attributes."""
        self.state = state

    def __repr__(self) -> str:
        return f"<{self.name}, not loaded>"
