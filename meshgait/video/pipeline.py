"""From a video to people: watched, put together, written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from meshgait.errors import ConfigError, DataError
from meshgait.files.lock import locked
from meshgait.video import results
from meshgait.video.finished import finish, finished, made_of, record_of
from meshgait.video.people import Person, people_of
from meshgait.video.reader import Video
from meshgait.video.track import Tracker
from meshgait.video.watch import watch

FitMode = Literal["none", "fast", "full"]


@dataclass(frozen=True)
class VideoConfig:
    """How a video is read.

    `fit` says whether bodies are fitted to each person and how well, `fov_deg` is the vertical
    field of view of the camera that bodies are fitted before, `most_frames` ends early. With
    `overlay` a video is written that shows what was seen; heads are blurred in it but for `faces`.
    """

    fit: FitMode = "none"
    fov_deg: float = 40.0
    most_frames: int | None = None
    overlay: bool = False
    faces: bool = False

    def __post_init__(self) -> None:
        if not 1 < self.fov_deg < 170:
            raise ConfigError(f"a field of view is 1 to 170 degrees, got {self.fov_deg:g}")
        if self.most_frames is not None and self.most_frames < 1:
            raise ConfigError(f"frames to read must be 1 or more, got {self.most_frames}")


def process(
    video: Video,
    out: str | Path,
    config: VideoConfig = VideoConfig(),
    *,
    tracker: Tracker | None = None,
    progress: bool = True,
    say: Callable[[str], object] = lambda text: None,
    command: str = "",
) -> dict[str, Any]:
    """See everybody in a video and write what is known of them into `out`; what `people.json` says.

    Killed at any moment it goes on from there when it is called again with the same video, and what
    the same video and settings have finished is not made again. The report says that `command`
    makes it again. Raises `DataError` where there is nobody, which is written all the same.
    """
    content = make_results(
        video, Path(out), config, tracker=tracker, progress=progress, say=say, command=command
    )
    if not content["people"]:
        raise DataError(f"{video.name}: {content['notes'][-1]}")
    return content


def make_results(
    video: Video,
    out: Path,
    config: VideoConfig,
    *,
    tracker: Tracker | None = None,
    progress: bool = True,
    say: Callable[[str], object] = lambda text: None,
    command: str = "",
    wait: bool = False,
) -> dict[str, Any]:
    """As `process`, also of nobody; with `wait` for another process that writes into `out`."""
    made = made_of(video, asdict(config))
    with locked(out, wait=wait):
        content = finished(out, made)
        if content is not None:
            return content
        record_of(out).unlink(missing_ok=True)
        watched = watch(
            video, out / "work", tracker=tracker, most=config.most_frames, progress=progress
        )
        results.clear(out)
        shown: list[results.Shown] = []

        def write(person: Person, fps: float) -> None:
            shown.append(_write(out / person.name, person, fps, watched.size, config, say))

        people = people_of(watched, video.fps, write)
        content = results.write_index(out, video.name, people, watched.size, shown, command)
        if config.overlay:
            from meshgait.video.overlay import write_overlay

            write_overlay(out / results.OVERLAY, video, people, faces=config.faces)
        finish(out, made)
    return content


def _write(
    folder: Path,
    person: Person,
    fps: float,
    size: tuple[int, int],
    config: VideoConfig,
    say: Callable[[str], object],
) -> results.Shown:
    """Write the files of one person, if there is enough of it."""
    facts, figure = person.describe(), results.draw_person(person)
    if not person.is_usable:
        return results.Shown(facts, figure)
    clip = person.clip()
    if config.fit != "none":
        from meshgait.video.lift import lift, runs_of

        if runs_of(person.whole):
            fitted = lift(person, size, fps, config.fov_deg, config.fit, say)
            clip, facts = fitted.add_to(clip), facts | fitted.describe()
            fitted.save(folder / "motion.npz")
        else:
            why = "no body was fitted: whole frames are too scattered"
            facts["warnings"] = [*facts["warnings"], why]
    results.write_person(folder, person, size, fps, clip, figure)
    return results.Shown(facts, figure)
