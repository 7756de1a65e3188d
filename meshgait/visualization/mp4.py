"""A video file of pictures: H.264 (yuv420p), which every player and browser shows."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from meshgait._optional import require
from meshgait.errors import DependencyError, StorageError
from meshgait.files.storage import written_whole


def write_video(
    path: str | Path, pictures: Iterable[UInt8[np.ndarray, "H W 3"]], *, fps: float
) -> None:
    """Write an .mp4 of RGB pictures of one size, whole or not at all.

    Sides that are odd lose a row or column: players want even ones. Raises `DependencyError` where
    there is no encoder, neither the system's ffmpeg nor that of imageio-ffmpeg.
    """
    program = _encoder()
    with written_whole(path) as part:
        inner = part.with_name(part.name + ".mp4")  # writers tell the kind by the ending
        try:
            _encode(program, inner, pictures, fps)
            if not inner.is_file():
                raise StorageError(f"there is no picture to write into {path}")
            inner.replace(part)
        finally:
            inner.unlink(missing_ok=True)


def _encoder() -> str:
    """An ffmpeg that knows H.264: the system's, or the one that pip brings."""
    program = shutil.which("ffmpeg")
    if program is not None:
        told = subprocess.run(  # noqa: S603
            [program, "-hide_banner", "-encoders"], capture_output=True, text=True, check=False
        )
        if "libx264" in told.stdout:
            return program
    try:
        return str(require("imageio_ffmpeg", extra="video").get_ffmpeg_exe())
    except (DependencyError, RuntimeError) as error:
        raise DependencyError(
            "no ffmpeg that writes H.264 is here; install one with pip install 'meshgait[video]', "
            "or write a .gif or .html instead"
        ) from error


def _even(picture: np.ndarray) -> np.ndarray:
    height, width = picture.shape[0] // 2 * 2, picture.shape[1] // 2 * 2
    return np.ascontiguousarray(picture[:height, :width])


def _encode(program: str, path: Path, pictures: Iterable[np.ndarray], fps: float) -> None:
    process: subprocess.Popen[bytes] | None = None
    try:
        for picture in pictures:
            even = _even(picture)
            if process is None:
                process = _start(program, path, even.shape[:2], fps)
            if process.stdin is None or process.poll() is not None:
                break
            process.stdin.write(even.tobytes())
        if process is not None and process.stdin is not None:
            process.stdin.close()
            if process.wait():
                raise StorageError(f"ffmpeg cannot write {path.parent}; write into another folder")
    finally:
        if process is not None and process.poll() is None:  # the pictures ended in an error
            process.kill()
            process.communicate()


def _start(program: str, path: Path, size: tuple[int, int], fps: float) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603
        [program, "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24",
         "-s", f"{size[1]}x{size[0]}", "-r", f"{fps:.6f}", "-i", "-", "-an", "-vcodec", "libx264",
         "-pix_fmt", "yuv420p", "-movflags", "+faststart", str(path)],
        stdin=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
