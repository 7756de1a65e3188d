import numpy as np
import torch
from torch.testing import assert_close

from meshgait.body import Body
from meshgait.body._embedded import load_embedded
from meshgait.walker.identity import SURFACE_MODES
from meshgait.walker.surface import HEIGHT, bumps, reshape_surface

BODY = Body.embedded()
REST = BODY(pose=torch.zeros(1, 72), betas=torch.zeros(10))


def test_a_bump_is_smooth_symmetric_and_nowhere_higher_than_it_says():
    found = bumps(BODY)
    mirror = torch.from_numpy(load_embedded()["mirror"])
    assert found.shape == (SURFACE_MODES, 6890)
    assert_close(found, found[:, mirror], atol=1e-4, rtol=0)
    a, b = BODY.faces[:, 0].long(), BODY.faces[:, 1].long()
    length = (REST.vertices[0, a] - REST.vertices[0, b]).norm(dim=-1)
    # The steepest slope of exp(-x^2 / 2 w^2) is exp(-1/2) / w; 0.09 m is the narrowest bump.
    assert ((found[:, a] - found[:, b]).abs() <= np.exp(-0.5) / 0.09 * length + 1e-5).all()
    assert found.max() <= 1


def test_the_skin_moves_along_its_normals_and_the_feet_stay_on_the_floor():
    surface = np.random.default_rng(0).standard_normal(SURFACE_MODES)
    moved = reshape_surface(BODY, REST, surface)
    way = moved.vertices - REST.vertices
    along = (way * REST.vertex_normals()).sum(-1)
    assert_close(way, along[..., None] * REST.vertex_normals(), atol=1e-6, rtol=0)
    assert 0.5 * HEIGHT < along.abs().max() < 4 * HEIGHT
    feet = REST.vertices[..., 1] < REST.vertices[..., 1].min() + 0.05
    assert along[feet].abs().max() < 1e-4
    assert_close(moved.joints, REST.joints)


def test_without_a_surface_of_its_own_nothing_moves():
    same = reshape_surface(BODY, REST, np.zeros(SURFACE_MODES))
    assert_close(same.vertices, REST.vertices, atol=0, rtol=0)
