"""A short walk before a camera, for the tests of fitting."""

from functools import lru_cache

import numpy as np

from meshgait import Body, Camera
from meshgait.render import mask
from meshgait.walker import Identity, walk


@lru_cache(maxsize=1)
def body():
    return Body.embedded()


@lru_cache(maxsize=8)
def filmed(frames=4, azimuth=70.0, size=(64, 64), seed=None):
    """The walk, its mesh, the camera and what it sees."""
    person = Identity.average() if seed is None else Identity.draw(np.random.default_rng(seed))
    motion = walk(body(), person, frames=frames, fps=12.0, phase=0.3).motion
    mesh = motion.decode(body())
    camera = Camera.orbit(azimuth, 5.0, 6.0, size, target=(0.0, 0.9, 0.0), fov_deg=32)
    return motion, mesh, camera, mask(camera.project(mesh.vertices), mesh.faces, size)
