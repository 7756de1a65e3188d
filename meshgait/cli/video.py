"""See who walks in videos: a clip, landmarks and a report for each person (for research)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jsonargparse import Namespace

from meshgait.cli._parsing import again, make_parser, parse
from meshgait.cli._sharing import add_sharing, sharing


def run(arguments: Sequence[str]) -> int:
    """Watch, write, and say who was seen, what was left out and why; 1 if a video failed."""
    from meshgait.video.pipeline import FitMode, VideoConfig
    from meshgait.video.sources import is_single

    parser = make_parser("video", __doc__)
    add = parser.add_argument
    add("video", nargs="+", type=str, help="a file that OpenCV reads, a folder of images, or the "
        "number of a camera; or several files and folders, also folders with videos in them or "
        "below them: then each has a folder of its own")  # fmt: skip
    add("-o", "--out", type=Path, default=Path("out"), help="folder to write; the same command "
        "goes on where it was ended")  # fmt: skip
    add("--fit", type=FitMode, default="none", help="also fit bodies: motion.npz and smpl")
    add("--fov", type=float, default=40.0, help="vertical field of view of the camera, degrees")
    add("--fps", type=float | None, default=None, help="frames a second, in place of the file's")
    add("--frames", type=int | None, default=None, help="read so many at most; a camera never ends")
    add("--overlay", action="store_true", help="also write overlay.mp4: what was seen, with heads "
        "blurred")  # fmt: skip
    add("--faces", action="store_true", help="do not blur heads in the overlay")
    add_sharing(parser, "one for each core; one video alone is not shared")
    chosen = parse(parser, arguments)
    config = VideoConfig(chosen.fit, chosen.fov, chosen.frames, chosen.overlay, chosen.faces)
    with sharing(chosen):
        if is_single(chosen.video):
            if chosen.workers is not None or chosen.cluster is not None:
                _say("one video is watched here; --workers and --cluster share several")
            return _watch_one(chosen, config, again("video", arguments))
        return _watch_all(chosen, config)


def _watch_one(chosen: Namespace, config: Any, command: str) -> int:
    from meshgait.video.pipeline import process
    from meshgait.video.reader import open_video

    video = open_video(chosen.video[0], fps=chosen.fps)
    if video.count is None and video.key.get("camera") is not None and chosen.frames is None:
        from meshgait.errors import ConfigError

        raise ConfigError("a camera never ends; say how many frames to read: --frames 300")
    content = process(video, chosen.out, config, say=_say, command=command)
    for note in content["notes"]:
        _say(note)
    for facts in content["people"]:
        print(_line(chosen.out, facts))
    usable = sum(facts["usable"] for facts in content["people"])
    count = _count(len(content["people"]), usable, content["frames"])
    print(f"{chosen.out / 'report.html'}: {count}")
    return 0


def _watch_all(chosen: Namespace, config: Any) -> int:
    from tqdm import tqdm

    from meshgait.video.overview import PAGE, Entry, count_of, failures_of
    from meshgait.video.several import process_all

    def tell(entry: Entry) -> None:
        with tqdm.external_write_mode():
            if entry["failed"] is not None:
                _say(f"{entry['name']}: {entry['failed']}")
            else:
                count = _count(entry["seen"], entry["usable"], entry["frames"])
                print(f"{chosen.out / str(entry['report'])}: {count}", flush=True)

    entries = process_all(chosen.video, chosen.out, config, fps=chosen.fps, each=tell)["videos"]
    print(f"{chosen.out / PAGE}: {count_of(entries)}")
    failures = failures_of(entries)
    if failures:
        _say(failures)
    return 1 if failures else 0


def _say(text: str) -> None:
    print(f"meshgait: {text}", file=sys.stderr)


def _line(out: Path, facts: dict[str, Any]) -> str:
    start, end = facts["seconds"]
    if not facts["usable"]:
        return f"{facts['name']} left out ({start:.1f} to {end:.1f} s): {facts['why_not']}"
    steps = "" if facts["cadence"] is None else f", {facts['cadence']:.0f} steps a minute"
    overlap = f", overlap (IoU) {facts['iou']:.3f}" if "iou" in facts else ""
    warned = "".join(f"; {text}" for text in facts["warnings"])
    return (
        f"{out / facts['name'] / 'clip.npz'}: {facts['whole_frames']} whole frames, {start:.1f} to "
        f"{end:.1f} s{steps}{overlap}{warned}"
    )


def _count(seen: int, usable: int, frames: int) -> str:
    return f"{seen} seen, {usable} usable, in {frames} frames"
