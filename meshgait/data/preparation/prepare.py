"""A data set's folders become stores, one for each split: slow to read once, quick ever after.

A store is of the content that the names, sizes and times of change of the files say, as for make
and rsync: digests of the files would take as long as preparing them. So a tree that was copied
without its times is prepared anew, and nothing else is lost; so is one in which a file was replaced
since, though it has the size and time of before.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tqdm import tqdm

from meshgait.data.layouts import ClipFiles, Layout, Survey
from meshgait.data.preparation.clip_reader import ClipGroup, ClipReader, usual_form
from meshgait.data.preparation.source_files import changed_since, listing
from meshgait.data.preparation.summary import (
    Note,
    Preparation,
    SplitSummary,
    commonest,
    split_names,
)
from meshgait.data.processes import in_turn, processes
from meshgait.data.protocols.files import write_protocols
from meshgait.data.protocols.protocol import Protocol
from meshgait.data.recorded import PROTOCOLS_FILE
from meshgait.data.store.read import Store, content_name
from meshgait.data.store.write import (
    array_content,
    complete_store,
    joined_frames,
    packed_array,
    remove_store,
    write_store,
)
from meshgait.errors import ConfigError, DataError
from meshgait.files.lock import locked
from meshgait.files.storage import clear_parts
from meshgait.sequence.sequence import Record

VERSION = 2
"""Of the pretreatment: another one makes all stores anew."""

CLIPS_PER_SHARD = 32


def prepare(
    layout: Layout,
    root: str | Path,
    out: str | Path | None,
    *,
    partition: Path | None = None,
    dry_run: bool = False,
    progress: bool = True,
) -> Preparation:
    """Write the clips of `layout` under `root` into a store `out/SPLIT` for each of its splits.

    `out/report.json` has what is returned: what was written, and all that was left out. Clips to
    be searched have their protocols beside them. What an earlier run finished is kept, whatever
    ended it, if files and settings are the same, to the bytes of an undisturbed run; a split that
    this run does not make is removed. Floats become single precision; clips of unusual shape or
    type are dropped. A `dry_run` writes nothing, and needs no `out`. Raises `DataError` when no
    clip of this layout can be read, `ConfigError` if `out` is in `root` or another process writes
    into it.
    """
    # Those who share the work may stand in another folder.
    root, target = Path(root).absolute(), _target(Path(root), out, dry_run)
    with nullcontext() if target is None else locked(target):
        return _prepare(layout, root, target, partition, progress)


def _prepare(
    layout: Layout, root: Path, target: Path | None, partition: Path | None, progress: bool
) -> Preparation:
    survey = layout.survey(root, partition)
    reader = ClipReader(root, usual_form(survey.clips), layout.modalities)
    with processes(-(-len(survey.clips) // CLIPS_PER_SHARD)) as pool:
        works = _works(layout.name, survey.clips, reader, pool, progress)
        removed = () if target is None else _retire(target, works)
        found = {
            split: work.weigh() if target is None else work.write(target / split)
            for split, work in works.items()
        }
    read = [note for part in found.values() for note in part.notes]
    notes = [Note.of(finding, root) for finding in survey.findings] + read
    if not any(part.records for part in found.values()):
        raise DataError(f"no clip in {root} can be read{commonest(read or notes)}")
    searches, lost = _add_protocols(layout, survey, found.get("test"), target)
    splits = tuple(part.summary(s, len(works[s].clips)) for s, part in found.items())
    done = Preparation(layout.name, splits, (*notes, *lost), removed, searches)
    if target is not None:
        done.save(target / "report.json")
    return done


def _target(root: Path, out: str | Path | None, dry_run: bool) -> Path | None:
    """Where stores are written, or `None` for nowhere."""
    if out is None:
        if not dry_run:
            raise ConfigError("without a folder to write to there is only a dry run")
        return None
    out = Path(out)
    if root.resolve() in (out.resolve(), *out.resolve().parents):
        raise ConfigError(f"{out} lies in {root}, which is read; write elsewhere")
    return None if dry_run else out


def _works(
    name: str, clips: Sequence[ClipFiles], reader: ClipReader, pool: Executor | None, progress: bool
) -> dict[str, _Work]:
    splits: dict[str, list[ClipFiles]] = {split: [] for split in sorted({c.split for c in clips})}
    for clip in clips:
        splits[clip.split].append(clip)
    return {s: _Work(f"{name} {s}", some, reader, pool, progress) for s, some in splits.items()}


def _retire(out: Path, works: Mapping[str, _Work]) -> tuple[str, ...]:
    """Before anything is written: no split of another content may stand beside those to come.

    Names of the splits that were removed. A process killed later leaves what is not complete, and
    never two splits of different runs.
    """
    removed = []
    for split in sorted({"train", "test", *split_names(out / "report.json")}):
        folder = out / split
        content = content_name(folder)
        if content is None:
            continue
        if split not in works:
            (folder / PROTOCOLS_FILE).unlink(missing_ok=True)
            remove_store(folder)
            removed.append(split)
        elif content != works[split].fingerprint:
            (folder / "store.json").unlink(missing_ok=True)
        elif changed_since(works[split].clips, sorted(folder.glob("[0-9]*.json"))):
            remove_store(folder)
    return tuple(removed)


@dataclass(frozen=True)
class _Found:
    """What some clips became."""

    records: list[Record]
    frames: int
    bytes: int
    modalities: Counter[str]
    notes: list[Note]

    def __add__(self, other: _Found) -> _Found:
        return _Found(
            self.records + other.records,
            self.frames + other.frames,
            self.bytes + other.bytes,
            self.modalities + other.modalities,
            self.notes + other.notes,
        )

    def summary(self, name: str, clips: int) -> SplitSummary:
        people = len({record.subject for record in self.records})
        kept = len(self.records)
        counts = dict(self.modalities)
        return SplitSummary(name, kept, clips - kept, people, self.frames, self.bytes, counts)


@dataclass(frozen=True)
class _Work:
    """One split."""

    title: str
    clips: Sequence[ClipFiles]
    reader: ClipReader
    pool: Executor | None
    progress: bool

    @cached_property
    def fingerprint(self) -> str:
        """Names the content of the split: files and settings."""
        words = f"{VERSION} {self.title} {CLIPS_PER_SHARD} {self.reader.form} {self.reader.wanted}"
        digest = hashlib.sha256(words.encode())
        for line in listing(self.clips, self.reader.root):
            digest.update(line.encode(errors="surrogateescape"))
        return digest.hexdigest()

    def write(self, folder: Path) -> _Found:
        """Make the store of the split, unless it is there, and check every byte of it."""
        store = complete_store(folder, self.fingerprint)
        if store is None:
            groups = self._groups()
            with self._bar() as bar:
                write_store(
                    folder,
                    groups,
                    fingerprint=self.fingerprint,
                    progress=lambda shard: bar.update(len(groups[shard].clips)),
                    pool=self.pool,
                )
            store = Store(folder, verify=True)
        notes = [Note(**note) for note in store.notes]
        counts = Counter(store.clips_with)
        return _Found(store.records, sum(store.lengths), store.bytes, counts, notes)

    def weigh(self) -> _Found:
        """What `write` would find."""
        total = _Found([], 0, 0, Counter(), [])
        groups = self._groups()
        with self._bar() as bar:
            for group, found in zip(groups, in_turn(self.pool, _weigh, groups), strict=True):
                total = total + found
                bar.update(len(group.clips))
        return total

    def _groups(self) -> list[ClipGroup]:
        starts = range(0, len(self.clips), CLIPS_PER_SHARD)
        return [ClipGroup(self.reader, tuple(self.clips[i : i + CLIPS_PER_SHARD])) for i in starts]

    def _bar(self) -> tqdm:
        disable = None if self.progress else True
        return tqdm(total=len(self.clips), desc=self.title, unit="clip", disable=disable)


def _weigh(group: ClipGroup) -> _Found:
    content = group()
    joined = joined_frames(content.sequences)
    return _Found(
        [sequence.record for sequence in content.sequences],
        sum(len(sequence) for sequence in content.sequences),
        sum(len(array_content(packed_array(array)[0])) for array in joined.values()),
        Counter(name for sequence in content.sequences for name in sequence.frames),
        [Note(**note) for note in content.notes],
    )


def _add_protocols(
    layout: Layout, survey: Survey, test: _Found | None, out: Path | None
) -> tuple[tuple[str, ...], list[Note]]:
    """Write how the clips that are left are searched; that in words, and the probes lost."""
    if test is None:
        return (), []
    records, names = test.records, {record.name for record in test.records}
    protocols = layout.protocols(records, survey.probes & names) if records else ()
    if out is not None:
        path = out / "test" / PROTOCOLS_FILE
        clear_parts(path)
        if protocols:
            write_protocols(path, protocols)
        else:
            path.unlink(missing_ok=True)
    lost = [Note(".", f"probe {name} was dropped") for name in sorted(survey.probes - names)]
    tasks = [task for protocol in protocols for task in protocol.tasks]
    return tuple(_sides(task, records) for task in tasks), lost


def _sides(protocol: Protocol, records: Sequence[Record]) -> str:
    try:
        found = protocol.compare(records)
    except DataError as error:
        return str(error)
    probes = (f"{len(i)} probes" + f" {g}" * (g != "all") for g, i in found.probes.items())
    return f"{protocol.name}: {', '.join(probes)}, gallery of {len(found.gallery)}"
