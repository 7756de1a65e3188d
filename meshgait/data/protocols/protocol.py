"""Who is searched for, and among whom: benchmark protocols as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

import numpy as np
from jaxtyping import Bool, Int

from meshgait.errors import ConfigError, DataError
from meshgait.sequence.sequence import Record

Average = Literal["probes", "views", "view pairs", "all view pairs"]
_METRICS = ("cosine", "euclidean")


@dataclass(frozen=True)
class Group:
    """Sequences under one name: those in `names`, of the `conditions`, or with one of the `parts`.

    A part is a text that a condition contains ("bg" of "01-bg-02"). Probes of a group with a
    `gallery` are searched in that, not in the protocol's.
    """

    name: str
    names: frozenset[str] = frozenset()
    conditions: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()
    gallery: Group | None = None

    def __contains__(self, record: Record) -> bool:
        return (
            record.name in self.names
            or record.condition in self.conditions
            or any(part in record.condition for part in self.parts)
        )


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
    view against the whole gallery; "view pairs", each probe view in each gallery view but the same
    (CASIA-B); or "all view pairs", the same ones, too (CCPG). Groups may share probes where they
    are not means over probes; the group called `overall` is then the score, else the mean of all
    is. With `exclude_same_view` no probe meets its own person in its own view; with
    `unmatched_is_miss` probes without a match count as misses. Sequences in `without_views` take
    no part. `views` names the views of sequences that the protocol calls otherwise than their
    records; of all others the view is what stands before `view_ends_at`, where that is given.
    """

    name: str
    probes: frozenset[str] | tuple[Group, ...]
    metric: str = "cosine"
    gallery: Group | None = None
    average: Average = "probes"
    exclude_same_view: bool = False
    unmatched_is_miss: bool = False
    views: Mapping[str, str] = field(default_factory=dict, hash=False)
    overall: str = ""
    without_views: frozenset[str] = frozenset()
    view_ends_at: str = ""

    def __post_init__(self) -> None:
        if self.metric not in _METRICS:
            raise ConfigError(f"unknown metric {self.metric!r}; there are {', '.join(_METRICS)}")
        if self.average not in get_args(Average):
            known = ", ".join(get_args(Average))
            raise ConfigError(f"a protocol averages over one of {known}, not {self.average!r}")
        names = [group.name for group in self.groups]
        if len(set(names)) < len(names):
            raise ConfigError(f"groups of protocol {self.name} share a name: {', '.join(names)}")
        if self.overall and self.overall not in names:
            raise ConfigError(
                f"protocol {self.name} has no group {self.overall!r} to be its overall score; "
                f"there are {', '.join(names)}"
            )

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups of probes; a list of names is one group, called "all"."""
        if isinstance(self.probes, frozenset):
            return (Group("all", names=self.probes),)
        return self.probes

    @property
    def tasks(self) -> tuple[Protocol, ...]:
        """The protocol, or one for each group where groups have galleries of their own."""
        groups = self.groups
        if not any(group.gallery for group in groups):
            return (self,)
        return tuple(
            replace(
                self, name=f"{self.name} {group.name}", probes=(replace(group, gallery=None),),
                gallery=group.gallery or self.gallery, overall="",
            )
            for group in groups
        )  # fmt: skip

    def view(self, record: Record) -> str:
        """That of a sequence, as the protocol calls it."""
        own = record.view.partition(self.view_ends_at)[0] if self.view_ends_at else record.view
        return self.views.get(record.name, own)

    def compare(self, records: Sequence[Record]) -> Comparison:
        """The probes of each group and the gallery among `records`; of a protocol with one task.

        Raises `DataError` when a sequence named is not there or there twice, when a group or the
        gallery is empty, or when a sequence has two roles.
        """
        if len(self.tasks) > 1:
            raise ConfigError(f"groups of protocol {self.name} have galleries: compare its tasks")
        self._require_named(records)
        view = [self.view(record) for record in records]
        takes_part = np.array([one not in self.without_views for one in view], dtype=bool)
        probes = {group.name: _members(group, records, takes_part) for group in self.groups}
        roles = np.zeros(len(records), dtype=int)
        for indices in probes.values():
            roles[indices] += 1
        if self.average != "probes":
            roles = roles.clip(max=1)
        chosen = (
            _members(self.gallery, records, takes_part)
            if self.gallery
            else np.flatnonzero((roles == 0) & takes_part)
        )
        roles[chosen] += 1
        if (roles > 1).any():
            twice = records[int(np.argmax(roles))].name
            raise DataError(f"protocol {self.name} gives {twice} two roles; a sequence has one")
        sides = [(f"{name} probe" if name != "all" else "probe", i) for name, i in probes.items()]
        for side, indices in [*sides, ("gallery", chosen)]:
            if not len(indices):
                raise DataError(
                    f"protocol {self.name} has no {side} sequence in this data", code="protocol"
                )
        if not sides:
            raise DataError(f"protocol {self.name} has no group of probes")
        return Comparison(probes, chosen, view)

    def split(
        self, records: Sequence[Record]
    ) -> tuple[Int[np.ndarray, " Q"], Int[np.ndarray, " G"]]:
        """Indices of all probes and of the gallery among `records`; raises as `compare` does.

        Where groups have galleries of their own, those of the first.
        """
        found = self.tasks[0].compare(records)
        return np.unique(np.concatenate(list(found.probes.values()))), found.gallery

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
                    f"data, such as {lost[0]}",
                    code="protocol",
                )
            twice = sorted(name for name in named if there[name] > 1)
            if twice:
                raise DataError(f"the data has {there[twice[0]]} sequences named {twice[0]}")


def _members(
    group: Group, records: Sequence[Record], takes_part: Bool[np.ndarray, " N"]
) -> Int[np.ndarray, " _"]:
    return np.flatnonzero(np.array([record in group for record in records], bool) & takes_part)
