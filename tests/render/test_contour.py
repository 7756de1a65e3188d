import numpy as np
import pytest
import torch
from torch.testing import assert_close

from meshgait.errors import ConfigError, DataError
from meshgait.render import coverage, mask
from tests.render import shapes

SQUARE = torch.tensor([[1.0, 1.0], [5.0, 1.0], [5.0, 5.0], [1.0, 5.0]])
BACKENDS = ["numba", "reference"]


@pytest.fixture(params=BACKENDS)
def backend(request):
    if request.param != "reference":
        pytest.importorskip(request.param)
    return request.param


@pytest.mark.parametrize(
    "faces",
    [
        [[0, 1, 2], [0, 3, 2]],
        [[0, 2, 1], [0, 2, 3]],
        [[0, 1, 2], [0, 2, 3], [2, 1, 0], [2, 0, 3]],
        [[0, 1, 2], [0, 2, 3], [1, 1, 2], [0, 1, 2]],
        [[0, 1, 3], [1, 2, 3], [0, 2, 3]],  # one triangle over the two others
    ],
)
def test_a_square_is_covered_once_however_its_triangles_are_wound_and_listed(faces, backend):
    faces = torch.tensor(faces)
    image = coverage(SQUARE + 0.25, faces, (7, 7), backend=backend)
    straight = coverage(SQUARE + 0.25, torch.tensor([[0, 1, 2], [0, 2, 3]]), (7, 7))
    assert_close(image, straight, atol=1e-6, rtol=0)
    assert mask(SQUARE, faces, (7, 7), backend=backend).sum() == 16


def test_a_body_whose_faces_are_doubled_turned_and_reordered_is_the_body(backend):
    vertices, faces = shapes.figure(sides=6)
    points = shapes.turned(vertices, 3, size=(40, 40))
    random = np.random.default_rng(0)
    doubled = torch.cat([faces, faces.flip(1)])
    turn = torch.from_numpy(random.random(len(faces)) < 0.3)
    mixed = torch.where(turn[:, None], faces.flip(1), faces)
    expected = coverage(points, faces, (40, 40), backend=backend)
    for other in (doubled, mixed, mixed[random.permutation(len(mixed))].roll(1, dims=1)):
        assert_close(coverage(points, other, (40, 40), backend=backend), expected)


def test_a_picture_is_never_that_of_faces_as_they_were(backend):
    array = np.array([[0, 1, 2]])
    faces = torch.from_numpy(array)
    corners = SQUARE.clone()
    corners[2] = torch.tensor([5.0, 3.0])
    assert coverage(corners, faces, (7, 7), backend=backend).sum() == 4
    array[:] = [[0, 1, 3]]
    assert coverage(corners, faces, (7, 7), backend=backend).sum() == 8


@pytest.mark.parametrize("power", [1, 2])
def test_a_second_derivative_is_refused_and_never_zero(backend, power):
    def loss(points):
        return coverage(points, shapes.TRIANGLE, (8, 8), backend=backend).pow(power).sum()

    points = torch.tensor([[1.2, 1.0], [5.0, 1.3], [1.0, 6.0]], dtype=torch.float64)
    with pytest.raises(ConfigError, match="the gradient of coverage has no gradient"):
        torch.autograd.functional.hessian(loss, points)
    points.requires_grad_()
    (graph,) = torch.autograd.grad(loss(points), points, create_graph=True)
    (plain,) = torch.autograd.grad(loss(points), points)
    assert torch.equal(graph, plain)  # to ask for the graph alone is no harm


@pytest.mark.parametrize("place", [torch.nan, torch.inf, 1e30])
def test_a_vertex_of_no_face_may_be_anywhere(backend, place):
    points = torch.cat([torch.full((1, 2), place), SQUARE, torch.full((1, 2), place)])
    faces = torch.tensor([[1, 2, 3], [1, 3, 4]])
    points.requires_grad_()
    image = coverage(points, faces, (7, 7), backend=backend)
    assert image.sum() == 16
    image[1, 1].backward()
    assert points.grad[[0, -1]].tolist() == [[0, 0]] * 2
    with pytest.raises(DataError, match="NaN"):
        coverage(points, faces - 1, (7, 7), backend=backend)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("dtype", [torch.uint8, torch.int16, torch.uint32], ids=str)
def test_faces_may_be_whole_numbers_of_any_type(backend, dtype):
    faces = torch.tensor([[0, 1, 2], [0, 2, 3]]).to(dtype)
    assert coverage(SQUARE, faces, (7, 7), backend=backend).sum() == 16
