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

_ORDINARY = Content()
Found = dict[Record, list[Source]]


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

    def survey(self, root: Path, partition: Path | None = None) -> Survey:
        """See `Layout.survey`; links are followed but where they lead in circles."""
        root = Path(root)
        if not root.is_dir():
            raise DataError(f"{root} is no folder; {self.title} is {self.folders}")
        lists = None if partition is None else read_partition(partition)
        if lists is None and self.rule is None:
            raise DataError(f"{self.title} has no rule for who trains; give its official list")
        roots, findings = find_roots(root, self.structures, self.title, self.side)
        found: Found = {}
        named: dict[str, tuple[Record, Path]] = {}
        for place in roots:
            if not self.modalities or place.modality in (None, *self.modalities):
                findings += self._collect(place, found, named)
        if not found:
            raise DataError(_nothing(root, self, findings))
        findings += _complete(found, roots, self.modalities)
        findings += self._absent(found, root)
        return self._survey(found, findings, lists, partition or root)

    def protocols(
        self, records: Sequence[Record], probes: Collection[str] = ()
    ) -> tuple[Protocol, ...]:
        """See `Layout.protocols`."""
        return self.make_protocols(records, probes)

    def _collect(
        self, root: DatasetRoot, found: Found, named: dict[str, tuple[Record, Path]]
    ) -> list[Finding]:
        """Add what lies under a root to `found`, whose records are `named`, in which folder."""
        walks = [walk(root.path, structure) for structure in self.structures]
        fitting = frozenset().union(*(walked.fitting for walked in walks))
        unrecognised = dict.fromkeys(f for walked in walks for f in walked.unrecognised)
        findings = [finding for finding in unrecognised if finding.path not in fitting]
        mine: dict[Record, Path] = {}
        for folder, record in (pair for walked in walks for pair in walked.clips.items()):
            if mine.get(record, folder) != folder:
                findings.append(Finding(folder, f"is {record.name} once more"))
                continue
            sources, more = find_sources(folder, root, self.content, self.side, self.modalities)
            findings += more
            wanted = [s for s in sources if not self.modalities or s.kind in self.modalities]
            if not {*self.modalities} <= {source.kind for source in wanted}:
                wanted += [source for source in sources if source.kind is None]
            if not wanted:
                continue
            other, place = named.setdefault(record.name, (record, folder))
            if other != record:
                problem = f"is named {record.name}, as {place} is: rename one; it was left out"
                findings.append(Finding(folder, problem))
                continue
            mine[record] = folder
            findings += _add(found.setdefault(record, []), wanted)
        return findings

    def _absent(self, found: Found, root: Path) -> list[Finding]:
        present = {(r.subject, r.condition, r.view) for r in found}
        subjects = sorted({record.subject for record in found})
        return [
            Finding(root.joinpath(*clip), "is missing: every person has such a clip")
            for clip in product(subjects, self.conditions, self.views)
            if clip not in present
        ]

    def _survey(
        self, found: Found, findings: list[Finding], lists: Partition | None, place: Path
    ) -> Survey:
        clips = []
        unlisted: Counter[str] = Counter()
        for record in sorted(found, key=lambda r: (r.subject, r.condition, r.view)):
            split = self._split(record.subject, lists)
            if split is None:
                unlisted[record.subject] += 1
                continue
            clips.append(JoinedClip(record, split, tuple(found[record]), self.modalities))
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


def _nothing(root: Path, layout: FolderLayout, findings: Sequence[Finding]) -> str:
    asked = f" with {' and '.join(layout.modalities)}" if layout.modalities else ""
    reason = f"; {findings[0].path} {findings[0].problem}" if findings else ""
    return f"{root} holds nothing of {layout.title}{asked}, which is {layout.folders}{reason}"


def _add(sources: list[Source], more: Sequence[Source]) -> list[Finding]:
    """Add those of other modalities than are there already; of unknown ones all."""
    findings = []
    for source in more:
        first = next((s for s in sources if s.kind == source.kind and s.kind is not None), None)
        if first is None:
            sources.append(source)
        else:
            problem = f"was not read: {first.path.name} has {source.kind}, too"
            findings.append(Finding(source.path, problem))
    return findings


def _complete(found: Found, roots: Sequence[DatasetRoot], asked: Collection[str]) -> list[Finding]:
    """Drop clips without a modality that is asked for, and modalities that few clips have.

    Where none is, those that most clips have are asked for. A source whose modality is not known
    may hold what seems to be lacking.
    """
    kinds = {record: {s.kind for s in sources} for record, sources in found.items()}
    counts = Counter(kind for known in kinds.values() for kind in known if kind)
    usual = {kind for kind, count in counts.items() if 2 * count > len(found)}
    wanted = set(asked) or usual
    findings = []
    for record, known in kinds.items():
        lacking = sorted(kind for kind in wanted if kind not in known)
        if lacking and None not in known:
            place = next((root.path for root in roots if root.modality in lacking), None)
            parts = record.subject, record.condition, record.view
            path = place.joinpath(*parts) if place else found[record][0].path.parent
            others = ", which others have" * usual.issuperset(lacking)
            problem = f"has no {' and no '.join(lacking)}{others}: dropped"
            findings.append(Finding(path, f"clip {record.name} {problem}"))
            del found[record]
        elif usual:
            rare = [s for s in found[record] if s.kind is not None and s.kind not in wanted]
            found[record] = [source for source in found[record] if source not in rare]
            findings += [Finding(s.path, f"was not read: few clips have {s.kind}") for s in rare]
    return findings
