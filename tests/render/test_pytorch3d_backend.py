"""Parity with PyTorch3D: with a stand-in everywhere, and with the real one where there is one.

`make test-pytorch3d` makes an environment of its own for that.
"""

import importlib
import sys

import pytest
import torch
from torch.testing import assert_close

from meshgait import Camera, Mesh, modalities, render
from meshgait.body import Body
from meshgait.camera import WeakPerspective
from meshgait.errors import DataError, DependencyError
from tests.render import pytorch3d_stand_in, shapes
from tests.tolerance import rounding

BACKEND = "meshgait.render.pytorch3d_backend"
SIZE = (18, 14)


@pytest.fixture(params=["stand-in", pytest.param("real", marks=pytest.mark.pytorch3d)])
def package(request, monkeypatch):
    """The module that draws, with one or the other behind it."""
    monkeypatch.delitem(sys.modules, BACKEND, raising=False)
    if request.param == "stand-in":
        pytorch3d_stand_in.install(monkeypatch)
    yield importlib.import_module(BACKEND)
    sys.modules.pop(BACKEND, None)  # it holds on to what it was loaded with


def scene(azimuth=25.0, size=SIZE):
    vertices, faces = shapes.figure(sides=6)
    return vertices.float(), faces, Camera.orbit(azimuth, 10.0, 3.0, size)


def camera_without_perspective(size=SIZE):
    one = torch.ones(2)
    return WeakPerspective(torch.diag(torch.tensor([1.0, -1.0, -1.0])), 5 * one, 8 * one, size)


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize("kind", ["perspective", "weak"])
def test_depth_and_normals_are_ours(kind):
    vertices, faces, camera = scene()
    camera = camera if kind == "perspective" else camera_without_perspective()
    mesh = Mesh(vertices, None, faces)
    ours, theirs = (
        render.rasterize_seen_by(camera, vertices, faces, backend=backend)
        for backend in ("reference", "pytorch3d")
    )
    assert (ours.face >= 0).any()
    # A centre on an edge, up to rounding, is nobody's or anybody's.
    clear = (ours.barycentric.amin(-1) > 1e-4) | (ours.face < 0)
    assert torch.equal(theirs.face[clear], ours.face[clear])
    # Weights are quotients of areas, of a handful of products; faces are a hundredth of the image.
    terms = rounding(torch.float32, 100, 1e2)
    for name, image in (("depth", modalities.depth), ("normals", modalities.normals)):
        one, two = image(mesh, camera, backend="pytorch3d"), image(mesh, camera)
        assert_close(one[clear], two[clear], **terms, msg=name)


@pytest.mark.usefixtures("package")
def test_frames_have_their_own_faces_and_gradients():
    vertices, faces, camera = scene()
    moved = torch.stack([vertices, vertices * 0.8, vertices[:, [0, 1, 2]] + 0.1])[:, None]
    alone = [render.rasterize_seen_by(camera, v, faces, backend="pytorch3d") for v in moved]
    leaf = moved.clone().requires_grad_()
    found = render.rasterize_seen_by(camera, leaf, faces, backend="pytorch3d")
    assert found.face.shape == (3, 1, *SIZE)
    for i in range(3):
        assert torch.equal(found.face[i], alone[i].face)
        assert_close(found.depth[i], alone[i].depth)
    assert int(found.face.max()) < len(faces)
    own = render.rasterize_seen_by(camera, leaf, faces, backend="reference")
    clear = (own.barycentric.amin(-1) > 1e-2) & (own.face == found.face)
    assert clear.sum() > 50
    theirs, ours = (torch.autograd.grad(x.depth[clear].sum(), leaf)[0] for x in (found, own))
    assert_close(theirs, ours, **rounding(torch.float32, SIZE[0] * SIZE[1], 10 * ours))


@pytest.mark.usefixtures("package")
def test_nothing_is_drawn_of_nothing():
    vertices, faces, camera = scene()
    points = render.screen(vertices, camera)[None]
    found = render.rasterize(points[:0], faces, SIZE, backend="pytorch3d")
    assert found.face.shape == (0, *SIZE)
    assert found.barycentric.shape == (0, *SIZE, 3)
    away = render.rasterize(points + 1000, faces, SIZE, backend="pytorch3d")
    assert (away.face == -1).all()
    assert not away.depth.any()
    assert not away.barycentric.any()


@pytest.mark.usefixtures("package")
def test_meshes_go_there_and_back_with_their_gradient():
    vertices, faces = shapes.sphere(1)
    many = torch.stack([vertices, 2 * vertices]).reshape(2, 1, -1, 3).requires_grad_()
    meshes = Mesh(many, None, faces).to_pytorch3d()
    assert len(meshes) == 2
    again = Mesh.from_pytorch3d(meshes)
    assert torch.equal(again.vertices, many[:, 0])
    assert torch.equal(again.faces, faces)
    again.vertices.sum().backward()
    assert torch.equal(many.grad, torch.ones_like(many))
    assert Mesh.from_pytorch3d(Mesh(vertices, None, faces).to_pytorch3d()).vertices.shape[0] == 1


