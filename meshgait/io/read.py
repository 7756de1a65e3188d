"""Files of other people's tools, recognised by what is in them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from meshgait.errors import DataError, reason
from meshgait.files.torch_file import is_torch
from meshgait.io.content import describe_content, read_content
from meshgait.io.formats.aist import AIST
from meshgait.io.formats.alphapose import ALPHAPOSE
from meshgait.io.formats.amass import AMASS
from meshgait.io.formats.asf_amc import ASF_AMC
from meshgait.io.formats.bvh import BVH
from meshgait.io.formats.c3d import C3D
from meshgait.io.formats.coco import COCO
from meshgait.io.formats.gait3d import GAIT3D
from meshgait.io.formats.glamr import GLAMR
from meshgait.io.formats.gvhmr import GVHMR
from meshgait.io.formats.hrnet import HRNET
from meshgait.io.formats.humanml3d import HUMANML3D
from meshgait.io.formats.mediapipe import MEDIAPIPE
from meshgait.io.formats.multihmr import MULTIHMR
from meshgait.io.formats.openpose import OPENPOSE
from meshgait.io.formats.own import OWN
from meshgait.io.formats.parameters import PARAMETERS
from meshgait.io.formats.phalp import PHALP
from meshgait.io.formats.prompthmr import PROMPTHMR
from meshgait.io.formats.romp import ROMP
from meshgait.io.formats.sam3dbody import SAM3DBODY
from meshgait.io.formats.tram import TRAM
from meshgait.io.formats.vibe import VIBE
from meshgait.io.formats.wham import WHAM
from meshgait.io.ground import judged_axes
from meshgait.io.recording import Format, Recording
from meshgait.io.seen import Seen
from meshgait.io.size import embedded_body
from meshgait.io.track import BodyTrack, Track, TrackId
from meshgait.plugins import Registry

T = TypeVar("T")

FORMATS: tuple[Format, ...] = (
    OWN, ROMP, PHALP, WHAM, TRAM, GVHMR, PROMPTHMR, MULTIHMR, SAM3DBODY, PARAMETERS, VIBE, GLAMR,
    AMASS, AIST, HUMANML3D, GAIT3D, OPENPOSE, COCO, ALPHAPOSE, MEDIAPIPE, HRNET, BVH, ASF_AMC, C3D,
)  # fmt: skip

ALL_FORMATS: Registry[Format] = Registry(
    "format", "meshgait.formats", {kind.name: kind for kind in FORMATS},
    what="a meshgait.io.Format", accepts=lambda thing: isinstance(thing, Format),
)  # fmt: skip
"""These and those of other packages, which are asked where none of ours claims a file."""

# All that arrays of wrong shapes, missing keys and nonsense were seen to raise.
_BROKEN = (
    KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError, MemoryError,
    StopIteration, RuntimeError, ArithmeticError,
)  # fmt: skip


def recognise(path: str | Path) -> Format | None:
    """The format of a file or folder, or None; errors as `read`."""
    return _recognise(Path(path), read_content(path))


def read(path: str | Path) -> Recording:
    """The people of a file or folder of any format in `FORMATS`; the name does not matter.

    Raises `FileNotFoundError`, `UnsafeFileError` for a pickle that would run code, and `DataError`
    for a damaged file and for one of an unknown format, with what was found and what is known.
    """
    path = Path(path)
    found, content = _open(path)
    tracks = _people(path, found, found.tracks, content)
    return Recording(found, {name: _with_doubt(track) for name, track in tracks.items()})


def read_seen(path: str | Path) -> dict[TrackId, Seen]:
    """The people of a file as the camera of their video saw them; errors as `read`.

    `DataError` where the format has no such camera.
    """
    path = Path(path)
    found, content = _open(path)
    if found.seen is None:
        able = ", ".join(kind.title for kind in _known() if kind.seen is not None)
        raise DataError(
            f"{path} ({found.title}) does not say how a camera saw its bodies, so they cannot be "
            f"laid over a video; files that say it are those of {able}"
        )
    return _people(path, found, found.seen, content)


def _open(path: Path) -> tuple[Format, Any]:
    content = read_content(path)
    found = _recognise(path, content)
    if found is None:
        if path.is_file() and is_torch(path):
            raise DataError(f"{path} is a checkpoint of PyTorch, not a walk")
        known = ", ".join(kind.title for kind in _known())
        raise DataError(
            f"{path} is of no known format: it holds {describe_content(content)}; "
            f"known are {known}",
            code="format",
        )
    return found, content


def _people(
    path: Path, found: Format, take: Callable[[Any], dict[TrackId, T]], content: Any
) -> dict[TrackId, T]:
    try:
        tracks = take(content)
    except DataError as error:
        text = str(error)
        named = text if text.startswith(str(path)) else f"{path} ({found.title}): {text}"
        raise type(error)(named) from error
    except _BROKEN as error:
        raise DataError(
            f"{path} looks like {found.title} but is damaged: "
            f"{type(error).__name__}: {reason(error)}"
        ) from error
    if not tracks:
        raise DataError(f"{path} ({found.title}) has nobody in it")
    return tracks


def _with_doubt(track: Track) -> Track:
    """A body with a note where its axes, which the format states, make it walk lying."""
    if not isinstance(track, BodyTrack):
        return track
    axes = judged_axes(track, embedded_body())
    if axes == track.axes:
        return track
    found = "y down" if axes == "camera" else axes
    return track.noted(
        f"the body walks lying, with {found}, though files of this kind have {track.axes}: turn it"
    )


def _known() -> Iterator[Format]:
    """Our formats, then those of other packages, imported when it is their turn."""
    yield from FORMATS
    yield from ALL_FORMATS.plugins().values()


def _recognise(path: Path, content: Any) -> Format | None:
    for kind in _known():
        try:
            if kind.claims(content):
                return kind
        except DataError:
            raise
        except _BROKEN as error:
            if kind not in FORMATS:
                warnings.warn(f"format {kind.name}, a plug-in, fails: {error!r}", stacklevel=2)
                continue
            raise DataError(
                f"{path} is damaged: {type(error).__name__}: {reason(error)}"
            ) from error
    return None
