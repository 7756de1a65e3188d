"""Changes of a whole clip by chance, one frozen record for each, as OpenGait trains with.

Each is called with a clip and a random generator and gives another clip. Images of all modalities
change together; what an augmentation does not know is a `DataError`, so that pictures and body
parameters never disagree.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace

import numpy as np

from meshgait._optional import require
from meshgait.errors import ConfigError, DataError
from meshgait.sequence.sequence import GaitSequence

IMAGES = ("silhouette", "pose_heatmap", "parsing")
LABELS = ("parsing",)

SIDES = np.array([0, 1, 2, 4, 3, 6, 5, 8, 7, 10, 9, 11], np.uint8)
"""Labels of body parts with left and right exchanged."""

MIRRORED = {
    17: (0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15),
    18: (0, 1, 5, 6, 7, 2, 3, 4, 11, 12, 13, 8, 9, 10, 15, 14, 17, 16),
}
"""For each of COCO's 17 or OpenPose's 18 joints its counterpart on the other side."""

SQUARE_MARGIN = 10  # columns that were cut off 64 x 64 on each side


class Augmentation(ABC):
    """A way to change a clip."""

    @abstractmethod
    def __call__(self, clip: GaitSequence, generator: np.random.Generator) -> GaitSequence:
        """The clip, changed or not."""


@dataclass(frozen=True)
class Perspective(Augmentation):
    """With probability `chance`, drag the upper and the lower edge sideways."""

    chance: float = 0.2

    def __post_init__(self) -> None:
        require_chance(self.chance)

    def __call__(self, clip: GaitSequence, generator: np.random.Generator) -> GaitSequence:
        """The clip, its square images warped so that a quad in them fills the frame."""
        _require_images(clip)
        if generator.random() >= self.chance:
            return clip
        height, width = _image_size(clip)
        scale = max(1, height // 64)
        margin = SQUARE_MARGIN * scale if width < height else 0
        side, reach = width + 2 * margin, (width + 2 * margin) // 44 * 10
        left, right = generator.integers(0, reach, 2), side - 1 - generator.integers(0, reach, 2)
        corners = [[left[0], 0], [right[0], 0], [right[1], height], [left[1], height]]
        frame = [[0, 0], [side, 0], [side, height], [0, height]]
        cv2 = require("cv2", extra="data")
        matrix = cv2.getPerspectiveTransform(*np.array([corners, frame], np.float32))
        move = np.array([[1, 0, margin], [0, 1, 0], [0, 0, 1]], np.float64)
        return _warp(clip, np.linalg.inv(move) @ matrix @ move)


@dataclass(frozen=True)
class Flip(Augmentation):
    """With probability `chance`, exchange left and right; of 2D skeletons and labels, too."""

    chance: float = 0.2

    def __post_init__(self) -> None:
        require_chance(self.chance)

    def __call__(self, clip: GaitSequence, generator: np.random.Generator) -> GaitSequence:
        """The clip or its mirror image."""
        unknown = clip.frames.keys() - {*IMAGES, "skeleton2d"}
        _require_known(unknown)
        if generator.random() >= self.chance:
            return clip
        frames = {}
        for name, array in clip.frames.items():
            if name == "skeleton2d":
                mirrored = array[:, _mirrored(array.shape[1])].copy()
                middle = array[..., 0].mean(axis=1, keepdims=True)
                mirrored[..., 0] = 2 * middle - mirrored[..., 0]
                frames[name] = mirrored
            else:
                flipped = array[..., ::-1].copy()
                frames[name] = SIDES[flipped] if name in LABELS else flipped
        return replace(clip, frames=frames)


def _mirrored(joints: int) -> list[int]:
    if joints not in MIRRORED:
        known = " and ".join(map(str, MIRRORED))
        raise DataError(
            f"of skeletons of {joints} joints left and right are not known, only of {known}; train "
            "without Flip (--recipe.augment)"
        )
    return list(MIRRORED[joints])


@dataclass(frozen=True)
class Rotate(Augmentation):
    """With probability `chance`, turn by up to `degrees` to either side."""

    chance: float = 0.2
    degrees: float = 10.0

    def __post_init__(self) -> None:
        require_chance(self.chance)

    def __call__(self, clip: GaitSequence, generator: np.random.Generator) -> GaitSequence:
        """The clip, turned about the middle of the image."""
        _require_images(clip)
        if generator.random() >= self.chance:
            return clip
        height, width = _image_size(clip)
        angle = math.radians(generator.uniform(-self.degrees, self.degrees))
        cos, sin, x, y = math.cos(angle), math.sin(angle), (width - 1) / 2, (height - 1) / 2
        turn = np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
        to_middle = np.array([[1, 0, -x], [0, 1, -y], [0, 0, 1]])
        return _warp(clip, np.linalg.inv(to_middle) @ turn @ to_middle)


@dataclass(frozen=True)
class Erase(Augmentation):
    """With probability `chance`, blacken one box, the same in all frames.

    Pairs are least and largest: its share of the image, and its height over its width.
    """

    chance: float = 0.3
    area: tuple[float, float] = (0.05, 0.2)
    aspect: tuple[float, float] = (0.3, 1 / 0.3)

    def __post_init__(self) -> None:
        require_chance(self.chance)

    def __call__(self, clip: GaitSequence, generator: np.random.Generator) -> GaitSequence:
        """The clip, with or without a black box."""
        _require_images(clip)
        if generator.random() >= self.chance:
            return clip
        size = _image_size(clip)
        for _ in range(100):
            pixels = generator.uniform(*self.area) * size[0] * size[1]
            aspect = generator.uniform(*self.aspect)
            rows, columns = round(math.sqrt(pixels * aspect)), round(math.sqrt(pixels / aspect))
            if 0 < rows < size[0] and 0 < columns < size[1]:
                top = generator.integers(0, size[0] - rows + 1)
                left = generator.integers(0, size[1] - columns + 1)
                return _blacken(clip, slice(top, top + rows), slice(left, left + columns))
        return clip


@dataclass(frozen=True)
class JointNoise(Augmentation):
    """Shift x and y of a 2D skeleton: each joint of each frame, and each joint all the time.

    Both are standard deviations in the skeleton's unit.
    """

    point: float = 0.05
    joint: float = 0.1

    def __call__(self, clip: GaitSequence, generator: np.random.Generator) -> GaitSequence:
        """The clip with noise."""
        _require_known(clip.frames.keys() - {"skeleton2d"})
        skeleton = clip.frames["skeleton2d"].copy()
        time, joints, _ = skeleton.shape
        skeleton[..., :2] += generator.normal(0, self.point, (time, joints, 2))
        skeleton[..., :2] += generator.normal(0, self.joint, (1, joints, 2))
        return replace(clip, frames={"skeleton2d": skeleton})


@dataclass(frozen=True)
class Backwards(Augmentation):
    """With probability `chance`, play the clip from its end; of any modality."""

    chance: float = 0.5

    def __post_init__(self) -> None:
        require_chance(self.chance)

    def __call__(self, clip: GaitSequence, generator: np.random.Generator) -> GaitSequence:
        """The clip, or its frames in reverse."""
        if generator.random() >= self.chance:
            return clip
        return clip.take(np.arange(len(clip))[::-1])


def require_chance(chance: float) -> None:
    """Raise `ConfigError` for what is no probability."""
    if not 0 <= chance <= 1:
        raise ConfigError(f"a chance is a probability in 0..1, got {chance}")


def _require_known(unknown: set[str]) -> None:
    if unknown:
        raise DataError(
            f"this augmentation cannot change {', '.join(sorted(unknown))} along with the rest; "
            "train without it (--recipe.augment=[])"
        )


def _require_images(clip: GaitSequence) -> None:
    _require_known(clip.frames.keys() - set(IMAGES))


def _image_size(clip: GaitSequence) -> tuple[int, int]:
    height, width = next(iter(clip.frames.values())).shape[-2:]
    return height, width


def _blacken(clip: GaitSequence, rows: slice, columns: slice) -> GaitSequence:
    frames = {name: array.copy() for name, array in clip.frames.items()}
    for array in frames.values():
        array[..., rows, columns] = 0
    return replace(clip, frames=frames)


def _warp(clip: GaitSequence, matrix: np.ndarray) -> GaitSequence:
    """All images moved by a 3 x 3 matrix of pixel coordinates; labels are never mixed."""
    cv2 = require("cv2", extra="data")
    frames = {}
    for name, array in clip.frames.items():
        height, width = array.shape[-2:]
        how = cv2.INTER_NEAREST if name in LABELS else cv2.INTER_LINEAR
        images = array.reshape(-1, height, width)
        size = (width, height)
        warped = [cv2.warpPerspective(image, matrix, size, flags=how) for image in images]
        frames[name] = np.stack(warped).reshape(array.shape)
    return replace(clip, frames=frames)
