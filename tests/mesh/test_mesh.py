import numpy as np
import pytest
import torch
import trimesh
from torch.testing import assert_close

from meshgait import Mesh
from meshgait.errors import DataError, ShapeError
from meshgait.mesh import Topology, topology
from meshgait.rotation import axis_angle_to_matrix
from tests.tolerance import rounding


@pytest.fixture
def ball():
    return Mesh.from_trimesh(trimesh.creation.icosphere(2))


def test_edges_are_those_of_trimesh(ball):
    expected = {tuple(sorted(edge)) for edge in ball.to_trimesh().edges_unique.tolist()}
    found = [tuple(sorted(edge)) for edge in ball.edges.tolist()]
    assert len(found) == len(expected)
    assert set(found) == expected


def test_each_edge_runs_as_its_first_face_is_wound_and_against_the_second(ball):
    def half_edges(face):
        a, b, c = ball.faces[face].tolist()
        return {(a, b), (b, c), (c, a)}

    shape = ball.topology
    for (a, b), (own, other) in zip(shape.edges.tolist(), shape.edge_faces.tolist(), strict=True):
        assert (a, b) in half_edges(own)
        assert (b, a) in half_edges(other)


def test_a_closed_mesh_is_closed_until_a_face_is_lost_or_flipped(ball):
    assert ball.topology.is_closed
    faces = ball.faces.numpy()
    assert not Topology(faces[1:]).is_closed
    flipped = np.concatenate([faces[:1, ::-1], faces[1:]])
    assert not Topology(flipped).is_closed
    assert not Topology(faces[:0]).is_closed


def test_normals_of_a_ball_point_outwards_and_turn_with_it(ball):
    radial = torch.nn.functional.normalize(ball.vertices, dim=-1)
    assert_close(ball.vertex_normals(), radial, atol=0.03, rtol=0)
    turn = axis_angle_to_matrix(torch.randn(2, 3))
    turned = Mesh(ball.vertices @ turn.mT, None, ball.faces)
    assert_close(turned.vertex_normals(), ball.vertex_normals() @ turn.mT, atol=1e-5, rtol=0)


def test_two_bodies_that_share_an_edge_stay_closed():
    faces = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]])  # a tetrahedron
    other = np.array([0, 1, 4, 5])[faces]  # another one on the edge 0-1
    shape = Topology(np.concatenate([faces, other]))
    assert shape.is_closed
    assert len(shape.edges) == 12


def test_every_half_edge_is_counted_once_even_in_a_soup():
    faces = np.random.default_rng(0).integers(0, 9, (60, 3))
    shape = Topology(faces)
    assert len(shape.edges) + (shape.edge_faces[:, 1] >= 0).sum() == 180


def test_the_topology_is_computed_once_per_content(ball):
    again = ball.faces.clone()
    assert topology(again) is ball.topology
    again[0] = again[0].flip(0)
    assert topology(again) is not ball.topology


def test_a_new_tensor_at_an_old_address_is_not_mistaken():
    for last in range(3, 30):
        faces = torch.tensor([[0, 1, 2], [0, 2, last]])
        assert topology(faces).num_vertices == last + 1
        del faces


def test_negative_indices_are_refused():
    with pytest.raises(DataError, match="negative vertex index -1"):
        Topology(np.array([[0, 1, -1]]))


def test_trimesh_and_back(ball):
    back = Mesh.from_trimesh(ball.to_trimesh())
    assert_close(back.vertices, ball.vertices)
    assert torch.equal(back.faces, ball.faces)


def test_pyg_and_back_keeps_the_gradient(ball):
    vertices = ball.vertices.clone().requires_grad_()
    data = Mesh(vertices, None, ball.faces).to_pyg()
    data.validate()
    assert data.edge_index.shape == (2, 2 * len(ball.edges))
    assert not data.is_directed()
    back = Mesh.from_pyg(data)
    assert torch.equal(back.faces, ball.faces)
    back.vertices.sum().backward()
    assert (vertices.grad == 1).all()


