"""Folders by level: what each name must look like, and what the names say of a clip."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from meshgait.data.layouts.layout import NO_FILE, Finding
from meshgait.sequence.sequence import Record


@dataclass(frozen=True)
class Structure:
    """A pattern for each level of folders, and subject, condition and view made of their groups.

    `{place}` stands for the place of the last folder among its neighbours, 1 for the first.
    """

    levels: tuple[str, ...]
    subject: str = "{subject}"
    condition: str = "{condition}"
    view: str = "{view}"

    def record(self, groups: dict[str, str], place: int) -> Record:
        """What the groups say."""
        return Record(
            self.subject.format(place=place, **groups),
            self.condition.format(place=place, **groups),
            self.view.format(place=place, **groups),
        )


@dataclass(frozen=True)
class Walked:
    """What a walk found: clips by folder, folders that fit, and those that do not."""

    clips: dict[Path, Record]
    fitting: frozenset[Path]
    unrecognised: tuple[Finding, ...]


def walk(root: Path, structure: Structure) -> Walked:
    """All folders under `root` that have this structure.

    Links that lead in circles are not followed. No more levels than the structure has are looked
    at.
    """
    clips: dict[Path, Record] = {}
    fitting: set[Path] = set()
    unrecognised: list[Finding] = []

    def descend(folder: Path, level: int, groups: dict[str, str]) -> None:
        last = level == len(structure.levels) - 1
        place = 0
        for child in _folders(folder, unrecognised):
            found = re.fullmatch(structure.levels[level], child.name)
            if not found:
                problem = "is no folder of this layout: its name is none of this level"
                unrecognised.append(Finding(child, problem))
                continue
            place += 1
            fitting.add(child)
            more = groups | found.groupdict()
            if last:
                clips[child] = structure.record(more, place)
            else:
                descend(child, level + 1, more)

    descend(root, 0, {})
    return Walked(clips, frozenset(fitting), tuple(unrecognised))


def _folders(folder: Path, unrecognised: list[Finding]) -> Iterator[Path]:
    try:
        for child in sorted(folder.iterdir()):
            if child.name.startswith("."):
                continue
            if child.is_symlink() and _leads_nowhere(child):
                unrecognised.append(Finding(child, "is a link that leads nowhere or in a circle"))
            elif child.is_dir():
                yield child
            elif not child.is_file():
                unrecognised.append(Finding(child, NO_FILE))
    except OSError as error:
        unrecognised.append(Finding(folder, f"cannot be listed: {error.strerror}"))


def _leads_nowhere(link: Path) -> bool:
    """Whether a link is broken, or leads to a folder that it lies in."""
    try:
        target = link.resolve(strict=True)
        return target in link.parent.resolve(strict=True).parents or target == link.parent.resolve()
    except (OSError, RuntimeError):
        return True
