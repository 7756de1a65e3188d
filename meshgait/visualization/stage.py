"""A page with a scene in 3D that is turned, zoomed and played: one HTML file without a network."""

from __future__ import annotations

import base64
import html
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from meshgait.body import Body
from meshgait.errors import DataError
from meshgait.files.storage import written_whole
from meshgait.io import Actor, write_gltf
from meshgait.visualization.document import made_by
from meshgait.visualization.threejs import three_js


@dataclass(frozen=True)
class Step:
    """A footprint: the side (left or right), seconds, place (x, z) in metres and yaw in radians."""

    side: str
    seconds: float
    x: float
    z: float
    yaw: float


@dataclass(frozen=True, eq=False)
class Shown:
    """Somebody on the page: the motion, and what is known of the gait.

    `facing` (T,) is the direction of the way in radians. `phase` (T,) counts gait cycles, if known:
    two walks with phases are played in step. `curves` are angles in degrees, left and right.
    People of one `film` stay where they were to each other, those of another stand beside them.
    """

    actor: Actor
    facing: Float[np.ndarray, " T"]
    floor: float = 0.0
    steps: Sequence[Step] = ()
    phase: Float[np.ndarray, " T"] | None = None
    curves: Mapping[str, Float[np.ndarray, "2 T"]] = field(default_factory=dict)
    film: int = 0


def write_stage(
    path: str | Path,
    shown: Sequence[Shown],
    body: Body,
    *,
    title: str = "A walk",
    command: str = "",
) -> None:
    """Write the page, which says that `command` makes it; `DataError` without anybody to show."""
    page = stage_page(shown, body, title=title, command=command)
    with written_whole(path) as part:
        part.write_text(page, encoding="utf-8")


def stage_page(
    shown: Sequence[Shown], body: Body, *, title: str = "A walk", command: str = ""
) -> str:
    """The page as text; `DataError` without anybody to show."""
    if not shown:
        raise DataError("a page needs somebody to show")
    data = json.dumps([_describe(one, body) for one in shown], separators=(",", ":"))
    names = ", ".join(one.actor.name for one in shown)
    alt = f"A scene in three dimensions of {names}, walking on a floor with their footprints."
    page = files("meshgait.visualization").joinpath("stage.html").read_text(encoding="utf-8")
    for mark, text in (
        ("/*TITLE*/", html.escape(title)),
        ("/*ALT*/", html.escape(alt)),
        ("/*MADE*/", html.escape(made_by(command))),
        ("/*WALKS*/", data.replace("<", "\\u003c")),
        ("/*THREE*/", three_js().replace("</script", "<\\/script")),
    ):
        page = page.replace(mark, text)
    return page


def _describe(one: Shown, body: Body) -> dict[str, Any]:
    motion = one.actor.motion
    return {
        "name": one.actor.name,
        "fps": motion.fps,
        "shift": one.film,
        "seconds": _rounded(one.actor.seconds, 4),
        "facing": _rounded(one.facing, 3),
        "floor": round(one.floor, 4),
        "path": _rounded(motion.transl[:: max(1, len(motion) // 50), [0, 2]], 2),
        "phase": None if one.phase is None else _rounded(one.phase, 4),
        "steps": [
            {"side": s.side, "time": round(s.seconds, 4), "x": round(s.x, 4), "z": round(s.z, 4),
             "yaw": round(s.yaw, 4)}
            for s in one.steps
        ],
        "curves": {name: _rounded(pair, 1) for name, pair in one.curves.items()},
        "glb": _glb(one.actor, body),
    }  # fmt: skip


def _rounded(values: np.ndarray, digits: int) -> Any:
    return np.round(np.asarray(values, dtype=np.float64), digits).tolist()


def _glb(actor: Actor, body: Body) -> str:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "walk.glb"
        write_gltf(file, [actor], body)
        return base64.b64encode(file.read_bytes()).decode()
