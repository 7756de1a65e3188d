"""Who is searched for, and among whom: benchmark protocols as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from jaxtyping import Int

from meshgait.errors import ConfigError, DataError
from meshgait.sequence.sequence import Record

Average = Literal["probes", "views", "view pairs"]
_METRICS = ("cosine", "euclidean")


@dataclass(frozen=True)
class Group:
    """Sequences under one name: those listed in `names`, and all of one of the `conditions`."""

    name: str
    names: frozenset[str] = frozenset()
    conditions: frozenset[str] = frozenset()

    def __contains__(self, record: Record) -> bool:
        return record.name in self.names or record.condition in self.conditions


@dataclass(frozen=True, eq=False)
class Comparison:
    """What a protocol makes of some records: indices of the probes by group, and of the gallery.

    `view` has that of each record, as the protocol calls it.
    """

    probes: dict[str, Int[np.ndarray, " _"]]
    gallery: Int[np.ndarray, " G"]
    view: list[str]


@dataclass(frozen=True)
class Protocol:
    """A benchmark: groups of probes, the gallery, what is not compared, and what is averaged.

    `probes` are sequences by name, or groups that are scored apart ("NM", "BG", "CL"); without
    `gallery`, it is everything else (Gait3D, CVPR 2022). `metric` is the distance the protocol is
    published with. `average` says what the scores are means over: "probes"; "views", each probe
    view against the whole gallery; or "view pairs", rank-1 of each probe view in each gallery
    view but the same (CASIA-B). With `exclude_same_view` no probe meets its own person in its
    own view; with `unmatched_is_miss` probes without a match count as misses. `views` names the
    views of sequences that the protocol calls otherwise than their records.
    """

    name: str
    probes: frozenset[str] | tuple[Group, ...]
    metric: str = "cosine"
    gallery: Group | None = None
    average: Average = "probes"
    exclude_same_view: bool = False
    unmatched_is_miss: bool = False
    views: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if self.metric not in _METRICS:
            raise ConfigError(f"unknown metric {self.metric!r}; there are {', '.join(_METRICS)}")
        if self.average not in get_args(Average):
            known = ", ".join(get_args(Average))
            raise ConfigError(f"a protocol averages over one of {known}, not {self.average!r}")
        names = [group.name for group in self.groups]
        if len(set(names)) < len(names):
            raise ConfigError(f"groups of protocol {self.name} share a name: {', '.join(names)}")

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups of probes; a list of names is one group, called "all"."""
        if isinstance(self.probes, frozenset):
            return (Group("all", names=self.probes),)
        return self.probes

    def compare(self, records: Sequence[Record]) -> Comparison:
        """The probes of each group and the gallery among `records`.

        Raises `DataError` when a sequence named is not there or there twice, when a group or the
        gallery is empty, or when a sequence has two roles.
        """
        self._require_named(records)
        probes = {group.name: _members(group, records) for group in self.groups}
        roles = np.zeros(len(records), dtype=int)
        for indices in probes.values():
            roles[indices] += 1
        chosen = _members(self.gallery, records) if self.gallery else np.flatnonzero(roles == 0)
        roles[chosen] += 1
        if (roles > 1).any():
            twice = records[int(np.argmax(roles))].name
            raise DataError(f"protocol {self.name} gives {twice} two roles; a sequence has one")
        sides = [(f"{name} probe" if name != "all" else "probe", i) for name, i in probes.items()]
        for side, indices in [*sides, ("gallery", chosen)]:
            if not len(indices):
                raise DataError(f"protocol {self.name} has no {side} sequence in this data")
        if not sides:
            raise DataError(f"protocol {self.name} has no group of probes")
        view = [self.views.get(record.name, record.view) for record in records]
        return Comparison(probes, chosen, view)

    def split(
        self, records: Sequence[Record]
    ) -> tuple[Int[np.ndarray, " Q"], Int[np.ndarray, " G"]]:
        """Indices of all probes and of the gallery among `records`; raises as `compare` does."""
        found = self.compare(records)
        return np.sort(np.concatenate(list(found.probes.values()))), found.gallery

    def _require_named(self, records: Sequence[Record]) -> None:
        there: dict[str, int] = {}
        for record in records:
            there[record.name] = there.get(record.name, 0) + 1
        sides = {"probes": self.groups, "gallery sequences": (self.gallery,) * bool(self.gallery)}
        for side, groups in sides.items():
            named = {name for group in groups if group for name in group.names}
            lost = sorted(named - there.keys())
            if lost:
                raise DataError(
                    f"{len(lost)} of {len(named)} {side} of protocol {self.name} are not in the "
                    f"data, such as {lost[0]}"
                )
            twice = sorted(name for name in named if there[name] > 1)
            if twice:
                raise DataError(f"the data has {there[twice[0]]} sequences named {twice[0]}")


def _members(group: Group, records: Sequence[Record]) -> Int[np.ndarray, " _"]:
    return np.flatnonzero(np.array([record in group for record in records], dtype=bool))
