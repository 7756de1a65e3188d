"""See who walks in a video: a clip, landmarks and a report for each person (for research)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from meshgait.cli._parsing import again, make_parser, parse


def run(arguments: Sequence[str]) -> None:
    """Watch, write, and say who was seen, what was left out and why."""
    from meshgait.video.pipeline import FitMode, VideoConfig, process
    from meshgait.video.reader import open_video

    parser = make_parser("video", __doc__)
    add = parser.add_argument
    add("video", type=str, help="a file that OpenCV reads, a folder of images, or the number of a "
        "camera")  # fmt: skip
    add("-o", "--out", type=Path, default=Path("out"), help="folder to write; the same command "
        "goes on where it was ended")  # fmt: skip
    add("--fit", type=FitMode, default="none", help="also fit bodies: motion.npz and smpl")
    add("--fov", type=float, default=40.0, help="vertical field of view of the camera, degrees")
    add("--fps", type=float | None, default=None, help="frames a second, in place of the file's")
    add("--frames", type=int | None, default=None, help="read so many at most; a camera never ends")
    add("--overlay", action="store_true", help="also write overlay.mp4: what was seen, with heads "
        "blurred")  # fmt: skip
    add("--faces", action="store_true", help="do not blur heads in the overlay")
    chosen = parse(parser, arguments)
    config = VideoConfig(chosen.fit, chosen.fov, chosen.frames, chosen.overlay, chosen.faces)
    video = open_video(chosen.video, fps=chosen.fps)
    if video.count is None and video.key.get("camera") is not None and chosen.frames is None:
        from meshgait.errors import ConfigError

        raise ConfigError("a camera never ends; say how many frames to read: --frames 300")
    content = process(video, chosen.out, config, say=_say, command=again("video", arguments))
    for note in content["notes"]:
        _say(note)
    for facts in content["people"]:
        print(_line(chosen.out, facts))
    print(f"{chosen.out / 'report.html'}: {_count(content)}")


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


def _count(content: dict[str, Any]) -> str:
    usable = sum(facts["usable"] for facts in content["people"])
    return f"{len(content['people'])} seen, {usable} usable, in {content['frames']} frames"
