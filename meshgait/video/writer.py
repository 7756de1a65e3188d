"""A video file of pictures: H.264 where there is an ffmpeg, else MPEG-4."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from meshgait._optional import require
from meshgait.errors import StorageError
from meshgait.files.storage import written_whole


def write_video(
    path: str | Path, pictures: Iterable[UInt8[np.ndarray, "H W 3"]], *, fps: float
) -> None:
    """Write an .mp4 of RGB pictures of one size, whole or not at all.

    Sides that are odd lose a row or column: players want even ones.
    """
    with written_whole(path) as part:
        inner = part.with_name(part.name + ".mp4")  # writers tell the kind by the ending
        try:
            program = _encoder()
            if program is None:
                _by_opencv(inner, pictures, fps)
            else:
                _by_ffmpeg(program, inner, pictures, fps)
            inner.replace(part)
        finally:
            inner.unlink(missing_ok=True)


def _encoder() -> str | None:
    """An ffmpeg that knows H.264, if there is one."""
    program = shutil.which("ffmpeg")
    if program is None:
        return None
    told = subprocess.run(  # noqa: S603
        [program, "-hide_banner", "-encoders"], capture_output=True, text=True, check=False
    )
    return program if "libx264" in told.stdout else None


def _even(picture: np.ndarray) -> np.ndarray:
    height, width = picture.shape[0] // 2 * 2, picture.shape[1] // 2 * 2
    return np.ascontiguousarray(picture[:height, :width])


def _by_opencv(path: Path, pictures: Iterable[np.ndarray], fps: float) -> None:
    cv2, writer = require("cv2", extra="video"), None
    for picture in pictures:
        even = _even(picture)
        if writer is None:
            kind = cv2.VideoWriter_fourcc(*"mp4v")
            writer = cv2.VideoWriter(str(path), kind, fps, (even.shape[1], even.shape[0]))
        writer.write(even[..., ::-1])
    if writer is not None:
        writer.release()
    if not path.is_file() or not path.stat().st_size:
        raise StorageError(f"{path.parent} takes no video; write into another folder")


def _by_ffmpeg(program: str, path: Path, pictures: Iterable[np.ndarray], fps: float) -> None:
    process = None
    for picture in pictures:
        even = _even(picture)
        if process is None:
            size = f"{even.shape[1]}x{even.shape[0]}"
            process = subprocess.Popen(  # noqa: S603
                [program, "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24",
                 "-s", size, "-r", f"{fps:.6f}", "-i", "-", "-an", "-vcodec", "libx264",
                 "-pix_fmt", "yuv420p", str(path)],
                stdin=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        if process.stdin is None or process.poll() is not None:
            break
        process.stdin.write(even.tobytes())
    if process is not None and process.stdin is not None:
        process.stdin.close()
        if process.wait():
            raise StorageError(f"ffmpeg cannot write {path.parent}; write into another folder")