@pytest.mark.usefixtures("package")
def test_meshes_of_other_triangles_are_no_mesh_of_ours():
    from pytorch3d.structures import Meshes

    small, large = shapes.sphere(0), shapes.sphere(1)
    both = Meshes([small[0], large[0]], [small[1], large[1]])
    with pytest.raises(DataError, match="mesh 1 of this batch of PyTorch3D has other triangles"):
        Mesh.from_pytorch3d(both)
    turned = Meshes([small[0], small[0]], [small[1], small[1].flip(1)])
    with pytest.raises(DataError, match="mesh 1"):
        Mesh.from_pytorch3d(turned)
    with pytest.raises(DataError, match="no mesh"):
        Mesh.from_pytorch3d(Meshes([], []))


def test_without_the_package_the_extra_is_named(monkeypatch):
    monkeypatch.delitem(sys.modules, BACKEND, raising=False)
    for name in ("pytorch3d", "pytorch3d.structures"):
        monkeypatch.setitem(sys.modules, name, None)
    vertices, faces, camera = scene()
    for use in (
        lambda: Mesh(vertices, None, faces).to_pytorch3d(),
        lambda: modalities.depth(Mesh(vertices, None, faces), camera, backend="pytorch3d"),
    ):
        with pytest.raises(DependencyError, match=r"meshgait\[pytorch3d\]"):
            use()


def body(size, turns):
    """The embedded body from several sides, (N, V, 2) in pixels, and its faces."""
    mesh = Body.embedded()(pose=torch.zeros(1, 72), betas=torch.zeros(10))[0]
    camera = Camera.orbit(turns, 5.0, 4.0, size, target=(0.0, -0.2, 0.0), fov_deg=30.0)
    return camera.project(mesh.vertices.expand(len(turns), -1, 3)), mesh.faces


def with_gradient(points, weight, *rest, **options):
    leaf = points.clone().requires_grad_()
    image = render.softras(leaf, *rest, **options)
    return image.detach(), torch.autograd.grad((image * weight).sum(), leaf)[0]


@pytest.mark.usefixtures("package")
def test_alpha_of_a_small_figure_is_ours():
    vertices, faces = shapes.figure(sides=6)
    points = shapes.turned(vertices, 2, size=SIZE).float()
    found = render.softras(points, faces, SIZE, sigma=1e-2, backend="pytorch3d")
    expected = render.softras(points, faces, SIZE, sigma=1e-2, backend="reference")
    # Squared distances below 1 in float32, over sigma, in the exponent of each of the faces.
    assert_close(found, expected, **rounding(torch.float32, len(faces), 1 / 1e-2))


# It works in float32. Alpha is the steeper the smaller sigma, and where half of the shorter side
# is no power of two it also rounds the pixels' centres.
@pytest.mark.pytorch3d
@pytest.mark.parametrize(
    ("size", "sigma", "limit"),
    [
        ((64, 64), 1e-4, 2e-6),
        ((64, 32), 1e-4, 2e-6),
        ((64, 64), 1e-5, 1e-5),
        ((64, 44), 1e-4, 5e-5),
    ],
)
def test_alpha_and_gradient_of_a_body_are_pytorch3ds(size, sigma, limit):
    points, faces = body(size, torch.tensor([0.0, 70.0]))
    arguments = points, torch.randn(len(points), *size), faces, size
    theirs, their_slope = with_gradient(*arguments, sigma=sigma, backend="pytorch3d")
    assert 0.02 < theirs.mean() < 0.5
    for backend in ("numba", "reference"):
        ours, our_slope = with_gradient(*arguments, sigma=sigma, backend=backend)
        error = (theirs - ours).abs().max()
        slope = (their_slope - our_slope).norm() / their_slope.norm()
        print(f"\n{size}, sigma {sigma:g}, {backend}: alpha {error:.1e}, gradient {slope:.1e}")
        assert error < limit
        assert slope < 1e-4


def test_lists_grow_until_no_face_is_forgotten(package, monkeypatch):
    vertices, faces = shapes.figure(sides=6)
    points = shapes.turned(vertices, 2, size=(16, 14)).float()
    expected = render.softras(points, faces, (16, 14), sigma=1e-2, backend="reference")
    monkeypatch.setattr(package, "FACES_PER_PIXEL", 2)
    found = render.softras(points, faces, (16, 14), sigma=1e-2, backend="pytorch3d")
    torch.testing.assert_close(found, expected, atol=2e-6, rtol=0)


@pytest.mark.usefixtures("package")
def test_leading_dimensions_and_types_are_those_given():
    vertices, faces = shapes.sphere(1)
    points = shapes.turned(vertices, 4, size=(16, 14)).view(2, 2, -1, 2)
    image = render.softras(points, faces, (16, 14), backend="pytorch3d")
    assert image.dtype == torch.float64
    assert image.shape == (2, 2, 16, 14)
    assert render.softras(points[:0], faces, (16, 14), backend="pytorch3d").shape[0] == 0
