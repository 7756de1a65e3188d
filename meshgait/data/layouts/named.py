"""What a data set's own names of files and folders say, where whole words are not enough."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Named:
    """Files and folders whose whole name, without an ending, fits `pattern` hold `modality`.

    `None` is what is known and not read. Of the `groups` of a data set, each of which was recorded
    frame by frame, one is read; what belongs to none is read with any. What is not `sure` may turn
    out to be something else, and then costs no clip.
    """

    pattern: str
    modality: str | None
    groups: tuple[str, ...] = ()
    sure: bool = True

    def is_read_with(self, group: str) -> bool:
        """Whether it is read where `group` is the one."""
        return self.modality is not None and (not self.groups or group in self.groups)


def is_pickle(file: str) -> bool:
    """Whether a name ends as those of pickles do."""
    return file.lower().endswith((".pkl", ".pickle"))


def find_named(names: Sequence[Named], file: str) -> Named | None:
    """The first that fits a name, however it is spelt, large or small."""
    stem = Path(file).stem if is_pickle(file) else file
    fitting = (named for named in names if re.fullmatch(named.pattern, stem, re.IGNORECASE))
    return next(fitting, None)


def choose_group(names: Sequence[Named], asked: Collection[str]) -> str:
    """The smallest group with all that is asked for, else the one with most modalities.

    >>> names = [Named("a", "points", ("slow", "both")), Named("b", "smpl", ("both",))]
    >>> choose_group(names, ["points"]), choose_group(names, [])
    ('slow', 'both')
    """
    held: dict[str, set[str]] = {}
    for named in names:
        for group in named.groups:
            held.setdefault(group, set()).update({named.modality} if named.modality else ())
    free = {named.modality for named in names if not named.groups}
    having = [group for group, of in held.items() if asked and set(asked) <= of | free]
    if having:
        return min(having, key=lambda group: len(held[group]))
    return max(held, key=lambda group: len(held[group]), default="")
