"""Frames of a video one after the other: a file, a folder of images, or a camera."""

from __future__ import annotations

import hashlib
import os
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from jaxtyping import UInt8

from meshgait._optional import require
from meshgait.data.layouts.frame_numbers import frame_numbers
from meshgait.data.layouts.source import frame_names
from meshgait.errors import ConfigError, DataError
from meshgait.files.images import IMAGE_SUFFIXES, read_colours
from meshgait.files.regular import require_file
from meshgait.sequence.kind import describe_file

FOLDER_FPS = 25.0
_MOST_PIXELS = 1 << 26  # of a frame; 8K has half of it
_UNEVEN = 0.25  # of the usual time between frames: by so much more or less is a variable rate


@dataclass(frozen=True, eq=False)
class Frame:
    """Picture `index` of a video, and the seconds at which it was taken."""

    index: int
    seconds: float
    picture: UInt8[np.ndarray, "H W 3"]


class Video(ABC):
    """Something with frames. `fps` is what its header says, or what it was told.

    `count` is how many frames there should be, where that is known; `key` changes when the content
    does.
    """

    name: str
    fps: float
    count: int | None
    key: dict[str, Any]

    @abstractmethod
    def frames(self, start: int = 0) -> Iterator[Frame]:
        """The frames from number `start` on; one that cannot be read is warned of and left out."""


def open_video(source: str | Path, *, fps: float | None = None) -> Video:
    """A video by the name of a file or of a folder of images, or by the number of a camera.

    `fps` is in place of the rate that a file or folder has. Raises `DataError` for what is none
    of these and `ConfigError` for a rate that is none.
    """
    require_rate(fps)
    path = Path(source)
    if path.is_dir():
        return _Folder(path, fps)
    if is_camera(source):
        return _Camera(int(str(source)), fps)
    return _File(path, fps)


def require_rate(fps: float | None) -> None:
    """Raise `ConfigError` for a number of frames a second that is none."""
    if fps is not None and not 0 < fps <= 1000:
        raise ConfigError(f"frames per second must be above 0 and at most 1000, got {fps}")


def is_camera(source: str | Path) -> bool:
    """Whether a name is the number of a camera: no file or folder is called so."""
    return str(source).isdecimal() and not Path(source).exists()


class _Folder(Video):
    def __init__(self, path: Path, fps: float | None) -> None:
        names = frame_names(path, IMAGE_SUFFIXES)
        if not names:
            raise DataError(f"{path} has no images ({', '.join(IMAGE_SUFFIXES)}) in it")
        numbers = frame_numbers(names)
        self.path, self.name, self.fps = path, path.name, fps or FOLDER_FPS
        self.paths = [path / n for n in sorted(names, key=lambda n: (numbers[n] or 0, n))]
        self.count = len(names)
        self.key = {"folder": str(path.resolve()), "images": len(names), "digest": self._digest()}

    def _digest(self) -> str:
        """Of the names, sizes and times of all images."""
        found = hashlib.sha256()
        for path in self.paths:
            about = path.stat()
            state = about.st_size, about.st_mtime_ns, about.st_ctime_ns
            found.update(os.fsencode(f"{path.name}/{state}/"))
        return found.hexdigest()[:16]

    def frames(self, start: int = 0) -> Iterator[Frame]:
        size, seen = None, 0
        for index, path in enumerate(self.paths[start:], start):
            try:
                picture = read_colours(path)
            except (DataError, OSError) as error:
                warnings.warn(f"frame {index} is left out: {path} {error}", stacklevel=2)
                continue
            if size not in (None, picture.shape):
                raise DataError(f"{path} is not as large as the images before it; a video has one "
                                f"size: {picture.shape[:2]}, not {size[:2]}")  # fmt: skip
            size, seen = picture.shape, seen + 1
            yield Frame(index, index / self.fps, picture)
        if not seen and not start:
            raise DataError(f"{self.path}: none of its {self.count} images can be read")


