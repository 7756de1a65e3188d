import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from meshgait.camera import Camera, WeakPerspective
from meshgait.errors import ConfigError, DataError, ShapeError
from meshgait.fitting import RefineConfig, refine
from meshgait.fitting.refine import Laid, offset_basis
from meshgait.operators.offsets import mirror_images
from meshgait.render import mask
from meshgait.walker.surface import HEIGHT, bumps, reshape_surface
from tests.fitting.scene import body, filmed

BELLY = np.array([3.0, 2.0, 2.0, 0, 0, -2.0, 0, 1.0])  # and hips, buttocks, thighs, hair
STILL = RefineConfig(steps=20, offsets=0.0005, bend=math.inf)


def stout(surface=BELLY, frames=6, azimuth=70.0, size=(64, 64)):
    """Bodies, a camera, and what it sees where their skin stands off."""
    _, mesh, camera, _ = filmed(frames=frames, azimuth=azimuth, size=size)
    real = reshape_surface(body(), mesh, surface)
    return mesh, camera, mask(camera.project(real.vertices), real.faces, camera.size)


@pytest.mark.parametrize("azimuth", [0.0, 70.0])
def test_the_offsets_of_walkers_are_found_and_the_bodies_cover_more(azimuth):
    mesh, camera, seen = stout(azimuth=azimuth, size=(128, 128))
    found = refine(mesh, seen, camera, body=body(), config=STILL)
    truth = HEIGHT * torch.from_numpy(BELLY).float() @ bumps(body())
    for weight in (torch.ones(6890), found.confidence):  # everywhere, and where it was seen
        error = (weight * (found.offsets - truth).square()).sum()
        assert error < 0.8 * (weight * truth.square()).sum()
    assert found.iou.mean() > found.start_iou.mean() + 0.01


def test_a_limb_out_of_place_bends_back_and_is_no_offset():
    mesh, camera, _ = stout(frames=4)
    seen = mask(camera.project(mesh.vertices), mesh.faces, camera.size)
    laid = Laid(mesh, seen.float(), camera, body(), RefineConfig())
    with torch.no_grad():
        laid.turns[:, 1, 0], laid.turns[:, 16, 2] = 0.15, 0.15  # a hip and a shoulder
        wrong = replace(mesh, vertices=laid.bend(mesh.vertices), joints=laid.bend_joints())
    bent = refine(wrong, seen, camera, body=body(), config=RefineConfig(steps=25))
    stiff = refine(wrong, seen, camera, body=body(), config=STILL)
    assert bent.iou.mean() > stiff.iou.mean() + 0.02
    away = [(r.mesh.vertices - mesh.vertices).norm(dim=2).mean() for r in (bent, stiff)]
    assert away[0] < away[1]
    assert (bent.mesh.joints - mesh.joints).norm(dim=2).mean() < (wrong.joints - mesh.joints).norm(
        dim=2
    ).mean()


def test_both_sides_stand_off_alike():
    mesh, camera, seen = stout(frames=2)
    offsets = refine(mesh, seen, camera, body=body(), config=replace(STILL, steps=3)).offsets
    image = mirror_images(body().layer.v_template.double().numpy())
    assert_close(offsets[image], offsets, rtol=0, atol=1e-7)


def test_confidence_is_how_much_more_would_be_covered():
    mesh, camera, seen = stout(frames=2)
    mesh = mesh.to(torch.float64)
    found = refine(mesh, seen, camera, body=body(), config=replace(STILL, steps=0))
    assert not found.offsets.any()
    laid = Laid(mesh, seen.double(), camera, body(), STILL)
    shown = (found.confidence > 0).double()
    with torch.no_grad():
        thick, thin = (laid.draw(laid.stand_off(step * shown)).sum() for step in (1e-6, -1e-6))
    assert_close((thick - thin) / 2e-4, found.confidence.sum(), rtol=1e-4, atol=0)
    assert shown.mean() < 0.7


@pytest.mark.parametrize("what", ["modes", "turns", "nudge"])
def test_the_gradient_is_that_of_differences(what):
    mesh, camera, seen = stout(frames=2)
    laid = Laid(mesh.to(torch.float64), seen.double(), camera, body(), RefineConfig())
    with torch.no_grad():
        laid.modes += 0.1 * torch.randn_like(laid.modes)
        laid.turns += 0.01 * torch.randn_like(laid.turns)
        laid.nudge += 0.001 * torch.randn_like(laid.nudge)
    tensor = getattr(laid, what)
    (gradient,) = torch.autograd.grad(laid.loss(1.0), tensor)
    way, size = gradient / gradient.norm(), 1e-6
    with torch.no_grad():
        there = []
        for sign in (1, -1):
            tensor += sign * size * way
            there.append(laid.loss(1.0))
            tensor -= sign * size * way
    assert_close((there[0] - there[1]) / (2 * size), (gradient * way).sum(), rtol=1e-5, atol=0)


def test_crops_of_data_sets_need_no_camera():
    mesh, camera, seen = stout()
    own = replace(mesh, vertices=camera.to_camera(mesh.vertices),
                  joints=camera.to_camera(mesh.joints))  # fmt: skip
    found = refine(own, seen, body=body(), config=STILL)
    assert found.iou.mean() > found.start_iou.mean()
    weak = WeakPerspective.from_pinhole(camera, (0.0, 0.9, 0.0))
    rough = refine(mesh, seen, weak, body=body(), config=STILL)
    assert rough.iou.mean() > rough.start_iou.mean()


def test_the_basis_is_made_once_and_is_that_of_the_body():
    assert offset_basis(body()) is offset_basis(body())
    assert offset_basis(body()).shape == (6890, 64)


@pytest.mark.usefixtures("unchecked")
def test_what_does_not_fit_together_is_refused():
    mesh, camera, seen = stout(frames=2)
    with pytest.raises(ShapeError, match=r"bodies are \(T, 6890, 3\)"):
        refine(mesh, seen[:1], camera)
    with pytest.raises(ShapeError, match="64 x 64 pixels, the camera's images 8 x 8"):
        refine(mesh, seen, Camera.orbit(0.0, 0.0, 5.0, (8, 8)))
    with pytest.raises(DataError, match="no joints"):
        refine(replace(mesh, joints=None), seen, camera)
    with pytest.raises(DataError, match="shows nobody"):
        refine(mesh, torch.zeros_like(seen), camera)
    with pytest.raises(ConfigError, match="offsets must be 0 or more, got inf"):
        RefineConfig(offsets=math.inf)
