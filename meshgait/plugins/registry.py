"""Things of one kind by name: ours, and those of installed packages (Python entry points).

A package offers one by a line in its metadata, and it is imported when a user names it or asks
for a list:

    [project.entry-points."meshgait.layouts"]
    my-data = "my_package.layout:LAYOUT"
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from typing import Any, Generic, TypeVar

from meshgait.errors import ConfigError, nearest
from meshgait.plugins.typed import import_typed, is_typed, load

T = TypeVar("T")
_EntryPoint = Any  # importlib_metadata's, where a package has put it in place of the standard one


class Registry(Generic[T]):
    """All that is known of one kind.

    `word` is the kind ("layout"), `group` that of its entry points ("meshgait.layouts"); `own` are
    ours, which no plug-in replaces; `accepts` says whether a foreign thing is `what`.
    """

    def __init__(
        self,
        word: str,
        group: str,
        own: Mapping[str, T],
        *,
        what: str,
        accepts: Callable[[Any], bool],
    ) -> None:
        self.word, self.group, self.own, self.what, self.accepts = word, group, own, what, accepts

    def names(self) -> list[str]:
        """Everything that can be named; nothing is imported."""
        return [*self.own, *self._foreign()]

    def find(self, name: str) -> T:
        """The thing of that name, whatever the case of its letters, and only that imported.

        Raises `ConfigError` with the nearest name, and for a plug-in that is broken.
        """
        names = self.names()
        same = [each for each in names if each.lower() == name.lower()]
        if not same:
            raise self.unknown(name)
        found = name if name in same else same[0]
        return self.own[found] if found in self.own else self._load(self._foreign()[found])

    def unknown(self, name: str) -> ConfigError:
        """The error about a name that is none."""
        names = self.names()
        return ConfigError(
            f"there is no {self.word} {name!r}; did you mean {nearest(name, names)!r}? (There are "
            f"{', '.join(names)}.)"
        )

    def find_typed(self, name: str) -> T:
        """As `find`, or what a user typed as `my_package.my_module:Thing`."""
        if is_typed(name):
            return self._checked(import_typed(name), name)
        if ":" in name:
            raise ConfigError(
                f"a {self.word} of your own is named as my_package.my_module:Thing, got {name!r}"
            )
        return self.find(name)

    def plugins(self) -> dict[str, T]:
        """All plug-ins, imported; a broken one is a warning and left out."""
        found = {}
        for name, entry in self._foreign().items():
            try:
                found[name] = self._load(entry)
            except ConfigError as error:
                warnings.warn(str(error), stacklevel=2)
        return found

    def everything(self) -> dict[str, T]:
        """Ours and all plug-ins."""
        return {**self.own, **self.plugins()}

    def _foreign(self) -> dict[str, _EntryPoint]:
        found: dict[str, _EntryPoint] = {}
        for entry in entry_points(group=self.group):
            if entry.name not in self.own:
                found.setdefault(entry.name, entry)
        return found

    def _load(self, entry: _EntryPoint) -> T:
        package = f" of {entry.dist.name}" if entry.dist else ""
        where = f"the plug-in {entry.name!r} ({entry.value}{package})"
        return self._checked(load(where, entry.load), where)

    def _checked(self, thing: Any, where: str) -> T:
        if not self.accepts(thing):
            raise ConfigError(f"{where} is no {self.word}: it must be {self.what}, got {thing!r}")
        return thing
