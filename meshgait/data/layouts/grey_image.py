"""Grey pictures of strangers: the header is judged before a pixel is unpacked."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image, UnidentifiedImageError

from meshgait.errors import DataError
from meshgait.files.regular import require_file

MOST_PIXELS = 4096 * 4096  # of one frame; cameras of the data sets have a fifth of it
_PNG_END = b"IEND\xaeB`\x82"
# All that Pillow was seen to raise for a damaged picture.
_BROKEN = (
    OSError, ValueError, TypeError, SyntaxError, EOFError, KeyError, IndexError, OverflowError,
    MemoryError, UnidentifiedImageError, Image.DecompressionBombError,
)  # fmt: skip


def read_grey(path: Path) -> UInt8[np.ndarray, "H W"]:
    """The picture as grey values; `DataError`, without the path, for anything else.

    A PNG that is cut short or goes on after its end is refused, as is a picture of more than
    `MOST_PIXELS`, whatever its file holds.
    """
    require_file(path)
    try:
        with warnings.catch_warnings(), Image.open(path, formats=("PNG", "BMP", "JPEG")) as image:
            warnings.simplefilter("ignore")  # Pillow's own about large pictures: ours is stricter
            _judge(image)
            grey = np.array(image.convert("L"))
            is_png = image.format == "PNG"
    except DataError:
        raise
    except _BROKEN as error:
        raise DataError(f"cannot be read as a picture ({_first_line(error)})") from error
    if is_png and not _ends_with(path, _PNG_END):
        raise DataError("goes on after the end of its picture, or has none")
    return grey


def _judge(image: Image.Image) -> None:
    """Raise `DataError` for a picture that is not to be unpacked."""
    width, height = image.size
    if width * height > MOST_PIXELS or min(width, height) < 1:
        raise DataError(f"its header announces {height} x {width} pixels, which is absurd")
    if image.mode.startswith(("I", "F")):
        raise DataError(f"its pixels are of type {image.mode}, not of 8 bits")


def _first_line(error: BaseException) -> str:
    """What went wrong, without the name of the file: equal troubles are counted together."""
    if isinstance(error, UnidentifiedImageError):
        return "no known format"
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _ends_with(path: Path, end: bytes) -> bool:
    with path.open("rb") as file:
        file.seek(-len(end), 2)
        return file.read() == end
