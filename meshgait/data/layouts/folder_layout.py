"""Layouts that folders' names describe: all that differs between data sets is data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

from meshgait.data.layouts.dataset_root import (
    Content,
    DatasetRoot,
    Wanted,
    find_roots,
    find_sources,
)
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
    `conditions` and `views` are those that every subject should have, where that is so; a clip has
    `least_frames`. `listed_as` is how an official list names clips, one by one or several at once.
    `side` is the height of normalised silhouettes, `points` how many a cloud is given, `modalities`
    those to be read, all when empty, of the `group` of those that were recorded together.
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
    least_frames: int = 1
    listed_as: str = "{subject}-{condition}-{view}"
    side: int = 64
    points: int = 1024
    modalities: tuple[str, ...] = ()
    group: str = ""

    def survey(self, root: Path, partition: Path | None = None) -> Survey:
        """See `Layout.survey`; links are followed but where they lead in circles."""
        root = Path(root)
        if not root.is_dir():
            raise DataError(f"{root} is no folder; {self.title} is {self.folders}")
        lists = None if partition is None else read_partition(partition)
        if lists is None and self.rule is None:
            raise DataError(
                f"{self.title} has no rule for who trains; give its official list (--partition)",
                code="protocol",
            )
        wanted = Wanted(self.modalities, self.group, self.side, self.points).of(self.content)
        roots, findings = find_roots(
            root, self.structures, self.title, self.side, self.content.names
        )
        found: Found = {}
        named: dict[str, tuple[Record, Path]] = {}
        for place in roots:
            if not self.modalities or place.modality in (None, *self.modalities):
                findings += self._collect(place, wanted, found, named)
        if not found:
            raise DataError(_nothing(root, self, findings), code="data-set")
        findings += _complete(found, roots, self.modalities)
        findings += self._absent(found, root)
        return self._survey(found, findings, lists, partition or root)

    def protocols(
        self, records: Sequence[Record], probes: Collection[str] = ()
    ) -> tuple[Protocol, ...]:
        """See `Layout.protocols`."""
        return self.make_protocols(records, probes)

    def _collect(
        self, root: DatasetRoot, wanted: Wanted, found: Found, named: dict[str, tuple[Record, Path]]
    ) -> list[Finding]:
        """Add what lies under a root to `found`, whose records are `named`, in which folder."""
        walks = [walk(root.path, structure) for structure in self.structures]
        fitting = frozenset().union(*(walked.fitting for walked in walks))
        unrecognised = dict.fromkeys(f for walked in walks for f in walked.unrecognised)
        findings = [finding for finding in unrecognised if finding.path not in fitting]
        mine: dict[Record, Path] = {}
        outer = {parent for walked in walks for clip in walked.clips for parent in clip.parents}
        for folder, record in (pair for walked in walks for pair in walked.clips.items()):
            if folder in outer:
                continue
            if mine.get(record, folder) != folder:
                findings.append(Finding(folder, f"is {record.name} once more"))
                continue
            sources, more = find_sources(folder, root, self.content, wanted)
            findings += more
            chosen = [s for s in sources if not self.modalities or s.kind in self.modalities]
            if self.modalities and not {*self.modalities} <= {source.kind for source in chosen}:
                chosen += [source for source in sources if source.kind is None]
            if not chosen:
                continue
            other, place = named.setdefault(record.name, (record, folder))
            if other != record:
                problem = f"is named {record.name}, as {place} is: rename one; it was left out"
                findings.append(Finding(folder, problem))
                continue
            mine[record] = folder
            findings += _add(found.setdefault(record, []), chosen)
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
            how = self.modalities, self.content.pairing, self.least_frames
            clips.append(JoinedClip(record, split, tuple(found[record]), *how))
        for subject, count in unlisted.items():
            problem = f"{subject} is in neither list: {count} clips were left out"
            findings.append(Finding(place, problem))
        if lists is None:
            return Survey(tuple(clips), tuple(findings))
        subjects = {record.subject for record in found}
        for name in sorted((lists.train | lists.test) - subjects):
            findings.append(Finding(place, f"person {name} of the list is not there"))
        searched, lost = self._searched(clips, found, lists)
        return Survey(tuple(clips), (*findings, *(Finding(place, text) for text in lost)), searched)

    def _searched(
        self, clips: Sequence[JoinedClip], found: Found, lists: Partition
    ) -> tuple[frozenset[str], list[str]]:
        """The clips that are probes by the lists, and what of the lists is not there.

        Of a list of the gallery alone all others are probes.
        """
        names = {record.name: self.listed_as.format(**asdict(record)) for record in found}
        listed = set(names.values())
        lost = [
            f"{what} {name} of the list is not there"
            for what, side in (("probe", lists.probes), ("gallery", lists.gallery))
            for name in sorted(side - listed)
        ]
        if lists.gallery and not lists.probes:
            tested = (clip.record.name for clip in clips if clip.split == "test")
            return frozenset(n for n in tested if names[n] not in lists.gallery), lost
        return frozenset(n for n, one in names.items() if one in lists.probes), lost

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
