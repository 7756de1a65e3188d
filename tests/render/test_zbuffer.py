import numpy as np
import pytest
import torch
from torch.testing import assert_close

from meshgait import Camera, render
from meshgait.camera import WeakPerspective
from meshgait.errors import ConfigError, DataError, ShapeError
from tests.render import shapes

BACKENDS = ["numba", "reference"]
SIZE = (36, 28)


@pytest.fixture(params=BACKENDS)
def backend(request):
    if request.param != "reference":
        pytest.importorskip(request.param)
    return request.param


def scene(azimuth=25.0, size=SIZE):
    vertices, faces = shapes.figure(sides=8)
    return vertices, faces, Camera.orbit(azimuth, 10.0, 3.0, size)


def cast_rays(vertices, faces, camera):
    """Face, weights and depth where the ray through each pixel centre first hits a face."""
    H, W = camera.size
    corners = camera.to_camera(vertices)[faces]  # (F, 3, 3)
    y, x = torch.meshgrid(torch.arange(H) + 0.5, torch.arange(W) + 0.5, indexing="ij")
    centre = torch.stack([x, y], -1).to(vertices).view(-1, 1, 2)
    plane = (centre - camera.center) / camera.focal
    ray = torch.cat([plane, torch.ones_like(plane[..., :1])], -1)  # depth 1 long
    # ray * depth = a weighted mean of the corners, for every ray and face
    inverse = torch.linalg.inv(corners.mT)
    amount = (inverse @ ray[..., None])[..., 0]  # (H * W, F, 3)
    total = amount.sum(-1)
    depth = torch.where((amount >= 0).all(-1) & (total > 0), 1 / total, torch.inf)
    nearest, face = depth.min(-1)
    weights = amount[torch.arange(len(face)), face] / total[torch.arange(len(face)), face, None]
    seen = nearest.isfinite()
    return (
        face.masked_fill(~seen, -1).view(H, W),
        weights.masked_fill(~seen[:, None], 0).view(H, W, 3),
        nearest.masked_fill(~seen, 0).view(H, W),
    )


def test_face_weights_and_depth_are_those_of_a_ray(backend):
    for azimuth in (0.0, 70.0, 200.0):
        vertices, faces, camera = scene(azimuth)
        expected = cast_rays(vertices, faces, camera)
        found = render.rasterize(render.screen(vertices, camera), faces, SIZE, backend=backend)
        assert torch.equal(found.face, expected[0])
        assert (found.face >= 0).sum() > 50
        assert_close(found.barycentric, expected[1], atol=1e-6, rtol=0)
        assert_close(found.depth, expected[2], atol=1e-6, rtol=0)


def test_what_is_seen_lies_at_the_pixel_centre(backend):
    vertices, faces, camera = scene()
    fragments = render.rasterize(render.screen(vertices, camera), faces, SIZE, backend=backend)
    points = render.interpolate(fragments, faces, vertices)
    row, column = (fragments.face >= 0).nonzero(as_tuple=True)
    pixels = camera.project(points[row, column])
    assert_close(pixels, (torch.stack([column, row], -1) + 0.5).double(), atol=1e-4, rtol=0)


def test_without_perspective_depth_is_linear_on_the_image(backend):
    corners = torch.tensor([[0.0, 0.0, 1.0], [8.0, 0.0, 9.0], [0.0, 8.0, 1.0]])
    image = render.rasterize(
        corners, shapes.TRIANGLE, (4, 4), perspective=False, backend=backend
    ).depth
    assert_close(image, (torch.arange(4) + 1.5).expand(4, 4))


def test_the_same_pixels_are_covered_as_by_the_hard_mask(backend):
    vertices, faces, camera = scene(40.0, (64, 44))
    points = render.screen(vertices, camera).float()
    face = render.rasterize(points, faces, (64, 44), backend=backend).face
    assert torch.equal(face >= 0, render.mask(points[:, :2], faces, (64, 44)))


