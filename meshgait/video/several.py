"""Many videos: each on its own, shared by processes or by a cluster, and a page of them all."""

from __future__ import annotations

import shlex
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from meshgait.data.cluster import require_shared
from meshgait.data.processes import as_done, one_thread, processes
from meshgait.errors import DataError, StorageError, sentence
from meshgait.files.lock import locked
from meshgait.video.finished import finished, made_of, record_of
from meshgait.video.overview import Entry, Overview, write_overview
from meshgait.video.pipeline import VideoConfig, make_results
from meshgait.video.reader import open_video, require_rate
from meshgait.video.sources import Sources, find_videos, listed
from meshgait.video.track import Tracker
from meshgait.video.weights import pose_weights

_OPTIONS = {
    "fit": "--fit", "fov_deg": "--fov", "most_frames": "--frames", "overlay": "--overlay",
    "faces": "--faces",
}  # fmt: skip


def process_all(
    sources: Sources,
    out: str | Path,
    config: VideoConfig = VideoConfig(),
    *,
    fps: float | None = None,
    tracker: Callable[[], Tracker] | None = None,
    progress: bool = True,
    each: Callable[[Entry], object] = lambda entry: None,
) -> Overview:
    """See everybody in many videos, each in a folder of `out` of its own; what `videos.json` says.

    `sources` are files, folders of images and folders of videos; `find_videos` says which they are
    and what they are called. The work is shared as `meshgait.data.processes.shared_by` says, one
    thread for each video, so that on machines of one kind its results are the same to the last
    byte whoever made them. What cannot be read or shows nobody is told of and stops nothing. Killed
    at any moment it goes on from there, and what the same videos and settings have finished is not
    made again. `tracker` makes what follows people in one video, in another process perhaps; `each`
    is given every entry of `videos.json` as soon as it is known. At the end `index.html` shows all.
    """
    require_rate(fps)
    videos, root, here = find_videos(sources), Path(out).absolute(), Path.cwd()
    jobs = [_Job(name, path, here, root, config, fps, tracker) for name, path in videos.items()]
    with locked(root):
        entries = _entries(jobs, each, progress)
        command = _command([*map(str, listed(sources))], config, fps)
        return write_overview(root, [entries[job.name] for job in jobs], command)


def _entries(
    jobs: Sequence[_Job], each: Callable[[Entry], object], progress: bool
) -> dict[str, Entry]:
    """What came of each, by its name; only those that are not finished are shared."""
    entries: dict[str, Entry] = {}

    def note(entry: Entry) -> None:
        entries[entry["name"]] = entry
        each(entry)

    for job in jobs:
        if (entry := job.finished()) is not None:
            note(entry)
    rest = [job for job in jobs if job.name not in entries]
    if any(job.make_tracker is None for job in rest):
        pose_weights()  # fetched once, before the work is shared
    off = None if progress else True
    bar = tqdm(desc="videos", total=len(jobs), initial=len(entries), unit="video", disable=off)
    with bar, one_thread(), processes(len(rest)) as pool:
        for entry, warned in as_done(pool, _Job.run, rest):
            for text in warned:
                warnings.warn(f"{entry['name']}: {text}", stacklevel=3)
            bar.update()
            note(entry)
    return entries


@dataclass(frozen=True)
class _Job:
    """One of the videos; it can be pickled. Who does it may stand elsewhere than `here`."""

    name: str
    path: Path
    here: Path
    root: Path
    config: VideoConfig
    fps: float | None
    make_tracker: Callable[[], Tracker] | None

    def finished(self) -> Entry | None:
        """Its entry, if it was finished before."""
        out = self.root / self.name
        if not record_of(out).is_file():
            return None
        try:
            video = open_video(self.here / self.path, fps=self.fps)
        except (DataError, OSError):
            return None  # who runs the job says why
        content = finished(out, made_of(video, asdict(self.config)))
        return None if content is None else self._entry(content)

    def run(self) -> tuple[Entry, list[str]]:
        """Watch the video, or say why that cannot be done; with what was warned of."""
        require_shared(self.root)
        with warnings.catch_warnings(record=True) as warned:
            try:
                entry = self._entry(self._see())
            except StorageError:
                raise  # there is no space for the others either
            except (DataError, OSError, MemoryError) as error:
                entry = self._failed(sentence(error))
        return entry, [str(each.message) for each in warned]

    def _see(self) -> dict[str, Any]:
        video = open_video(self.here / self.path, fps=self.fps)
        tracker = None if self.make_tracker is None else self.make_tracker()
        return make_results(
            video, self.root / self.name, self.config, tracker=tracker, progress=False,
            command=_command([str(self.path)], self.config, self.fps), wait=True,
        )  # fmt: skip

    def _entry(self, content: dict[str, Any]) -> Entry:
        people = content["people"]
        clips = [f"{self.name}/{facts['name']}/clip.npz" for facts in people if facts["usable"]]
        return {
            "name": self.name, "file": str(self.path), "report": f"{self.name}/report.html",
            "frames": content["frames"], "fps": content["fps"], "seen": len(people),
            "usable": len(clips), "clips": clips, "notes": content["notes"],
            "failed": None if people else content["notes"][-1],
        }  # fmt: skip

    def _failed(self, why: str) -> Entry:
        return {
            "name": self.name, "file": str(self.path), "report": None, "frames": 0, "fps": None,
            "seen": 0, "usable": 0, "clips": [], "notes": [], "failed": why,
        }  # fmt: skip


def _command(sources: Sequence[str], config: VideoConfig, fps: float | None) -> str:
    """The line that makes a page again, wherever it is written and whoever shares the work."""
    words = ["meshgait", "video", *sources]
    plain = asdict(VideoConfig())
    for name, value in asdict(config).items():
        if value != plain[name]:
            words += [_OPTIONS[name]] if value is True else [_OPTIONS[name], str(value)]
    return shlex.join([*words, *([] if fps is None else ["--fps", str(fps)])])
