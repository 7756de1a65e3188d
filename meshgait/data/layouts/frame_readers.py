"""One frame from one file: a record for each kind of file, called with its path.

Each gives the frame, with a note where it was not taken as it is, or raises `DataError` that says
why not, without the path.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Shaped, UInt8

from meshgait.errors import DataError
from meshgait.files.images import IMAGE_SUFFIXES, read_colours, read_labels, read_silhouette
from meshgait.files.regular import opened, parse_json
from meshgait.io.formats.romp_frame import read_romp_frame
from meshgait.modalities.alignment import align
from meshgait.modalities.parsing import PARSING_LABELS
from meshgait.modalities.silhouette import is_visible

MOST_TEXT = 1 << 20  # bytes of a file with the joints of one frame


class FrameReader(ABC):
    """A kind of file that holds one frame of a modality."""

    modality: str
    suffixes: tuple[str, ...]

    @abstractmethod
    def __call__(self, path: Path) -> tuple[Shaped[np.ndarray, "..."], str | None]:
        """The frame, and perhaps a note; `DataError` when there is none that can be used."""


@dataclass(frozen=True)
class SilhouetteFile(FrameReader):
    """An image of a person's silhouette anywhere in the frame, to be normalised."""

    side: int = 64
    modality = "silhouette"
    suffixes = IMAGE_SUFFIXES

    def __call__(self, path: Path) -> tuple[UInt8[np.ndarray, "S W"], str | None]:
        """Scaled, centred and cut as the field does; see `meshgait.modalities.align`."""
        grey, note = read_silhouette(path)
        return _aligned(grey, grey > 0, self.side, visible=bool(is_visible(grey))), note


@dataclass(frozen=True)
class AlignedFile(FrameReader):
    """An image of a silhouette that its owner has normalised (GREW)."""

    modality = "silhouette"
    suffixes = IMAGE_SUFFIXES

    def __call__(self, path: Path) -> tuple[UInt8[np.ndarray, "S W"], str | None]:
        """The image without the margins that no network looks at."""
        grey, note = read_silhouette(path)
        return cut_margins(grey), note


@dataclass(frozen=True)
class ParsingFile(FrameReader):
    """An image of labels 0 to 11, to be normalised (Gait3D-Parsing)."""

    side: int = 64
    modality = "parsing"
    suffixes = IMAGE_SUFFIXES

    def __call__(self, path: Path) -> tuple[UInt8[np.ndarray, "S W"], str | None]:
        """Scaled without mixing labels, centred and cut."""
        labels = read_labels(path, PARSING_LABELS)
        visible = bool(is_visible(labels > 0))
        return _aligned(labels, labels > 0, self.side, visible=visible, labels=True), None


@dataclass(frozen=True)
class PoseText(FrameReader):
    """Two numbers, then x, y and confidence of 17 joints, with commas between (HRNet, Gait3D)."""

    modality = "skeleton2d"
    suffixes = (".txt",)

    def __call__(self, path: Path) -> tuple[Float[np.ndarray, "17 3"], str | None]:
        """The joints in pixels of the image."""
        text = _text(path)
        try:
            numbers = [float(word) for word in text.replace("\n", ",").split(",") if word]
        except ValueError as error:
            raise DataError("holds something else than numbers with commas between") from error
        if len(numbers) != 53:
            raise DataError(f"holds {len(numbers)} numbers; 2 and 17 x 3 make 53")
        return np.array(numbers[2:], np.float32).reshape(17, 3), None


@dataclass(frozen=True)
class PoseJson(FrameReader):
    """OpenPose's JSON of one frame; the first person in it is taken, as the field does."""

    modality = "skeleton2d"
    suffixes = (".json",)
    joints: int = 18

    def __call__(self, path: Path) -> tuple[Float[np.ndarray, "J 3"], str | None]:
        """The joints in pixels of the image."""
        text = _text(path)
        try:
            people = parse_json(text, name="the file")["people"]
            joints = np.array(people[0]["pose_keypoints_2d"], np.float32) if people else None
        except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
            raise DataError("is not the JSON that OpenPose writes") from error
        if joints is None:
            raise DataError("shows nobody")
        if joints.shape != (3 * self.joints,):
            raise DataError(f"holds {joints.size} numbers for {self.joints} joints")
        return joints.reshape(self.joints, 3), None


@dataclass(frozen=True)
class JointsJson(FrameReader):
    """JSON of one frame with the places of joints under one key."""

    key: str
    joints: int = 24
    modality = "skeleton3d"
    suffixes = (".json",)

    def __call__(self, path: Path) -> tuple[Float[np.ndarray, "J 3"], str | None]:
        """X, y and z of each joint, as they are; numbers beyond three are not looked at."""
        text = _text(path)
        try:
            rows = parse_json(text, name="the file")[self.key]
            places = np.array([row[:3] for row in rows], np.float32)
        except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
            raise DataError(f"has no list of joints under {self.key!r}") from error
        if places.shape != (self.joints, 3):
            raise DataError(f"has joints {places.shape} under {self.key!r}, not {self.joints} x 3")
        return places, None


@dataclass(frozen=True)
class DepthFile(FrameReader):
    """A coloured image of a laser scan."""

    modality = "depth_image"
    suffixes = IMAGE_SUFFIXES

    def __call__(self, path: Path) -> tuple[UInt8[np.ndarray, "3 H W"], str | None]:
        """Red, green and blue."""
        return read_colours(path).transpose(2, 0, 1), None


@dataclass(frozen=True)
class RompFile(FrameReader):
    """ROMP's .npz of one frame (Gait3D's 3D_SMPLs)."""

    modality = "smpl"
    suffixes = (".npz",)

    def __call__(self, path: Path) -> tuple[Float[np.ndarray, " 85"], str | None]:
        """Camera, pose and shape of the first person."""
        return read_romp_frame(path), None


def cut_margins(frames: UInt8[np.ndarray, "*batch S W"]) -> UInt8[np.ndarray, "*batch S w"]:
    """Square frames without 10 of 64 columns on each side; those that were cut already as are.

    What is cut twice, or never, silently costs accuracy: any other size is a `DataError`.
    """
    height, width = frames.shape[-2:]
    if height < 64 or height % 64 or height > 1024:
        raise DataError(f"is {height} x {width} pixels, which is no normalised silhouette")
    margin = height // 64 * 10
    if width == height - 2 * margin:
        return frames
    if width != height:
        raise DataError(f"is {height} x {width} pixels, which is no normalised silhouette")
    return np.ascontiguousarray(frames[..., margin : width - margin])


def _aligned(
    image: UInt8[np.ndarray, "H W"], mask: np.ndarray, side: int, *, visible: bool,
    labels: bool = False,
) -> UInt8[np.ndarray, "S w"]:  # fmt: skip
    if not visible:
        raise DataError("shows nobody")
    square, middle = align(image, mask, side, "labels" if labels else "grey")
    if middle == 0:
        raise DataError("shows nobody whole: most of it is in the first column")
    return cut_margins(square)


def _text(path: Path) -> str:
    with opened(path) as file:
        content = file.read(MOST_TEXT + 1)
    if len(content) > MOST_TEXT:
        raise DataError(f"has more than {MOST_TEXT} bytes, which is absurd for one frame")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError("is no text") from error