def test_leading_dimensions_are_free(backend):
    vertices, faces = shapes.sphere(1)
    camera = Camera.orbit(torch.arange(6) * 30.0, 0.0, 3.0, SIZE)
    points = render.screen(vertices.float().expand(6, -1, 3), camera)
    single = [render.rasterize(frame, faces, SIZE, backend=backend) for frame in points]
    nested = render.rasterize(points.view(3, 1, 2, -1, 3), faces, SIZE, backend=backend)
    for name, values in nested._asdict().items():
        expected = torch.stack([getattr(frame, name) for frame in single])
        assert_close(values, expected.view(3, 1, 2, *expected.shape[1:]))
    assert render.rasterize(points[:0], faces, SIZE, backend=backend).depth.shape == (0, *SIZE)
    values = torch.rand(3, 1, 2, points.shape[1], 5)
    image = render.interpolate(nested, faces, values)
    assert image.shape == (3, 1, 2, *SIZE, 5)
    assert_close(image[1, 0, 1], render.interpolate(single[3], faces, values[1, 0, 1]))


def test_gradient_of_depth_and_weights_equals_finite_differences():
    vertices, faces, camera = scene()
    points = render.screen(vertices, camera)
    weight = torch.randn(*SIZE, 4, dtype=torch.float64)

    def loss(x):
        fragments = render.rasterize(x, faces, SIZE)
        seen = torch.cat([fragments.depth[..., None], fragments.barycentric], -1)
        return (seen * weight).sum()

    direction = torch.randn_like(points) * torch.tensor([1.0, 1.0, 0.1])
    step = 1e-7 * direction
    finite = (loss(points + step) - loss(points - step)) / 2e-7
    points.requires_grad_()
    (gradient,) = torch.autograd.grad(loss(points), points)
    assert (gradient * direction).sum().item() == pytest.approx(finite.item(), rel=1e-5)


def test_the_front_of_a_sphere_is_seen_and_its_back_is_not():
    vertices, faces = shapes.sphere(3)
    camera = Camera.orbit(30.0, 20.0, 4.0, (128, 128))
    points = render.screen(vertices, camera)
    fragments = render.rasterize(points, faces, (128, 128))
    towards = (vertices * (camera.position - vertices)).sum(-1)  # of the normal and the view
    seen = render.seen_vertices(fragments, points)
    assert seen[towards > 0.8].all()
    assert not seen[towards < -0.4].any()
    aside = points + torch.tensor([500.0, 0.0, 0.0])
    assert not render.seen_vertices(fragments, aside).any()


def test_normals_of_a_sphere_are_its_directions():
    vertices, faces = shapes.sphere(3)
    camera = Camera.orbit(-50.0, 15.0, 3.0, SIZE)
    fragments = render.rasterize(render.screen(vertices, camera), faces, SIZE)
    image = render.normals(fragments, vertices, faces)
    seen = fragments.face >= 0
    points = render.interpolate(fragments, faces, vertices)[seen]
    assert_close(image[seen], torch.nn.functional.normalize(points, dim=-1), atol=0.02, rtol=0)
    assert not image[~seen].any()


def test_normals_pass_a_gradient():
    vertices, faces = shapes.sphere(1)
    vertices.requires_grad_()
    camera = Camera.orbit(0.0, 0.0, 3.0, SIZE)
    fragments = render.rasterize(render.screen(vertices, camera), faces, SIZE)
    image = render.normals(fragments, vertices, faces)
    (gradient,) = torch.autograd.grad((image * torch.randn_like(image)).sum(), vertices)
    assert gradient.isfinite().all()
    assert gradient.abs().sum() > 0


def test_labels_of_faces_and_of_the_nearest_corner():
    corners = torch.tensor([[0.0, 0.0, 2.0], [6.0, 0.0, 2.0], [0.0, 6.0, 2.0]])
    fragments = render.rasterize(corners, shapes.TRIANGLE, (6, 6))
    of_face = render.face_labels(fragments, torch.tensor([7]), background=0)
    assert of_face.sum() == 7 * 21
    image = render.vertex_labels(fragments, shapes.TRIANGLE, torch.tensor([5, 6, 8]))
    assert image[0, 0] == 5
    assert image[0, 5] == 6
    assert image[5, 0] == 8
    assert image[5, 5] == -1
    with pytest.raises(ShapeError, match="there are 2 labels"):
        render.vertex_labels(fragments, shapes.TRIANGLE, torch.tensor([5, 6]))


