"""People who are boxes, and networks that know where they are: stages are tried without weights."""

import numpy as np

from meshgait.video.landmarks import Sighting
from meshgait.video.region import Patch, Region
from meshgait.video.rows import row_of, rows_of
from meshgait.video.track import PoseTracker, Seen

HEIGHT, WIDTH = 200, 400
TALL = 100.0


def sighting(box, *, presence=0.95, swing=0.0):
    """Somebody who fills a box; `swing` parts the ankles, in shares of the height."""
    left, top, right, bottom = map(float, box)
    tall = bottom - top
    points = np.empty((33, 2))
    points[:, 1] = np.linspace(top + 6, bottom - 6, 33)
    points[::2, 0], points[1::2, 0] = left + 2, right - 2
    world = np.zeros((33, 3))
    world[:, 1] = np.linspace(-0.9, 0.9, 33)
    world[27, 0], world[28, 0] = swing, -swing
    pixels = np.full((max(int(bottom) - int(top), 1), max(int(right) - int(left), 1)), 255)
    mask = Patch(pixels.astype(np.uint8), int(left), int(top))
    middle = (left + right) / 2, (top + bottom) / 2
    return Sighting(
        points, world, np.full(33, 0.9), presence, mask, Region(*middle, 1.25 * tall)
    )  # fmt: skip


class Stage:
    """Boxes by picture, each of somebody: it detects them and looks at the nearest."""

    def __init__(self, *people):
        self.people, self.now, self.blind = people, 0, ()

    def boxes(self):
        found = [person[self.now] for person in self.people if person[self.now] is not None]
        return np.array(found, float).reshape(-1, 4)

    def detect(self, picture):
        boxes = self.boxes()
        return boxes, np.ones(len(boxes))

    def look(self, picture, region):
        boxes = self.boxes()
        if not len(boxes) or self.now in self.blind:
            return sighting((0, 0, 30, 100), presence=0.0)
        middles = (boxes[:, :2] + boxes[:, 2:]) / 2
        nearest = np.linalg.norm(middles - [region.x, region.y], axis=1).argmin()
        return sighting(boxes[nearest])


def walk_across(frames, start, speed, *, top=50.0, tall=TALL):
    """Boxes of somebody who crosses the picture."""
    x = start + speed * np.arange(frames)
    return [np.array([a - 15, top, a + 15, top + tall]) for a in x]


def followed(stage, frames, tracker=None):
    """All that a tracker sees of a stage."""
    tracker = tracker or PoseTracker(stage, stage)
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    found = []
    for stage.now in range(frames):
        found.append(tracker.step(stage.now, picture))
    return found


def rows(boxes, *, number=1, start=0, color=90, fps=30.0, swing=0.2, step_s=0.55):
    """Rows of somebody in one colour."""
    picture = np.full((HEIGHT, WIDTH, 3), color, np.uint8)
    made = []
    for frame, box in enumerate(boxes, start):
        apart = swing * np.cos(np.pi * frame / fps / step_s)
        made.append(
            row_of(Seen(number, sighting(box, swing=apart), 0.0), frame, frame / fps, picture)
        )
    return rows_of(made)