class _Captured(Video):
    """What OpenCV opens."""

    @abstractmethod
    def _capture(self) -> Any:
        """OpenCV's source of frames, opened."""

    def _frames(self, capture: Any, start: int) -> Iterator[Frame]:
        cv2, index = _opencv(), 0
        try:
            while capture.grab():
                seconds = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
                if index >= start:
                    whole, picture = capture.retrieve()
                    if whole and picture is not None:
                        colours = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
                        yield Frame(index, self._moment(index, seconds), colours)
                index += 1
        finally:
            capture.release()
        self._ended(index)

    def _moment(self, index: int, seconds: float) -> float:
        return seconds

    def _ended(self, count: int) -> None:
        """All frames that there are were read."""


class _File(_Captured):
    def __init__(self, path: Path, fps: float | None) -> None:
        about = require_file(path)
        self.path, self.name, self.told = path, path.stem, fps
        cv2, capture = _opencv(), self._capture()
        self.fps = fps or _sound_rate(capture.get(cv2.CAP_PROP_FPS))
        count = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
        capture.release()
        self.count = count if 0 < count < 1 << 31 else None
        times = [about.st_mtime_ns, about.st_ctime_ns]
        self.key = {"file": str(path.resolve()), "size": about.st_size, "ns": times}

    def _capture(self) -> Any:
        cv2 = _opencv()
        capture = cv2.VideoCapture(_name(self.path))
        sides = [int(capture.get(p)) for p in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)]
        if capture.isOpened() and 0 < sides[0] * sides[1] <= _MOST_PIXELS:
            return capture
        capture.release()
        if sides[0] * sides[1] > _MOST_PIXELS:
            raise DataError(f"{self.path} announces {sides[0]} x {sides[1]} pixels, too many")
        raise DataError(
            f"{self.path} cannot be read as a video: it is {describe_file(self.path)}, and either "
            "cut short, damaged, without pictures, or of a kind that OpenCV does not know; MP4 "
            "with H.264 is known"
        )

    def frames(self, start: int = 0) -> Iterator[Frame]:
        yield from self._frames(self._capture(), start)

    def _moment(self, index: int, seconds: float) -> float:
        return index / self.told if self.told else seconds

    def _ended(self, count: int) -> None:
        if not count:
            raise DataError(f"{self.path} has not one frame that can be read")
        if self.count and count < self.count:
            warnings.warn(
                f"{self.path} announces {self.count} frames and ends after {count}: it is cut "
                "short or damaged; what was read counts",
                stacklevel=2,
            )


class _Camera(_Captured):
    def __init__(self, number: int, fps: float | None) -> None:
        self.number, self.name, self.count = number, f"camera {number}", None
        capture = self._capture()
        self.fps = fps or _sound_rate(capture.get(_opencv().CAP_PROP_FPS))
        capture.release()
        self.key = {"camera": number}

    def _capture(self) -> Any:
        capture = _opencv().VideoCapture(self.number)
        if not capture.isOpened():
            capture.release()
            raise DataError(f"there is no camera {self.number}, nor a file or folder of that name")
        return capture

    def frames(self, start: int = 0) -> Iterator[Frame]:
        """A camera has no frames but those to come: they are numbered from `start` on."""
        for frame in self._frames(self._capture(), 0):
            yield Frame(frame.index + start, (frame.index + start) / self.fps, frame.picture)


def usual_rate(
    seconds: np.ndarray, announced: float, numbers: np.ndarray | None = None
) -> tuple[float, bool]:
    """Frames per second as they came, and whether they came unevenly.

    `numbers` are those of the frames, where some are left out: that alone is not uneven.
    """
    gaps = np.diff(seconds) / (1 if numbers is None else np.diff(numbers))
    gaps = gaps[gaps > 0]
    if not len(gaps):
        return announced, False
    usual = float(np.median(gaps))
    return 1 / usual, bool((np.abs(gaps - usual) > _UNEVEN * usual).mean() > 0.01)


def _sound_rate(fps: float) -> float:
    return float(fps) if 1 <= fps <= 1000 else FOLDER_FPS


def _name(path: Path) -> str | bytes:
    """As OpenCV takes it: a text that is none, as names of files may be, would end the process."""
    name = os.fspath(path)
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name)
    return name


def _opencv() -> ModuleType:
    """OpenCV, which is not to tell users what it tried before it gave up."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    cv2 = require("cv2", extra="video")
    logging = getattr(cv2.utils, "logging", None)  # since OpenCV 5
    (cv2 if logging is None else logging).setLogLevel(0)
    return cv2
