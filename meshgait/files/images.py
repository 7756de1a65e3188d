"""Images of strangers: the header is judged before a pixel is unpacked, then what a pixel means."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from jaxtyping import Shaped, UInt8
from PIL import Image, ImageOps, UnidentifiedImageError

from meshgait.errors import DataError, reason
from meshgait.files.pixels import grey_levels, labels, require_dark_border
from meshgait.files.regular import require_file

Content = TypeVar("Content")
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp")
MOST_PIXELS = 4096 * 4096  # of one frame; cameras of the data sets have a fifth of it
_PNG_END = b"IEND\xaeB`\x82"
_MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "I", "I;16", "I;16B", "I;16L")
_STEPS = {"L;2": 85, "L;4": 17}  # between neighbouring greys of 2 and 4 bits, as Pillow reads them
_CHROMA = 16  # by how much JPEG was seen to colour a grey image, with a margin
# All that Pillow was seen to raise for a damaged image.
_BROKEN = (
    OSError, ValueError, TypeError, SyntaxError, EOFError, KeyError, IndexError, OverflowError,
    MemoryError, UnidentifiedImageError, Image.DecompressionBombError,
)  # fmt: skip


def read_silhouette(path: Path) -> tuple[UInt8[np.ndarray, "H W"], str | None]:
    """A silhouette as grey values, and what was understood where that needs to be told.

    The mask is in alpha where that varies; a palette of colours numbers labels, one of greys has
    grey values; see `meshgait.files.pixels.grey_levels` for the numbers. Raises `DataError`,
    without the path, for what is coloured, inverted, damaged, or of more than `MOST_PIXELS`.
    """
    levels, note = _read(path, _silhouette)
    require_dark_border(levels)
    return levels, note


def read_labels(path: Path, count: int) -> UInt8[np.ndarray, "H W"]:
    """A map of labels 0 to `count - 1`: the indices of a palette, or grey values as they are.

    Raises `DataError`, without the path, for other labels, for colours, and as `read_silhouette`.
    """
    return labels(_read(path, _labels), count)


def read_colours(path: Path) -> UInt8[np.ndarray, "H W 3"]:
    """A photograph as RGB, as its camera was held; errors as those of `read_silhouette`."""
    return _read(path, lambda image: np.array(ImageOps.exif_transpose(image).convert("RGB")))


def _read(path: Path, meaning: Callable[[Image.Image], Content]) -> Content:
    """A PNG that is cut short or goes on after its end is refused."""
    require_file(path)
    try:
        with warnings.catch_warnings(), Image.open(path, formats=("PNG", "BMP", "JPEG")) as image:
            warnings.simplefilter("ignore")  # Pillow's own about large images: ours is stricter
            _judge(image)
            found = meaning(image)
            is_png = image.format == "PNG"
    except DataError:
        raise
    except _BROKEN as error:
        raise DataError(f"cannot be read as an image ({_first_line(error)})") from error
    if is_png and not _ends_with(path, _PNG_END):
        raise DataError("goes on after the end of its image, or has none")
    return found


def _judge(image: Image.Image) -> None:
    """Raise `DataError` for an image that is not to be unpacked."""
    width, height = image.size
    if width * height > MOST_PIXELS or min(width, height) < 1:
        raise DataError(f"its header announces {height} x {width} pixels, which is absurd")
    if image.mode not in _MODES:
        raise DataError(f"its pixels are of type {image.mode}; save it in grey, of 8 bits")


def _silhouette(image: Image.Image) -> tuple[UInt8[np.ndarray, "H W"], str | None]:
    alpha = _alpha(image)
    if alpha is not None and alpha.min() != alpha.max():
        return grey_levels(alpha)[0], "has its mask in alpha, which was read"
    if image.mode in ("P", "PA"):
        return _of_palette(image)
    lossy = image.format == "JPEG"
    values = _one_channel(image, _CHROMA if lossy else 0)
    if values is None:
        return _of_colours(np.asarray(image.convert("RGB")))
    if not lossy:
        return grey_levels(values)
    if values.max() not in (0, *range(128, 256)):
        raise DataError(
            f"is a JPEG of at most {values.max()}, where noise and mask look the same", code="image"
        )
    return grey_levels(values > 127)  # JPEG strews grey around an edge


def _alpha(image: Image.Image) -> UInt8[np.ndarray, "H W"] | None:
    if image.mode in ("LA", "PA", "RGBA"):
        return np.asarray(image.getchannel("A"))
    key = image.info.get("transparency")
    # Where black alone is transparent, that says nothing more than its grey does.
    is_black = image.mode != "P" and key in (0, (0, 0, 0))
    if key is None or is_black or image.mode.startswith("I"):
        return None
    return np.asarray(image.convert("RGBA").getchannel("A"))


def _of_palette(image: Image.Image) -> tuple[UInt8[np.ndarray, "H W"], str | None]:
    indices, colours = _indices(image), np.asarray(image.convert("RGB"))
    if (colours == colours[..., :1]).all():
        return grey_levels(colours[..., 0])
    found = np.unique(indices[indices > 0])
    if len(found) > 1:
        raise DataError(
            f"has {len(found)} labels or colours beside its background; one is needed", code="image"
        )
    return grey_levels(indices > 0)[
        0
    ], "has a palette of labels; the one beside 0 was read as white"


def _indices(image: Image.Image) -> UInt8[np.ndarray, "H W"]:
    indices = np.asarray(image)
    return indices[..., 0] if indices.ndim == 3 else indices  # beside alpha


def _one_channel(image: Image.Image, tolerance: int) -> Shaped[np.ndarray, "H W"] | None:
    """Values of an image without colours, `None` for one that has some."""
    if image.mode in ("1", "L", "LA") or image.mode.startswith("I"):
        values = np.asarray(image)
        return values[..., 0] if values.ndim == 3 else values
    colours = np.asarray(image.convert("RGB"))
    spread = colours.max(axis=-1) - colours.min(axis=-1)
    return colours[..., 1] if int(spread.max()) <= tolerance else None


def _of_colours(colours: UInt8[np.ndarray, "H W 3"]) -> tuple[UInt8[np.ndarray, "H W"], str | None]:
    """One colour on black is a mask."""
    mask: np.ndarray = np.asarray(colours.any(axis=-1))
    person = colours[mask]
    if (person != person[0]).any():
        raise DataError(
            "is coloured: a silhouette is grey, or of one colour on black", code="image"
        )
    return grey_levels(mask)[0], "has one colour on black, which was read as white"


def _labels(image: Image.Image) -> Shaped[np.ndarray, "H W"]:
    if image.format == "JPEG":
        raise DataError(
            "is a JPEG, which changes labels; parsing maps are PNG or BMP", code="image"
        )
    if image.mode in ("P", "PA"):
        return _indices(image)
    tiles = getattr(image, "tile", ())
    step = _STEPS.get(str(tiles[0][3]), 1) if tiles else 1
    values = _one_channel(image, 0)
    if values is None:
        raise DataError(
            "is coloured: a parsing map holds labels, in grey or by a palette", code="image"
        )
    return values // step


def _first_line(error: BaseException) -> str:
    """What went wrong, without the name of the file: equal troubles are counted together."""
    if isinstance(error, UnidentifiedImageError):
        return "no known format"
    return reason(error)


def _ends_with(path: Path, end: bytes) -> bool:
    with path.open("rb") as file:
        file.seek(-len(end), 2)
        return file.read() == end
