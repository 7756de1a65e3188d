"""Folders of images in which boxes walk; each image says which one it is."""

import numpy as np
from PIL import Image

from meshgait.video.track import PoseTracker
from tests.video.stage import HEIGHT, WIDTH, Stage, sighting, walk_across


def write_frames(folder, count, first=0):
    """Images whose first pixel is their number, counted from `first`."""
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(count):
        picture = np.full((HEIGHT, WIDTH, 3), 60, np.uint8)
        picture[0, 0, 0] = first + index
        Image.fromarray(picture).save(folder / f"{index:03d}.png", compress_level=1)
    return folder


class Film(Stage):
    """A stage that reads from the image which moment it is, and whose people part their feet."""

    def detect(self, picture):
        self.now = int(picture[0, 0, 0])
        return super().detect(picture)

    def look(self, picture, region):
        self.now = int(picture[0, 0, 0])
        found = super().look(picture, region)
        apart = 0.3 * np.cos(np.pi * self.now / 16)
        box = found.mask.left, found.mask.top, found.mask.left + 30, found.mask.top + 100
        return sighting(box, presence=found.presence, swing=apart)


def crossing(frames=60):
    """A tracker of two people who cross."""
    film = Film(walk_across(frames, 60, 4), walk_across(frames, 300, -4, top=60))
    return PoseTracker(film, film)


def alone(frames=60):
    """A tracker of one."""
    film = Film(walk_across(frames, 60, 4))
    return PoseTracker(film, film)


def nobody():
    """A tracker that sees nobody."""
    film = Film([None] * 256)
    return PoseTracker(film, film)


def some():
    """A tracker of one in the images below 100, and of nobody in those above."""
    film = Film(walk_across(60, 60, 4) + [None] * 196)
    return PoseTracker(film, film)
