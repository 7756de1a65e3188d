"""What commands on galleries have in common: the network, its clips, and videos as clips."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jsonargparse import ArgumentParser, Namespace

if TYPE_CHECKING:
    from meshgait.gallery import Gallery

RESEARCH = "for research: gait is a biometric; enrol only people who agreed to it"


def add_gallery(parser: ArgumentParser) -> None:
    """`--gallery`."""
    parser.add_argument(
        "--gallery", type=Path, default=Path("gallery.db"), help="file that only you can read"
    )


def add_network(parser: ArgumentParser) -> None:
    """`--checkpoint`, `--model` and from where bodies are seen."""
    from meshgait.cli._clips import add_camera
    from meshgait.cli._models import add_model

    parser.add_argument(
        "--checkpoint", type=Path | None, default=None, help="the network, in place of the best "
        "that comes with meshgait and reads silhouettes; a gallery keeps to one network",
    )  # fmt: skip
    add_model(parser)
    add_camera(parser)


def network_of(chosen: Namespace) -> Any:
    """The network that was chosen."""
    from meshgait.cli._models import load_network
    from meshgait.weights.shipped import usual

    path = usual({"silhouette"}).folder if chosen.checkpoint is None else chosen.checkpoint
    return load_network(path, chosen.model)


def open_gallery(chosen: Namespace, model: Any, *, create: bool = False) -> Gallery:
    """The gallery of this network."""
    from meshgait.gallery import Gallery, digest_of

    return Gallery.open(
        chosen.gallery, digest_of(model), tuple(model.embedding_shape), create=create
    )


def embedded(paths: Sequence[Path], model: Any, chosen: Namespace) -> np.ndarray:
    """Embeddings (N, P, C) of clips."""
    from meshgait.cli._clips import WalkFiles
    from meshgait.evaluation import embed

    return embed(model, WalkFiles(paths, model, chosen), progress=False).values.numpy()


def clips_in(path: Path, work: Path) -> list[tuple[str, Path]]:
    """A clip as it is, under its name; of a video or folder of images those of all people."""
    from meshgait.errors import DataError
    from meshgait.video.pipeline import process
    from meshgait.video.reader import open_video

    if not _is_video(path):
        return [(str(path), path)]
    content = process(open_video(path), work)
    for facts in content["people"]:
        if not facts["usable"]:
            say(f"{path}: {facts['name']} is left out: {facts['why_not']}")
    usable = [facts["name"] for facts in content["people"] if facts["usable"]]
    if not usable:
        raise DataError(f"{path} shows nobody well enough; see {work / 'report.html'}")
    return [(f"{path}, {name}", work / name / "clip.npz") for name in usable]


def _is_video(path: Path) -> bool:
    """A file that begins as videos do, or a folder of images; all else holds clips or bodies."""
    from meshgait.data.layouts.source import frame_names
    from meshgait.files.images import IMAGE_SUFFIXES
    from meshgait.sequence.kind import describe_file

    if path.is_dir():
        return bool(frame_names(path, IMAGE_SUFFIXES))
    return path.exists() and describe_file(path) == "a video"


def say(text: str) -> None:
    """One line on stderr."""
    print(f"meshgait: {text}", file=sys.stderr)