@pytest.mark.open3d
def test_open3d_and_back(ball):
    there = ball.to_open3d()
    assert there.is_watertight()
    back = Mesh.from_open3d(there)
    assert_close(back.vertices, ball.vertices)
    assert torch.equal(back.faces, ball.faces)


def test_a_clip_is_indexed_before_it_is_converted(ball):
    clip = Mesh(ball.vertices.expand(4, -1, -1), ball.vertices[:24].expand(4, -1, -1), ball.faces)
    with pytest.raises(ShapeError, match="index it first"):
        clip.to_trimesh()
    assert clip[2].joints.shape == (24, 3)
    assert clip[1:3].vertices.shape == (2, len(ball.vertices), 3)
    assert len(clip[2].to_trimesh().faces) == len(ball.faces)
    with pytest.raises(ShapeError, match="no leading dimension"):
        ball[0]


def test_a_cast_changes_floats_only(ball):
    double = ball.to(torch.float64)
    assert double.vertices.dtype == torch.float64
    assert double.faces.dtype == torch.int64


@pytest.mark.parametrize(
    ("vertices", "faces", "message"),
    [((5, 2), (1, 3), r"vertices must be \(\*, V, 3\)"), ((5, 3), (1, 4), r"faces must be")],
)
@pytest.mark.usefixtures("unchecked")
def test_wrong_shapes_are_named(vertices, faces, message):
    with pytest.raises(ShapeError, match=message):
        Mesh(torch.zeros(vertices), None, torch.zeros(faces, dtype=torch.int64))


def test_a_scene_becomes_one_mesh_with_everything_in_its_place(ball):
    scene = trimesh.Scene()
    scene.add_geometry(ball.to_trimesh())
    scene.add_geometry(
        ball.to_trimesh(), transform=trimesh.transformations.translation_matrix([5, 0, 0])
    )
    found = Mesh.from_trimesh(scene)
    assert found.vertices.shape == (2 * len(ball.vertices), 3)
    assert found.topology.is_closed
    assert_close(found.vertices[len(ball.vertices) :], ball.vertices + torch.tensor([5.0, 0, 0]))
    for nothing in (trimesh.Scene(), trimesh.PointCloud(np.zeros((3, 3)))):
        with pytest.raises(DataError, match="without triangles"):
            Mesh.from_trimesh(nothing)


def test_edges_can_be_changed_without_harm(ball):
    ball.edges.zero_()
    assert ball.edges.any()


def test_unused_vertices_are_dropped_and_used_ones_kept(ball):
    far = torch.full((3, 3), torch.nan)
    mesh = Mesh(torch.cat([far, ball.vertices, far]), None, ball.faces + 3)
    assert torch.equal(mesh.used().vertices, ball.vertices)
    assert torch.equal(mesh.used().faces, ball.faces)
    assert ball.used() is ball


@pytest.mark.parametrize("lead", [(), (5,), (2, 3), (0,)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_normals_are_the_same_with_and_without_the_kernel(ball, lead, dtype):
    pytest.importorskip("numba")
    vertices = (ball.vertices + 0.05 * torch.randn(*lead, *ball.vertices.shape)).to(dtype)
    mesh = Mesh(vertices, None, ball.faces)
    plain = mesh.vertex_normals()
    with torch.no_grad():
        assert mesh._has_kernel()
        found = mesh.vertex_normals()
    assert found.shape == plain.shape
    if found.numel():
        # What is lost is lost against the sum's length: thin triangles do not make it shorter.
        length = mesh._sums().norm(dim=-1).min() / mesh._sums().abs().max()
        assert_close(found, plain, **rounding(dtype, 3 * 6, 1 / length))


@pytest.mark.parametrize("off", [-1000, 1, 1000])
def test_corners_that_are_not_there_are_no_business_of_the_kernel(ball, off):
    with torch.no_grad(), pytest.raises((IndexError, RuntimeError), match=r"out of (bounds|range)"):
        Mesh(ball.vertices, None, ball.faces + off).vertex_normals()
