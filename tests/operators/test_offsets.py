import numpy as np
import pytest

from meshgait.body import Body
from meshgait.errors import ConfigError, DataError
from meshgait.operators import cotangent_laplacian, symmetric_offsets, vertex_areas
from meshgait.operators.offsets import mirror_images
from meshgait.walker.surface import bumps


@pytest.fixture(scope="module")
def body():
    whole = Body.embedded()
    return whole.faces.numpy(), whole.layer.v_template.double().numpy()


@pytest.fixture(scope="module")
def modes(body):
    return symmetric_offsets(*body).modes


def test_both_sides_stand_off_alike(body, modes):
    image = mirror_images(body[1])
    assert np.array_equal(image[image], np.arange(6890))
    np.testing.assert_allclose(modes[image], modes, rtol=0, atol=1e-9)


def test_random_numbers_stand_off_by_one_and_the_first_are_the_smoothest(body, modes):
    faces, vertices = body
    share = vertex_areas(faces, vertices)
    share /= share.sum()
    square = np.einsum("v,vm,vm->m", share, modes, modes)
    assert abs(square.sum() - 1) < 1e-9
    slope = np.einsum("vm,vm->m", modes, cotangent_laplacian(faces, vertices) @ modes) / square
    assert (np.diff(slope) > -1e-6 * slope[-1]).all()
    assert (np.diff(square) < 1e-9).all()


def test_what_walkers_differ_by_is_a_sum_of_the_modes(body, modes):
    wanted = bumps(Body.embedded()).double().numpy().T
    root = np.sqrt(vertex_areas(*body))[:, None]
    modes = root * modes
    rest = root * wanted - modes @ np.linalg.lstsq(modes, root * wanted, rcond=None)[0]
    assert ((rest**2).sum(0) < 0.02 * ((root * wanted) ** 2).sum(0)).all()


def test_a_surface_whose_sides_differ_is_refused(body):
    faces, vertices = body
    with pytest.raises(DataError, match="not symmetric"):
        symmetric_offsets(faces, vertices + np.array([0.1, 0.0, 0.0]))
    with pytest.raises(ConfigError, match="1 to 200 symmetric offsets"):
        symmetric_offsets(faces, vertices, count=201)