@pytest.mark.usefixtures("unchecked")
def test_nonsense_is_refused(backend):
    good = torch.tensor([[0.0, 0.0, 2.0], [4.0, 0.0, 2.0], [0.0, 4.0, 2.0]])
    behind = good * torch.tensor([1.0, 1.0, -1.0])
    for points, error, message in (
        (behind, DataError, "behind the camera"),
        (good[:, :2], ShapeError, "x, y and depth"),
        (good * torch.nan, DataError, "NaN"),
    ):
        with pytest.raises(error, match=message):
            render.rasterize(points, shapes.TRIANGLE, (4, 4), backend=backend)
    with pytest.raises(ConfigError, match="no backend 'opengl'"):
        render.rasterize(good, shapes.TRIANGLE, (4, 4), backend="opengl")


def test_a_sliver_that_is_seen_has_finite_depth_and_gradient(backend):
    corners = torch.tensor(
        [
            [3.480755567550659, 4.123514175415039, 1.35],
            [1.5325514078140259, 0.8985138535499573, 1.66],
            [2.5, 2.5, 1.04],
        ],
        requires_grad=True,
    )
    found = render.rasterize(corners, shapes.TRIANGLE, (5, 5), backend=backend)
    found.depth.sum().backward()
    assert found.depth.max().item() == pytest.approx(1.04, rel=1e-6)
    assert corners.grad.isfinite().all()


def test_slivers_of_any_kind_have_weights_that_are_shares(backend):
    random = np.random.default_rng(0)
    for kind in (torch.float32, torch.float64):
        ends = torch.from_numpy(random.uniform(0, 6, (400, 2, 2))).to(kind)
        # A pixel centre, or all but, between two corners: no area left to speak of.
        ends[:, 1] = ends[:, 0] + (2.5 - ends[:, 0]) * torch.tensor(random.choice([1, 2], (400, 1)))
        third = ends.mean(1, keepdim=True) * (1 + torch.tensor(random.choice([0, 1e-9, 1e-16])))
        flat = torch.cat([ends, third], 1)
        points = torch.cat([flat, torch.rand(400, 3, 1).to(kind) + 1], -1)
        for perspective in (True, False):
            found = render.rasterize(
                points, shapes.TRIANGLE, (6, 6), perspective=perspective, backend=backend
            )
            assert (found.barycentric >= 0).all()
            assert (found.barycentric <= 1).all()
            assert (found.depth <= 2.001).all()


def test_without_perspective_a_plane_is_read_off_the_image(backend):
    vertices, faces, camera = plane()
    found = render.rasterize_seen_by(camera, vertices, faces, backend=backend)
    expected = 1 + 2 * (torch.arange(10) + 0.5) / 10
    assert_close(found.depth[0], expected)
    # Depth that is negative everywhere hides in the same way.
    points = render.screen(vertices - torch.tensor([0.0, 0.0, 9.0]), camera)
    found = render.rasterize(points, faces, camera.size, perspective=False, backend=backend)
    on_it_and_behind = torch.tensor([[2.5, 0.5, -7.5], [2.5, 0.5, -7.0]])
    assert render.seen_vertices(found, on_it_and_behind).tolist() == [True, False]


def plane():
    """z = 1 + 2 x, seen by a camera without perspective at ten pixels a metre."""
    x = torch.tensor([-1.0, 2.0, -1.0, 2.0])
    y = torch.tensor([-1.0, -1.0, 2.0, 2.0])
    camera = WeakPerspective(torch.eye(3), torch.tensor([10.0, 10.0]), torch.zeros(2), (1, 10))
    return torch.stack([x, y, 1 + 2 * x], -1), torch.tensor([[0, 1, 2], [1, 3, 2]]), camera
