"""What is written of a video: a clip, landmarks and a figure for each person, and a report."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from meshgait._optional import require
from meshgait._version import __version__
from meshgait.files.storage import clear_parts, written_whole
from meshgait.io.formats.mediapipe import NAMES
from meshgait.sequence import GaitSequence, save_clip
from meshgait.video.people import People, Person, ranges, shown
from meshgait.visualization.document import Figure, Notes, Part, Section, compose_page, made_by

OVERLAY = "overlay.mp4"
_SHOWN = 10  # silhouettes in a figure
LINKS = (
    (11, 12), (11, 13), (13, 15), (12, 14), (14, 16), (11, 23), (12, 24), (23, 24), (23, 25),
    (25, 27), (24, 26), (26, 28), (27, 29), (29, 31), (28, 30), (30, 32), (27, 31), (28, 32),
)  # fmt: skip
PALETTE = ("#2e6f95", "#d1495b", "#2a8a4a", "#8064a2", "#c77d0a", "#2fa59a", "#7f7f7f")
RESEARCH = "For research: gait is a biometric; film and keep only people who agreed to it."


def write_person(
    folder: Path, person: Person, size: tuple[int, int], fps: float, clip: GaitSequence,
    figure: bytes,
) -> None:  # fmt: skip
    """Write `clip.npz`, `landmarks.json` and `sheet.png`."""
    save_clip(folder / "clip.npz", clip)
    with written_whole(folder / "landmarks.json") as part:
        part.write_text(json.dumps(landmarks(person, size, fps)), encoding="utf-8")
    with written_whole(folder / "sheet.png") as part:
        part.write_bytes(figure)


def landmarks(person: Person, size: tuple[int, int], fps: float) -> dict[str, Any]:
    """All landmarks of a person as `meshgait convert` and MediaPipe's users read them.

    Places in the picture are shares of its sides; metres count from the middle of the hips.
    """
    rows, (height, width) = person.rows, size
    frames = []
    for k in range(len(rows)):
        places, metres, seen = rows.points[k], rows.world[k], rows.visibility[k]
        frames.append({
            "frame": int(rows.frame[k]),
            "seconds": round(float(rows.seconds[k]), 4),
            "whole": bool(person.judged.whole[k]),
            "pose_landmarks": [
                {"x": round(float(x / width), 5), "y": round(float(y / height), 5),
                 "visibility": round(float(v), 3)}
                for (x, y), v in zip(places, seen, strict=True)
            ],
            "pose_world_landmarks": [
                {"x": round(float(x), 4), "y": round(float(y), 4), "z": round(float(z), 4),
                 "visibility": round(float(v), 3)}
                for (x, y, z), v in zip(metres, seen, strict=True)
            ],
        })  # fmt: skip
    return {"person": person.name, "fps": fps, "size": list(size), "names": NAMES, "frames": frames}


def draw_person(person: Person) -> bytes:
    """A PNG: silhouettes and sticks at moments of the walk, without a picture of the person."""
    rows = person.whole if person.is_usable else person.rows
    moments = np.linspace(0, len(rows) - 1, min(_SHOWN, len(rows))).round().astype(int)
    figure = require("matplotlib.figure").Figure(figsize=(11, 3.4), layout="constrained")
    cells = figure.subplots(2, len(moments), squeeze=False)
    for column, moment in enumerate(moments):
        above, below = cells[:, column]
        above.imshow(rows.silhouette[moment], cmap="gray", vmin=0, vmax=255)
        above.set_title(f"frame {rows.frame[moment]}", fontsize=7)
        _draw_sticks(below, rows.points[moment])
        for cell in (above, below):
            cell.set(xticks=[], yticks=[])
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=110)
    return content.getvalue()


def _draw_sticks(axes: Any, points: np.ndarray) -> None:
    for a, b in LINKS:
        left = NAMES[a].startswith("left") and NAMES[b].startswith("left")
        right = NAMES[a].startswith("right") and NAMES[b].startswith("right")
        color = PALETTE[1] if left else PALETTE[0] if right else "#444444"
        style = (0, (3, 1)) if right else "-"
        axes.plot(*points[[a, b], :2].T, linestyle=style, color=color, linewidth=1.6)
    middle, half = (points.min(0) + points.max(0)) / 2, np.ptp(points[:, 1]) * 0.55
    axes.set(xlim=(middle[0] - half * 0.7, middle[0] + half * 0.7))
    axes.set(ylim=(middle[1] + half, middle[1] - half), aspect="equal")


class Shown(NamedTuple):
    """What a report says of a person: the facts, and a figure."""

    facts: dict[str, Any]
    figure: bytes


def write_index(
    out: Path,
    name: str,
    people: People,
    size: tuple[int, int],
    shown_people: Sequence[Shown],
    command: str = "",
) -> dict[str, Any]:
    """Write `people.json` and `report.html`; what is in the former."""
    content = {
        "video": name,
        "meshgait": __version__,
        "fps": round(people.fps, 4),
        "frames": people.count,
        "size": list(size),
        "notes": list(people.notes),
        "people": [each.facts for each in shown_people],
    }
    with written_whole(out / "report.html") as part:
        part.write_text(_report(content, people, shown_people, command), encoding="utf-8")
    with written_whole(out / "people.json") as part:
        part.write_text(json.dumps(content, indent=1), encoding="utf-8")
    return content


def _report(content: dict[str, Any], people: People, figures: Sequence[Shown], command: str) -> str:
    rows = [_summary(facts) for facts in content["people"]]
    parts: list[Part] = [Notes(content["notes"])] if content["notes"] else []
    parts.append(Section("Who was seen when"))
    spans = [f"{facts['name']} from {facts['seconds'][0]:.1f} to {facts['seconds'][1]:.1f} s"
             for facts in content["people"]]  # fmt: skip
    parts.append(Figure("times", "Whole frames are dark.", draw_times(people),
                        f"A bar for each person: {'; '.join(spans) or 'nobody'}."))  # fmt: skip
    for facts, figure in figures:
        alt = f"Silhouettes and sticks of {facts['name']} at moments of the walk."
        parts += [Section(facts["name"]), Figure("sheet", _sentence(facts), figure, alt)]
    seconds = content["frames"] / content["fps"]
    count = len(people.people)
    lead = (
        f"{count} {'person' if count == 1 else 'people'} in {content['frames']} frames, "
        f"{seconds:.1f} s. {RESEARCH}"
    )
    return compose_page(
        title=f"Who walks in {content['video']}",
        lead=lead,
        table=rows,
        parts=parts,
        foot=made_by(
            command or f"meshgait video {content['video']}",
            "Next: meshgait embed, identify or enrol with the clip.npz of a person.",
        ),
    )


def _summary(facts: dict[str, Any]) -> dict[str, str]:
    steps = facts["cadence"]
    return {
        "person": facts["name"],
        "from, s": f"{facts['seconds'][0]:.1f}",
        "to, s": f"{facts['seconds'][1]:.1f}",
        "whole frames": str(facts["whole_frames"]),
        "height, px": str(facts["height_px"]),
        "steps a minute": "" if steps is None else f"{steps:.0f}",
        "usable": "yes" if facts["usable"] else f"no: {facts['why_not']}",
    }


def _sentence(facts: dict[str, Any]) -> str:
    parts = [f"{why}: {_frames(runs)}" for why, runs in facts["left_out"].items()]
    if facts["legs_put_right"]:
        parts.append(f"legs put right: {_frames(facts['legs_put_right'])}")
    parts += facts["warnings"]
    said = "; ".join(parts) or "every frame is whole"
    return f"{said[0].upper()}{said[1:]}. Left limbs are solid blue, right ones dashed red."


def _frames(runs: Sequence[Sequence[int]]) -> str:
    one = len(runs) == 1 and runs[0][0] == runs[0][1]
    return f"frame{'' if one else 's'} {shown(runs)}"


def draw_times(people: People) -> bytes:
    """A PNG with a bar for each person: when seen, and when whole."""
    count = max(len(people.people), 1)
    figure = require("matplotlib.figure").Figure(
        figsize=(9.6, 0.9 + 0.32 * count), layout="constrained"
    )
    axes = figure.subplots()
    for row, person in enumerate(people.people):
        color = PALETTE[row % len(PALETTE)]
        step = 1 / people.fps
        for whole, shade in ((False, 0.3), (True, 1.0)):
            chosen = person.judged.whole if whole else slice(None)
            frames, seconds = person.rows.frame[chosen], person.rows.seconds[chosen]
            begin = dict(zip(frames.tolist(), seconds.tolist(), strict=True))
            bars = [(begin[a], begin[b] - begin[a] + step) for a, b in ranges(begin)]
            axes.broken_barh(bars, (row - 0.35, 0.7), color=color, alpha=shade, linewidth=0)
    axes.set_yticks(range(len(people.people)), [person.name for person in people.people])
    axes.set(xlabel="seconds", xlim=(0, max(people.count / people.fps, 0.1)))
    axes.invert_yaxis()
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=110)
    return content.getvalue()


def results_in(out: Path) -> list[Path]:
    """All files of results in a folder, in order of their names."""
    found = (*out.glob("person-[0-9]*/*"), *_of_all(out))
    return sorted(path for path in found if path.is_file())


def clear(out: Path) -> None:
    """Remove the results of an earlier video, which would be taken for those of this one."""
    for path in _of_all(out):
        clear_parts(path)
        path.unlink(missing_ok=True)
    for folder in out.glob("person-[0-9]*"):
        shutil.rmtree(folder, ignore_errors=True)


def _of_all(out: Path) -> tuple[Path, ...]:
    """What is written of all people together, whatever wrote it."""
    return out / "report.html", out / OVERLAY, out / "people.json"
