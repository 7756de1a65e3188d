"""Layouts that folders' names describe: all that differs between data sets is data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from meshgait.data.layouts.dataset_root import Content, DatasetRoot, find_roots, find_sources
from meshgait.data.layouts.folder_structure import Structure, walk
from meshgait.data.layouts.join import JoinedClip
from meshgait.data.layouts.layout import Finding, Layout, Survey
from meshgait.data.layouts.partition import Partition, read_partition
from meshgait.data.layouts.source import Source
from meshgait.data.protocols.protocol import Protocol
from meshgait.errors import DataError
from meshgait.sequence.sequence import Record

BY_SHAPE = "told by its shape"
_ORDINARY = Content()
Sources = dict[str, Source]


@dataclass(frozen=True)
class FolderLayout(Layout):
    """A data set in folders for subject, condition and view.

    `folders` and `splits` are for people to read. `rule` names the split of a subject where the
    data set has a rule. `make_protocols` gets the records of the test and the listed probes.
    `conditions` and `views` are those that every subject should have, where that is so. `side` is
    the height of normalised silhouettes, `modalities` those to be read, all when empty.
    """

    name: str
    title: str
    verified: bool
    folders: str
    splits: str
    structures: tuple[Structure, ...]
    make_protocols: Callable[[Sequence[Record], Collection[str]], tuple[Protocol, ...]]
    rule: Callable[[str], str | None] | None = None
    content: Content = _ORDINARY
    conditions: tuple[str, ...] = ()
    views: tuple[str, ...] = ()
    side: int = 64
    modalities: tuple[str, ...] = ()

    def find(self, root: Path, partition: Path | None = None) -> Survey:
        """See `Layout.find`; links are followed but where they lead in circles."""
        root = Path(root)
        if not root.is_dir():
            raise DataError(f"{root} is no folder; {self.title} is {self.folders}")
        lists = None if partition is None else read_partition(partition)
        if lists is None and self.rule is None:
            raise DataError(f"{self.title} has no rule for who trains; give its official list")
        roots, findings = find_roots(root, self.structures, self.side)
        found: dict[Record, Sources] = {}
        for trunk in roots:
            findings += self._collect(trunk, found)
        if not found:
            raise DataError(f"{root} holds nothing of {self.title}, which is {self.folders}")
        findings += _complete(found, roots)
        findings += self._absent(found, root)
        return self._survey(found, findings, lists, partition or root)

    def protocols(
        self, records: Sequence[Record], probes: Collection[str] = ()
    ) -> tuple[Protocol, ...]:
        """See `Layout.protocols`."""
        return self.make_protocols(records, probes)

    def _collect(self, trunk: DatasetRoot, found: dict[Record, Sources]) -> list[Finding]:
        """Add what lies under a trunk to `found`."""
        walks = [walk(trunk.path, structure) for structure in self.structures]
        fitting = frozenset().union(*(walked.fitting for walked in walks))
        unrecognised = dict.fromkeys(f for walked in walks for f in walked.unrecognised)
        findings = [finding for finding in unrecognised if finding.path not in fitting]
        mine: dict[Record, Path] = {}
        for folder, record in (pair for walked in walks for pair in walked.clips.items()):
            if mine.get(record, folder) != folder:
                findings.append(Finding(folder, f"is {record.name} once more"))
                continue
            sources = find_sources(folder, trunk, self.content, self.side)
            if not sources:
                findings.append(Finding(folder, "holds no frames"))
                continue
            mine[record] = folder
            for source in sources:
                kind = source.kind or BY_SHAPE
                if kind in found.get(record, {}):
                    findings.append(Finding(source.path, f"was not read: {kind} is there already"))
                elif not self.modalities or kind in (*self.modalities, BY_SHAPE):
                    found.setdefault(record, {})[kind] = source
        return findings

    def _absent(self, found: dict[Record, Sources], root: Path) -> list[Finding]:
        there = {(r.subject, r.condition, r.view) for r in found}
        subjects = sorted({record.subject for record in found})
        return [
            Finding(root.joinpath(*clip), "is missing: every person has such a clip")
            for clip in product(subjects, self.conditions, self.views)
            if clip not in there
        ]

    def _survey(
        self, found: dict[Record, Sources], findings: list[Finding], lists: Partition | None,
        place: Path,
    ) -> Survey:  # fmt: skip
        clips = []
        unlisted: Counter[str] = Counter()
        for record in sorted(found, key=lambda r: (r.subject, r.condition, r.view)):
            split = self._split(record.subject, lists)
            if split is None:
                unlisted[record.subject] += 1
                continue
            clips.append(JoinedClip(record, split, tuple(found[record].values())))
        for subject, count in unlisted.items():
            problem = f"{subject} is in neither list: {count} clips were left out"
            findings.append(Finding(place, problem))
        probes = lists.probes if lists else frozenset()
        subjects = {record.subject for record in found}
        listed = lists.train | lists.test if lists else frozenset()
        names = {record.name for record in found}
        for what, lost in (("person", listed - subjects), ("probe", probes - names)):
            findings += [
                Finding(place, f"{what} {name} of the list is not there") for name in sorted(lost)
            ]
        return Survey(tuple(clips), tuple(findings), frozenset(probes & names))

    def _split(self, subject: str, lists: Partition | None) -> str | None:
        if lists is not None:
            return lists.split(subject)
        return self.rule(subject) if self.rule else None


def _complete(found: dict[Record, Sources], roots: Sequence[DatasetRoot]) -> list[Finding]:
    """Drop clips without a modality that most have, and modalities that few clips have."""
    counts = Counter(kind for sources in found.values() for kind in sources)
    wanted = {kind for kind, count in counts.items() if 2 * count > len(found)}
    findings = []
    for record, sources in list(found.items()):
        lacking = sorted(wanted - sources.keys())
        near = next(iter(sources.values())).path
        if lacking or not wanted:
            place = next((t.path for t in roots if t.modality in lacking), None)
            parts = record.subject, record.condition, record.view
            path = place.joinpath(*parts) if place else near.parent
            problem = f"has no {' and no '.join(lacking)}, which others have: dropped"
            findings.append(Finding(path, f"clip {record.name} {problem}"))
            del found[record]
            continue
        for kind in sorted(sources.keys() - wanted):
            findings.append(Finding(sources.pop(kind).path, f"was not read: few clips have {kind}"))
    return findings
