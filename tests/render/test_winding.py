import pytest
import torch

from meshgait import render
from meshgait.errors import DataError, ShapeError
from tests.render import shapes

BACKENDS = ["numba", "reference"]


@pytest.fixture(params=BACKENDS)
def backend(request):
    if request.param != "reference":
        pytest.importorskip(request.param)
    return request.param


def in_any_face(points, faces, size):
    """Whether each pixel centre lies in any face, all faces against all centres."""
    y, x = torch.meshgrid(*(torch.arange(n) + 0.5 for n in size), indexing="ij")
    corners = points.double()[faces][..., None, None]  # (F, 3, 2, 1, 1)
    sides = [
        (t[:, 0] - s[:, 0]) * (y - s[:, 1]) - (t[:, 1] - s[:, 1]) * (x - s[:, 0])
        for s, t in ((corners[:, i], corners[:, i - 2]) for i in range(3))
    ]
    sides = torch.stack(sides)
    return ((sides > 0).all(0) | (sides < 0).all(0)).any(0)


@pytest.mark.parametrize("is_open", [False, True])
def test_no_pixel_differs_from_asking_every_face(is_open):
    vertices, faces = shapes.figure(sides=6)
    faces = faces[50:] if is_open else faces
    for size, scale, views in (((24, 20), 0.45, 90), ((12, 16), 1.2, 10)):
        points = shapes.turned(vertices, views, size=size, scale=scale, seed=is_open).float()
        truth = torch.stack([in_any_face(cloud, faces, size) for cloud in points])
        for backend in BACKENDS:
            assert (render.mask(points, faces, size, backend=backend) != truth).sum() == 0


def test_leading_dimensions_are_free(backend):
    vertices, faces = shapes.sphere(1)
    points = shapes.turned(vertices, 6, size=(16, 12))
    single = torch.stack([render.mask(p, faces, (16, 12), backend=backend) for p in points])
    assert single.any()
    nested = render.mask(points.view(3, 1, 2, -1, 2), faces, (16, 12), backend=backend)
    assert torch.equal(nested, single.view(3, 1, 2, 16, 12))
    assert render.mask(points[:0], faces, (16, 12), backend=backend).shape == (0, 16, 12)


def test_vertices_on_pixel_centres_are_crossed_once(backend):
    square = torch.tensor([[1.5, 1.5], [5.5, 1.5], [5.5, 5.5], [1.5, 5.5]])
    faces = torch.tensor([[0, 1, 2], [0, 2, 3]])
    image = render.mask(square, faces, (8, 8), backend=backend)
    assert image.sum() == 16
    assert image[2:5, 2:5].all()


def test_far_outside_is_empty_and_far_inside_is_full(backend):
    vertices, faces = shapes.sphere(1)
    points = vertices[:, :2].float()
    assert render.mask(points * 1e6, faces, (5, 7), backend=backend).all()
    assert not render.mask(points + 1e6, faces, (5, 7), backend=backend).any()


def test_bad_vertices_are_refused(backend):
    with pytest.raises(DataError, match="NaN"):
        render.mask(torch.full((3, 2), torch.nan), shapes.TRIANGLE, (4, 4), backend=backend)


@pytest.mark.usefixtures("unchecked")
def test_three_coordinates_are_refused():
    with pytest.raises(ShapeError, match="in pixels"):
        render.mask(torch.zeros(3, 3), shapes.TRIANGLE, (4, 4))
