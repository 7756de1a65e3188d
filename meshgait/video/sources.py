"""Which videos are meant by names of files and folders, and what each is called among them."""

from __future__ import annotations

import os
import unicodedata
import warnings
from collections.abc import Sequence
from pathlib import Path

from meshgait.data.layouts.source import frame_names
from meshgait.errors import ConfigError, DataError
from meshgait.files.images import IMAGE_SUFFIXES
from meshgait.video.overview import LIST, PAGE
from meshgait.video.reader import is_camera
from meshgait.video.results import OVERLAY

VIDEO_SUFFIXES = (
    ".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".mts", ".m2ts", ".wmv",
    ".flv", ".3gp", ".ogv",
)  # fmt: skip


Sources = str | Path | Sequence[str | Path]


def listed(sources: Sources) -> list[str | Path]:
    """One name as a list of one."""
    return [sources] if isinstance(sources, str | Path) else [*sources]


def find_videos(sources: Sources) -> dict[str, Path]:
    """The videos that files, folders of images and folders of videos are, by their names.

    A file is called as it is without its suffix; a folder of images as it is; what a folder has in
    it or below it by its path from there, without the suffix. Hidden files, symbolic links below a
    folder, files that are called like no video and overlays of ours are left out. A folder of
    images is one with images directly in it; where there are videos beside them, nobody knows which
    are meant. Raises `DataError` for that and for a folder with neither, `ConfigError` for a camera
    and for two videos whose results would lie in one folder or one in the other's.

    >>> sorted(find_videos(["a/walk.mp4", "b/run.avi"]))
    ['run', 'walk']
    """
    found: list[tuple[str, Path]] = []
    for source in listed(sources):
        if is_camera(source):
            raise ConfigError(
                f"camera {source} cannot be one of several videos: it is filmed alone, into a "
                "folder of its own"
            )
        path = Path(source)
        if path.is_dir() and not _is_of_images(path):
            found += _below(path)
        else:
            found.append((_name_of(path), path))
    if not found:
        raise DataError("no video is named")
    _require_apart(found)
    return dict(found)


def is_single(sources: Sequence[str | Path]) -> bool:
    """Whether one file, camera or folder of images is meant: it needs no folder of its own."""
    path = Path(sources[0])
    return len(sources) == 1 and (not path.is_dir() or _is_of_images(path))


def _is_of_images(folder: Path) -> bool:
    """Whether a folder has images directly in it; `DataError` where there are videos, too."""
    images = frame_names(folder, IMAGE_SUFFIXES)
    videos = [name for name in sorted(os.listdir(folder)) if _is_video(folder, name)]
    if images and videos:
        raise DataError(
            f"{folder} has images ({images[0]}) and videos ({videos[0]}) directly in it, and "
            "either could be meant: name the videos, or move one kind away"
        )
    return bool(images)


def _is_video(folder: str | Path, name: str) -> bool:
    path = Path(folder, name)
    return (
        path.suffix.lower() in VIDEO_SUFFIXES
        and not name.startswith(".")
        and not path.is_symlink()
        and path.is_file()
        and not (name == OVERLAY and _has_results(path.parent))
    )


def _has_results(folder: Path) -> bool:
    """Whether a video was watched into this folder, or begun to be."""
    return (folder / "people.json").exists() or (folder / "work" / "key.json").exists()


def _below(root: Path) -> list[tuple[str, Path]]:
    """All videos in a folder and below it, folder by folder in order of their names."""
    found = []
    for folder, folders, names in os.walk(root, onerror=_tell):  # it follows no links
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if _is_video(folder, name):
                path = Path(folder, name)
                found.append((path.relative_to(root).with_suffix("").as_posix(), path))
    if not found:
        raise DataError(
            f"{root} has no images ({', '.join(IMAGE_SUFFIXES)}) in it, and no videos "
            f"({', '.join(VIDEO_SUFFIXES)}) in it or below it; links are not followed"
        )
    return found


def _tell(error: OSError) -> None:
    warnings.warn(f"{error.filename} is left out: {error.strerror}", stacklevel=4)


def _name_of(path: Path) -> str:
    whole = path.name if path.name not in ("", "..") else path.resolve().name
    return whole if path.is_dir() or not path.stem.strip(".") else path.stem


def _require_apart(found: Sequence[tuple[str, Path]]) -> None:
    """Raise `ConfigError` for two whose results would lie in one folder or one in the other's."""
    taken: dict[tuple[str, ...], str] = {
        _parts(name): "the page or the list of all videos" for name in (PAGE, LIST)
    }
    for name, path in sorted(found, key=lambda each: each[0].count("/")):
        parts = _parts(name)
        for end in range(1, len(parts) + 1):
            if parts[:end] in taken:
                raise ConfigError(
                    f"{taken[parts[:end]]} and {path} would both be written into the folder "
                    f"{'/'.join(name.split('/')[:end])}; rename one of them, or give them to two "
                    "commands that write into different folders"
                )
        taken[parts] = str(path)


def _parts(name: str) -> tuple[str, ...]:
    """The folders of a name as systems see them that do not tell all letters apart."""
    return tuple(unicodedata.normalize("NFC", name).casefold().split("/"))
