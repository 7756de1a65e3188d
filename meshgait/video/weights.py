"""The networks that see people: MediaPipe's two, fetched once by pip as data, checked and kept."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile, ZipFile

from meshgait.errors import DependencyError
from meshgait.files.lock import locked
from meshgait.files.storage import cache_dir, written_whole

WHEEL = "mediapipe==0.10.14"  # the last but a few with networks inside; Apache-2.0
FETCH = "meshgait doctor --fetch"
_PIP = (
    "download", "--no-deps", "--only-binary", ":all:", "--python-version", "3.12",
    "--platform", "manylinux2014_x86_64", WHEEL,
)  # fmt: skip
_LICENCE = "LICENSE"
# Where each lies in the wheel, and its SHA-256.
_CONTENT = {
    "pose_detection.tflite": (
        "mediapipe/modules/pose_detection/pose_detection.tflite",
        "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
    ),
    "pose_landmark_full.tflite": (
        "mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
        "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
    ),
    _LICENCE: (
        "mediapipe-0.10.14.dist-info/LICENSE",
        "8707eef0533987efc5b155d64761eeb6e20793f50b9bd1a68dad1cf4719d0ed8",
    ),
}


class PoseWeights(NamedTuple):
    """Files of the detector of people and of the network of 33 landmarks and a mask."""

    detection: Path
    landmarks: Path


def find_weights() -> PoseWeights | None:
    """The files in the cache whose content is right to the last bit, if they are all there."""
    folder = _folder()
    if not all(_is_right(folder / name) for name in _CONTENT):
        return None
    detection, landmarks, _ = (folder / name for name in _CONTENT)
    return PoseWeights(detection, landmarks)


def pose_weights() -> PoseWeights:
    """The files in the cache; what is not there or not right is fetched first.

    A wheel of `WHEEL` that somebody put into the cache's folder will do without a connection.
    Raises `DependencyError` where they cannot be had, with the command for a machine that is
    connected.
    """
    found = find_weights()
    if found is not None:
        return found
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder, wait=True):
        found = find_weights()  # another process may have fetched them while this one waited
        if found is None:
            _fetch(folder)
            found = find_weights()
    if found is None:
        raise DependencyError(
            _sentence("what was fetched is not what it should be", folder), code="video-weights"
        )
    return found


def _folder() -> Path:
    return cache_dir() / "video"


def _is_right(path: Path) -> bool:
    expected = _CONTENT[path.name][1]
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == expected


def _fetch(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        wheels = sorted(folder.glob("mediapipe-0.10.14-*.whl"))
        if not wheels:
            _download(Path(temporary), folder)
            wheels = sorted(Path(temporary).glob("*.whl"))
        try:
            with ZipFile(wheels[0]) as archive:
                for name, (inside, _) in _CONTENT.items():
                    with written_whole(folder / name) as part, part.open("wb") as file:
                        shutil.copyfileobj(archive.open(inside), file)
        except (BadZipFile, KeyError, IndexError) as error:
            raise DependencyError(
                _sentence(f"{WHEEL} is damaged ({error})", folder), code="video-weights"
            ) from error


def _download(into: Path, folder: Path) -> None:
    print(f"meshgait: fetching the networks that see people ({WHEEL}, 36 MB)", file=sys.stderr)
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *_PIP]
    try:
        done = subprocess.run(  # noqa: S603
            [*command, "--dest", str(into)], capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise DependencyError(
            _sentence(f"pip cannot be run: {error.strerror}", folder), code="video-weights"
        ) from error
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        reason = lines[-1].removeprefix("ERROR: ") if lines else f"pip ended with {done.returncode}"
        raise DependencyError(_sentence(f"pip says: {reason[:200]}", folder), code="video-weights")


def _sentence(reason: str, folder: Path) -> str:
    return (
        f"the networks that see people are not in {folder} and cannot be fetched ({reason}); run "
        f"`{FETCH}` with a connection, or `pip {' '.join(_PIP)}` elsewhere and copy the wheel there"
    )
