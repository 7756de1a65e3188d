"""Who walks in a folder of motion capture, subject/trial, and what is left out and why."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from tqdm import tqdm

from meshgait.body import JOINT_INDEX
from meshgait.data.processes import in_turn, processes
from meshgait.data.synthetic.walking_parts import Part, walking_parts
from meshgait.errors import ConfigError, DataError, MeshgaitError
from meshgait.io import BodyTrack, fill_gaps, read, to_body
from meshgait.io.ground import on_floor
from meshgait.io.place_body import FAR_MM
from meshgait.io.size import embedded_body, smpl_rest
from meshgait.sequence.motion import Motion

_COMPANIONS = {".asf"}  # which belong to other files
_LONGEST_GAP = 12


@dataclass(frozen=True, eq=False)
class CapturedWalk:
    """One walk of somebody, on the floor, at the frame rate that was asked for."""

    subject: str
    trial: str
    motion: Motion
    part: Part


@dataclass(frozen=True)
class LeftOut:
    """A file, or a part of one, that is not taken, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, eq=False)
class MotionSurvey:
    """The walks of a folder, and what was left out."""

    root: Path
    walks: tuple[CapturedWalk, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def people(self) -> dict[str, list[CapturedWalk]]:
        """The walks by subject, in the order of their names."""
        names = sorted({walk.subject for walk in self.walks})
        return {name: [w for w in self.walks if w.subject == name] for name in names}

    def describe(self) -> Iterator[str]:
        """Who, how many walks, how they walk, and what was left out."""
        seconds = sum(len(w.motion) / w.motion.fps for w in self.walks)
        yield f"{len(self.people)} people, {len(self.walks)} walks, {seconds:.0f} seconds"
        for name, walks in self.people.items():
            speeds, cadences = ([getattr(w.part, n) for w in walks] for n in ("speed", "cadence"))
            straight = sum(w.part.is_straight for w in walks)
            trials = len({w.trial for w in walks})
            yield (
                f"  {name}: {len(walks)} walks of {trials} trials, {straight} straight, "
                f"{_range(speeds, '.2f')} m/s, {_range(cadences, '.0f')} steps/min"
            )
        yield f"{len(self.left_out)} left out"
        for left in self.left_out:
            yield f"  {left.path}: {left.reason}"


def _range(values: list[float], form: str) -> str:
    low, high = format(min(values), form), format(max(values), form)
    return low if low == high else f"{low} to {high}"


def motion_files(root: Path) -> list[Path]:
    """All files below `root` that may be motions, in the order of their names."""
    if not root.is_dir():
        raise DataError(f"{root} is no folder; give one with a folder of motions for each person")
    found = [path for path in sorted(root.rglob("*")) if path.is_file()]
    return [
        path for path in found
        if path.suffix.lower() not in _COMPANIONS
        and not any(part.startswith(".") for part in path.relative_to(root).parts)
    ]  # fmt: skip


def survey_motion(
    root: str | Path,
    *,
    fps: float = 25.0,
    fps_in: float | None = None,
    least: int = 30,
    progress: bool = False,
) -> MotionSurvey:
    """Read every file below `root` and find where people walk for `least` frames or more.

    The folder of a file is the person, `07/07_01.amc` as `CMU/07/07_01_poses.npz`; directly in
    `root` it is the beginning of its name, up to the first `_`. Walks have `fps` frames a second;
    `fps_in` holds for files that do not say theirs. Raises `DataError` when there is no folder, or
    when two folders would be one person, and `ConfigError` for rates of 0.
    """
    if fps <= 0 or (fps_in is not None and fps_in <= 0):
        raise ConfigError(f"frame rates are above 0, got {fps} and {fps_in}")
    root = Path(root).absolute()  # those who share the work may stand in another folder
    files = motion_files(root)
    look = partial(_look, fps=fps, fps_in=fps_in, least=least)
    names = [_subject(root, path) for path in files]
    _require_apart(root, files, names)
    walks: list[CapturedWalk] = []
    left_out: list[LeftOut] = []
    bar = tqdm(total=len(files), desc="motions", disable=None if progress else True)
    with bar, processes(len(files) // 8) as pool:
        for path, (found, reasons) in zip(files, in_turn(pool, look, files, names), strict=True):
            walks += found
            left_out += [LeftOut(path.relative_to(root), reason) for reason in reasons]
            bar.update()
    return MotionSurvey(root, tuple(walks), tuple(left_out))


def _subject(root: Path, path: Path) -> str:
    folders = path.relative_to(root).parts[:-1]
    name = ".".join(folders) if folders else path.stem.split("_")[0]
    return name.replace("-", "_")  # which parts the names of sequences


def _require_apart(root: Path, files: list[Path], names: list[str]) -> None:
    folders: dict[str, Path] = {}
    for path, name in zip(files, names, strict=True):
        other = folders.setdefault(name, path.parent)
        if other != path.parent and root not in (other, path.parent):
            raise DataError(f"{other} and {path.parent} would both be called {name}; rename one")


def _look(
    path: Path, subject: str, *, fps: float, fps_in: float | None, least: int
) -> tuple[list[CapturedWalk], list[str]]:
    """The walks in a file, and reasons why others are none."""
    walks: list[CapturedWalk] = []
    reasons: list[str] = []
    try:
        recording = read(path)
    except (MeshgaitError, OSError) as error:
        text = str(error).removeprefix(f"{path}: ").removeprefix(f"{path} ")
        return [], [text.split("; known are")[0]]
    for name in map(str, recording.tracks):
        who = subject if len(recording.tracks) == 1 else f"{subject}.{name}"
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what they warn of is a reason here
                track = to_body(recording, name)
            motion = _motion(track, fps_in).resample(fps)
            found, why = _walks(who, path.stem.replace("-", "_"), motion, least)
            walks += found
            reasons += why
        except MeshgaitError as error:
            reasons.append(str(error))
    return walks, reasons


def _motion(track: BodyTrack, fps_in: float | None) -> Motion:
    """The motion of a track in the world; `DataError` where there is none."""
    if track.axes == "camera":
        raise DataError("is seen from a camera that may move: where it goes is not known")
    if track.transl is None:
        raise DataError("does not say where the person is")
    if (track.fit_mm or 0.0) > FAR_MM:
        raise DataError(f"is {track.fit_mm:.0f} mm off the nearest body: labels may be wrong")
    track = fill_gaps(track, _LONGEST_GAP)
    gaps = np.flatnonzero(np.diff(track.frames) > 1)
    if len(gaps):
        raise DataError(f"lacks the frames after {track.frames[gaps[0]]}")
    return track.to_motion(embedded_body(), fps=fps_in or track.assumed_fps)


def _walks(
    subject: str, trial: str, motion: Motion, least: int
) -> tuple[list[CapturedWalk], list[str]]:
    motion = on_floor(motion, embedded_body())
    _, joints = motion.skeleton(embedded_body())
    rest = smpl_rest(motion.betas)
    height = float(rest[JOINT_INDEX["head"], 1] - rest[JOINT_INDEX["left_ankle"], 1])
    parts, reasons = walking_parts(joints, height, fps=motion.fps, least=least)
    return [
        CapturedWalk(
            subject, trial, on_floor(motion.cut(part.start, part.end), embedded_body()), part
        )
        for part in parts
    ], list(reasons)
