"""Painted walkers that several tests look at."""

from functools import cache

from meshgait.body import Body
from meshgait.video.painted import Painted, PaintedScene, camera_at

SIZE = (240, 320)


@cache
def body():
    return Body.embedded()


def one(frames, *, seed=1, start=(0.0, 0.0), size=SIZE, heading_deg=90, **more):
    """Somebody who walks to the right, about 150 pixels high."""
    person = Painted.draw(
        "ann", seed, body(), start=start, heading_deg=heading_deg, frames=frames, fps=30.0
    )
    return PaintedScene([person], camera_at(size, eye=(0.0, 1.3, 4.4)), seed=3, body=body(), **more)


@cache
def moments():
    """Three frames of one walker with their truth."""
    return tuple(one(3).frames())
