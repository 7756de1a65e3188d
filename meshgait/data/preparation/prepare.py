"""A data set's folders become stores, one for each split: slow to read once, quick ever after.

A store is of the content that the names, sizes and times of change of the files say, as for make
and rsync: digests of the files would take as long as preparing them. So a tree that was copied
without its times is prepared anew, and nothing else is lost.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from meshgait.data.layouts import ClipFiles, Layout, Survey
from meshgait.data.preparation.clip_reader import ClipGroup, ClipReader, usual_form
from meshgait.data.preparation.summary import Note, Preparation, SplitSummary
from meshgait.data.processes import processes
from meshgait.data.protocols.files import write_protocols
from meshgait.data.recorded import PROTOCOLS_FILE
from meshgait.data.store.read import Store
from meshgait.data.store.write import array_content, joined_frames, packed_array, write_store
from meshgait.errors import ConfigError, DataError
from meshgait.files.storage import clear_parts
from meshgait.sequence.sequence import Record

VERSION = 1
"""Of the pretreatment: another one makes all stores anew."""

CLIPS_PER_SHARD = 32


def prepare(
    layout: Layout,
    root: str | Path,
    out: str | Path,
    *,
    partition: Path | None = None,
    dry_run: bool = False,
    progress: bool = True,
) -> Preparation:
    """Write the clips of `layout` under `root` into a store `out/SPLIT` for each of its splits.

    `out/report.json` has what is returned: what was written, and all that was left out. Clips to
    be searched have their protocols beside them. What an earlier run finished is kept, whatever
    ended it, if files and settings are the same; the bytes are those of an undisturbed run. Floats
    become single precision; clips of unusual shape or type are dropped. A `dry_run` writes nothing.
    Raises `DataError` when no clip of this layout can be read, `ConfigError` if `out` is in `root`.
    """
    root, out = Path(root), Path(out)
    _require_apart(root, out)
    survey = layout.survey(root, partition)
    reader = ClipReader(root, usual_form(survey.clips), layout.modalities)
    summaries: list[SplitSummary] = []
    notes = [Note.of(finding, root) for finding in survey.findings]
    with processes(-(-len(survey.clips) // CLIPS_PER_SHARD)) as pool:
        for split in sorted({clip.split for clip in survey.clips}):
            clips = [clip for clip in survey.clips if clip.split == split]
            work = _Work(f"{layout.name} {split}", clips, reader, pool, progress)
            found = work.weigh() if dry_run else work.write(out / split)
            summaries.append(found.summary(split, len(clips)))
            notes += found.notes
            if split == "test":
                path = None if dry_run else out / split / PROTOCOLS_FILE
                notes += _add_protocols(layout, survey, found.records, path)
    if not any(summary.clips for summary in summaries):
        why = f"; the first: {notes[0].path} {notes[0].problem}" if notes else ""
        raise DataError(f"no clip in {root} can be read{why}")
    preparation = Preparation(layout.name, tuple(summaries), tuple(notes))
    if not dry_run:
        preparation.save(out / "report.json")
    return preparation


def _require_apart(root: Path, out: Path) -> None:
    if root.resolve() in (out.resolve(), *out.resolve().parents):
        raise ConfigError(f"{out} lies in {root}, which is read; write elsewhere")


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

    def write(self, folder: Path) -> _Found:
        """Make the store of the split, unless it is there, and check every byte of it."""
        words = f"{VERSION} {self.title} {CLIPS_PER_SHARD} {self.reader.form} {self.reader.wanted}"
        digest = hashlib.sha256(words.encode())
        for line in _state(self.clips, self.reader.root):
            digest.update(line.encode(errors="surrogateescape"))
        store = _complete(folder, digest.hexdigest())
        if store is None:
            groups = self._groups()
            with self._bar() as bar:
                write_store(
                    folder,
                    groups,
                    fingerprint=digest.hexdigest(),
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
        run = map if self.pool is None else self.pool.map
        with self._bar() as bar:
            for group, found in zip(groups, run(_weigh, groups), strict=True):
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


def _complete(folder: Path, fingerprint: str) -> Store | None:
    """The store in a folder, if it is whole and of this content."""
    try:
        store = Store(folder, verify=True)
    except DataError:
        return None
    return store if store.fingerprint == fingerprint else None


def _state(clips: Sequence[ClipFiles], root: Path) -> Iterator[str]:
    """Lines that change when what the clips are read from changes."""
    for clip in clips:
        yield f"{clip.record.name}\n"
        for path in clip.paths:
            yield f"{_relative(path, root)}\n"
            for file in sorted(os.scandir(path), key=_name) if path.is_dir() else [path]:
                about = os.stat(file) if os.path.exists(file) else os.lstat(file)
                yield f"{os.fspath(file)[len(str(path)) :]} {about.st_size} {about.st_mtime_ns}\n"


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


def _add_protocols(
    layout: Layout, survey: Survey, records: Sequence[Record], path: Path | None
) -> list[Note]:
    """Write how the clips that are left are searched; the probes that are lost."""
    names = {record.name for record in records}
    protocols = layout.protocols(records, survey.probes & names) if records else ()
    if path is not None:
        clear_parts(path)
        if protocols:
            write_protocols(path, protocols)
        else:
            path.unlink(missing_ok=True)
    return [Note(".", f"probe {name} was dropped") for name in sorted(survey.probes - names)]


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
