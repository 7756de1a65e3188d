"""What the page shows, made by the rest of the library: pages, pictures and people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from meshgait.body import Body
from meshgait.evaluation import embed
from meshgait.gait import read_gait, shown_of, write_gait
from meshgait.gallery import Gallery, digest_of
from meshgait.io import read, to_body
from meshgait.io.write import actors_of
from meshgait.modalities.scene import REPRESENTATIONS, Scene, represent
from meshgait.sequence import Clips, save_motion
from meshgait.video.pipeline import process
from meshgait.video.reader import Frame, Video, open_video
from meshgait.visualization.sheet import draw_sheet
from meshgait.visualization.stage import write_stage
from meshgait.walker import Identity, walk
from meshgait.weights import load_model
from meshgait.weights.shipped import usual

Tell = Callable[[float, str], object]
"""Told how much is done, from 0 to 1, and what is being done; it may end the work by an error."""


def write_walker(path: Path, seed: int = 1) -> None:
    """Write the motion of a walker, for those who have no file."""
    body = Body.embedded()
    save_motion(path, walk(body, Identity.draw(np.random.default_rng(seed)), frames=150).motion)


def scene_page(path: Path, out: Path) -> str:
    """The page in 3D of everybody in a file."""
    body, recording = Body.embedded(), read(path)
    tracks = {f"{path.stem}, {name}": to_body(recording, str(name)).timed()
              for name in recording.tracks}  # fmt: skip
    shown = [shown_of(actor, body) for actor in actors_of(tracks, body)]
    write_stage(
        out, shown, body, title=path.name, command=f"meshgait view {path.name} -o walk.html"
    )
    return out.read_text(encoding="utf-8")


def representations(path: Path, tell: Tell) -> tuple[bytes, dict[str, str]]:
    """A picture of all representations of a walk, and why some could not be had."""
    body = Body.embedded()
    motion = to_body(read(path)).to_motion(body)
    scene = Scene.follow(body, motion.decode(body), motion.fps)
    found: dict[str, Any] = {}
    missing: dict[str, str] = {}
    for done, name in enumerate(REPRESENTATIONS):
        tell(done / len(REPRESENTATIONS), name.replace("_", " "))
        some, without = represent(scene, [name])
        found |= some
        missing |= without
    tell(1.0, "drawing")
    return draw_sheet(scene, found), missing


def gait_page(path: Path, folder: Path) -> tuple[str, bytes]:
    """The page of a walk's numbers, and the table of its strides."""
    gait = read_gait(path, Body.embedded())
    page, table = folder / "gait.html", folder / "strides.csv"
    write_gait([page, table], [gait], command=f"meshgait gait {path.name} -o gait.html")
    return page.read_text(encoding="utf-8"), table.read_bytes()


class _Told(Video):
    """A video that tells how far it was read."""

    def __init__(self, video: Video, tell: Tell) -> None:
        self.video, self.tell = video, tell
        self.name, self.fps, self.count, self.key = video.name, video.fps, video.count, video.key

    def frames(self, start: int = 0) -> Iterator[Frame]:
        for frame in self.video.frames(start):
            done = (frame.index + 1) / max(self.count or 0, frame.index + 1)
            self.tell(done, f"frame {frame.index + 1} of {self.count or 'many'}")
            yield frame


def people_of_video(path: Path, out: Path, tell: Tell) -> tuple[str, dict[str, Path]]:
    """The report of who walks in a video, and the clips of those who can be used."""
    command = f"meshgait video {path.name}"
    content = process(_Told(open_video(path), tell), out, progress=False, command=command)
    usable = [facts["name"] for facts in content["people"] if facts["usable"]]
    clips = {f"{name} of {path.name}": out / name / "clip.npz" for name in usable}
    return (out / "report.html").read_text(encoding="utf-8"), clips


def open_gallery(path: Path, clip: Path, *, create: bool = False) -> tuple[Gallery, np.ndarray]:
    """The gallery of the network that ships, and the embedding (1, P, C) of a clip."""
    model = load_model(usual({"silhouette"}).folder)
    gallery = Gallery.open(path, digest_of(model), model.embedding_shape, create=create)
    return gallery, embed(model, Clips([clip]), progress=False).values.numpy()
