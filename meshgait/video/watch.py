"""A whole video watched, kept in pieces on the disk: killed at any moment, it goes on."""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float
from tqdm import tqdm

from meshgait._version import __version__
from meshgait.errors import DataError
from meshgait.files.regular import read_json
from meshgait.files.storage import clear_parts, read_npz, written_whole
from meshgait.video.reader import Video
from meshgait.video.rows import Row, Rows, row_of, rows_of
from meshgait.video.track import PoseTracker, Tracker

PIECE = 150  # pictures after which what was seen is safe on the disk
LONGEST = 9000  # rows of one person that are kept: some minutes
_FORMAT = 1
_SPARSE, _ENDS = 20, 16  # of a stretch every so many rows, and so many at its ends, tell who it is


@dataclass(frozen=True, eq=False)
class Watched:
    """What was seen of a video, in pieces in `folder`; `seconds` are those of all pictures."""

    folder: Path
    seconds: Float[np.ndarray, " T"]
    indices: np.ndarray
    size: tuple[int, int]

    def pieces(self) -> Iterator[Rows]:
        """All rows in order of time, some at once."""
        for path in _pieces(self.folder):
            yield Rows.load(path)

    @cached_property
    def _index(self) -> dict[Path, set[int]]:
        """The stretches that each piece has a part of."""
        return {
            path: set(read_npz(path, only=("number",))["number"].tolist())
            for path in _pieces(self.folder)
        }

    def boxes_of(self, numbers: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """Frames and boxes of some stretches, in order of time."""
        frames, boxes = [np.zeros(0, np.int64)], [np.zeros((0, 4), np.float32)]
        for path, inside in self._index.items():
            if inside & set(numbers):
                arrays = read_npz(path, only=("number", "frame", "box"))
                mine = np.isin(arrays["number"], numbers)
                frames.append(arrays["frame"][mine])
                boxes.append(arrays["box"][mine])
        return np.concatenate(frames), np.concatenate(boxes)

    def stretches(self) -> dict[int, Rows]:
        """A few rows of each stretch: enough to tell which belong together."""
        known: dict[int, tuple[Rows, Rows]] = {}  # the beginning with some rows, and the end
        for rows in self.pieces():
            for number in np.unique(rows.number).tolist():
                new = rows.take(rows.number == number)
                before, end = known.get(number, (new.take(slice(0, _ENDS)), new.take(slice(0, 0))))
                some = Rows.join([before, new.take(slice(0, None, _SPARSE))])
                known[number] = (some, Rows.join([end, new]).take(slice(-_ENDS, None)))
        return {number: _unique(Rows.join(parts)) for number, parts in known.items()}

    def rows_of(self, numbers: Sequence[int]) -> Rows:
        """All rows of some stretches, `LONGEST` at most."""
        parts, count, wanted = [], 0, set(numbers)
        for path, inside in self._index.items():
            if not inside & wanted:
                continue
            rows = Rows.load(path)
            parts.append(rows.take(np.isin(rows.number, numbers)))
            count += len(parts[-1])
            if count >= LONGEST:
                break
        return Rows.join(parts).take(slice(0, LONGEST))


def _unique(rows: Rows) -> Rows:
    return rows.take(np.unique(rows.frame, return_index=True)[1])


def watch(
    video: Video,
    folder: Path,
    *,
    tracker: Tracker | None = None,
    most: int | None = None,
    progress: bool = True,
) -> Watched:
    """See everybody in `most` pictures or all; what an earlier call did for the same video stays.

    Pieces of another video or version are removed. `tracker` is one that saw nothing yet.
    """
    key = {"format": _FORMAT, "version": __version__, "most": most, "fps": video.fps, **video.key}
    if not _is_for(folder, key):
        shutil.rmtree(folder, ignore_errors=True)
        with written_whole(folder / "key.json") as part:
            part.write_text(json.dumps(key), encoding="utf-8")
    tracker = PoseTracker() if tracker is None else tracker
    paths = _pieces(folder)
    last: dict[str, Any] = _facts(paths[-1]) if paths else {"next": 0, "ended": False}
    if paths and not last["ended"]:
        tracker.restore(last["tracker"])
    if not last["ended"]:
        _go_on(video, folder, tracker, last["next"], most, progress)
    return _watched(folder)


def _is_for(folder: Path, key: dict[str, Any]) -> bool:
    try:
        return bool(read_json(folder / "key.json") == key)
    except (OSError, DataError):
        return False


def _pieces(folder: Path) -> list[Path]:
    return sorted(folder.glob("piece-*.npz"))


def _facts(path: Path) -> dict[str, Any]:
    """What a piece says beside its rows."""
    found: dict[str, Any] = json.loads(str(read_npz(path, only=("facts",))["facts"]))
    return found


def _go_on(
    video: Video, folder: Path, tracker: Tracker, start: int, most: int | None, progress: bool
) -> None:
    total = video.count if most is None else min(most, video.count or most)
    bar = tqdm(
        desc="watching",
        unit="frame",
        initial=start,
        total=total,
        disable=None if progress else True,
    )
    piece = _Piece(folder, start)
    with bar:
        for frame in video.frames(start):
            if most is not None and frame.index >= most:
                break
            seen = tracker.step(frame.index, frame.picture)
            rows = [row_of(s, frame.index, frame.seconds, frame.picture) for s in seen]
            piece.add(rows, frame.index, frame.seconds, frame.picture.shape)
            bar.update(frame.index + 1 - start - (bar.n - start))
            if len(piece.seconds) >= PIECE:
                piece.write(tracker, ended=False)
                piece = _Piece(folder, frame.index + 1)
    piece.write(tracker, ended=True)


class _Piece:
    """What is not on the disk yet."""

    def __init__(self, folder: Path, start: int) -> None:
        self.path = folder / f"piece-{start:09d}.npz"
        self.rows: list[Row] = []
        self.indices: list[int] = []
        self.seconds: list[float] = []
        self.size, self.next = [0, 0], start

    def add(self, rows: Sequence[Row], index: int, seconds: float, shape: Sequence[int]) -> None:
        self.rows += rows
        self.indices.append(index)
        self.seconds.append(seconds)
        self.size, self.next = list(shape[:2]), index + 1

    def write(self, tracker: Tracker, *, ended: bool) -> None:
        clear_parts(self.path)
        facts = {
            "next": self.next, "ended": ended, "tracker": tracker.state(), "size": self.size
        }  # fmt: skip
        rows_of(self.rows).save(
            self.path, facts=np.array(json.dumps(facts)), all_seconds=np.array(self.seconds, float),
            indices=np.array(self.indices, np.int64),
        )  # fmt: skip


def _watched(folder: Path) -> Watched:
    paths, size = _pieces(folder), (0, 0)
    seconds, indices = [np.zeros(0)], [np.zeros(0, np.int64)]
    for path in paths:
        arrays = read_npz(path, only=("all_seconds", "indices"))
        seconds.append(arrays["all_seconds"])
        indices.append(arrays["indices"])
        facts = _facts(path)
        size = (facts["size"][0], facts["size"][1]) if facts["size"][0] else size
    moments = np.concatenate(seconds)
    if (np.diff(moments) < 0).any():
        warnings.warn("time stamps go backwards; frames are placed in their order", stacklevel=3)
        moments = np.maximum.accumulate(moments)
    return Watched(folder, moments, np.concatenate(indices), size)
