"""Walkers for the tests of representations."""

from typing import NamedTuple

import numpy as np
import pytest
import torch

from meshgait import Camera, Mesh
from meshgait.body import Body
from meshgait.walker import Identity, Route, Walk, walk

FPS = 25.0


class Clip(NamedTuple):
    walk: Walk
    mesh: Mesh
    camera: Camera

    def camera_at(self, frame):
        one = self.camera
        return Camera(one.rotation[frame], one.translation[frame], one.focal, one.center, one.size)


@pytest.fixture(scope="package")
def body():
    return Body.embedded()


@pytest.fixture(scope="package")
def clip(body):
    """Twelve frames of a walker, seen from its left and front at 64 x 64."""
    return make_clip(body, 12)


@pytest.fixture(scope="package")
def long_clip(body):
    """Sixty frames of the same, which are more than two gait cycles."""
    return make_clip(body, 60)


def make_clip(body, frames):
    steps = walk(body, Identity.draw(np.random.default_rng(3)), Route(), frames=frames, fps=FPS)
    mesh = steps.motion.decode(body)
    around = torch.full((frames,), 60.0)
    camera = Camera.orbit(
        around, around / 10, around / 15, (64, 64), target=mesh.joints[:, 0], fov_deg=34.0
    )
    return Clip(steps, mesh, camera)


def turned(mesh, angle):
    """The mesh after a turn of the world about y."""
    c, s = np.cos(angle), np.sin(angle)
    turn = torch.tensor([[c, 0, s], [0, 1, 0], [-s, 0, c]], dtype=mesh.vertices.dtype)
    return Mesh(mesh.vertices @ turn.T, mesh.joints @ turn.T, mesh.faces)


def mirrored(mesh, body):
    """The mesh in the mirror x = 0, its vertices and joints in the order of a body again."""
    from meshgait.body._embedded import OTHER_SIDE, load_embedded

    sign = torch.tensor([-1.0, 1.0, 1.0])
    image = torch.from_numpy(load_embedded()["mirror"])
    return Mesh(
        mesh.vertices[..., image, :] * sign, mesh.joints[..., OTHER_SIDE, :] * sign, mesh.faces
    )
