"""Shapes whose numbers are known: balls, planes; and inputs that are no surface."""

from itertools import pairwise

import numpy as np
import pytest
import trimesh
from numpy.testing import assert_allclose, assert_array_equal

from meshgait import operators
from meshgait.body import Body
from meshgait.errors import ConfigError, DataError
from meshgait.mesh import Topology

BALL = trimesh.creation.icosphere(3)
FACES, POINTS = BALL.faces, np.array(BALL.vertices)


def plane(side=13):
    """A unit square of (side x side) vertices, triangles cut by diagonals in turn."""
    places = np.linspace(0, 1, side)
    x, y = np.meshgrid(places, places, indexing="ij")
    index = np.arange(side * side).reshape(side, side)
    faces = []
    for i in range(side - 1):
        for j in range(side - 1):
            a, b, c, d = index[i, j], index[i + 1, j], index[i + 1, j + 1], index[i, j + 1]
            faces += [(a, b, c), (a, c, d)] if (i + j) % 2 else [(a, b, d), (b, c, d)]
    return np.array(faces), np.stack([x.ravel(), y.ravel(), np.zeros(side * side)], axis=1)


def test_edges_are_those_of_trimesh():
    assert_array_equal(operators.edges(FACES), np.unique(np.sort(BALL.edges_unique), axis=0))


def test_a_ring_goes_around_its_vertex_anti_clockwise():
    for vertex, ring in enumerate(operators.one_rings(FACES, POINTS)):
        assert set(ring) == set(BALL.vertex_neighbors[vertex])
        here, there = POINTS[ring], POINTS[np.roll(ring, -1)]
        assert (np.cross(here, there) @ POINTS[vertex] > 0).all()


def test_a_ring_on_a_boundary_runs_from_one_end_to_the_other():
    faces, points = np.array([[0, 1, 2], [0, 2, 3]]), np.eye(4)[:, :3]
    assert_array_equal(operators.one_rings(faces, points)[0], [1, 2, 3])


def test_a_spiral_takes_ring_after_ring_and_begins_upwards():
    rings, found = operators.one_rings(FACES, POINTS), operators.spirals(FACES, POINTS, 14)
    for vertex, spiral in enumerate(found):
        ring = rings[vertex]
        assert spiral[0] == vertex
        assert len(set(spiral)) == 14
        assert set(spiral[1 : len(ring) + 1]) == set(ring)
        step = POINTS[ring] - POINTS[vertex]
        assert spiral[1] == ring[np.argmax(step[:, 1] / np.linalg.norm(step, axis=1))]


def test_a_spiral_without_more_surface_stays_where_it_is():
    tetrahedron = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]])
    found = operators.spirals(tetrahedron, np.eye(4)[:, :3], 6)
    assert_array_equal(found[:, 4:], np.repeat(np.arange(4)[:, None], 2, axis=1))


def test_areas_add_up_to_that_of_the_surface():
    assert_allclose(operators.vertex_areas(FACES, POINTS).sum(), BALL.area)
    assert_allclose(operators.vertex_areas(*plane()).sum(), 1)


def test_eigenvalues_of_a_ball_are_l_times_l_plus_1():
    values, functions = operators.eigenbasis(FACES, POINTS, 16)
    expected = np.repeat([0, 2, 6, 12], [1, 3, 5, 7])
    assert_allclose(values, expected, rtol=0.02, atol=1e-6)
    areas = operators.vertex_areas(FACES, POINTS)
    assert_allclose(functions.T @ (areas[:, None] * functions), np.eye(16), atol=1e-9)
    again = operators.eigenbasis(FACES, POINTS, 16)[1]
    assert_array_equal(functions, again)


def test_the_laplacian_of_a_linear_function_is_zero_inside_a_plane():
    faces, points = plane()
    laplacian = operators.cotangent_laplacian(faces, points)
    inside = ((points[:, :2] > 0) & (points[:, :2] < 1)).all(axis=1)
    assert_allclose((laplacian @ (points @ [2.0, -3.0, 0.0]))[inside], 0, atol=1e-12)
    linear = points @ [2.0, -3.0, 0.0]
    assert_allclose(linear @ laplacian @ linear, 13)  # |grad|^2 over an area of one


def test_the_gradient_of_a_linear_function_is_its_slope_laid_into_the_surface():
    slope = np.array([2.0, -3.0, 0.5])
    each = (operators.face_gradient(FACES, POINTS) @ (POINTS @ slope)).reshape(-1, 3)
    normal = BALL.face_normals
    assert_allclose(each, slope - (normal @ slope)[:, None] * normal, atol=1e-9)
    faces, points = plane()
    frames = operators.tangent_frames(faces, points)
    for along, axis in zip(operators.vertex_gradient(faces, points), frames, strict=True):
        assert_allclose(along @ (points @ slope), axis @ [2.0, -3.0, 0.0], atol=1e-9)


def test_distances_on_a_plane_are_straight_and_on_a_ball_are_arcs():
    faces, points = plane(33)
    straight = np.linalg.norm(points - points[33 * 16 + 16], axis=1)
    assert_allclose(operators.geodesic_distance(faces, points, 33 * 16 + 16), straight, atol=0.03)
    arc = np.arccos((POINTS @ POINTS[0]).clip(-1, 1))
    assert_allclose(operators.geodesic_distance(FACES, POINTS, 0), arc, atol=0.06)


def test_a_part_that_is_not_joined_is_infinitely_far():
    two = trimesh.util.concatenate([BALL, BALL.copy().apply_translation([5, 0, 0])])
    found = operators.geodesic_distance(two.faces, np.array(two.vertices), 0)
    assert np.isinf(found).sum() == len(POINTS)


def test_a_patch_holds_what_is_near_along_the_edges():
    patches = operators.geodesic_patches(FACES, POINTS, 0.5)
    assert abs(patches - patches.T).max() < 1e-12
    arc = np.arccos((POINTS @ POINTS.T).clip(-1, 1))
    row, column = patches.nonzero()
    assert (patches.data >= np.linalg.norm(POINTS[row] - POINTS[column], axis=1) - 1e-9).all()
    found = np.zeros_like(arc, dtype=bool)
    found[row, column] = True
    assert (found | (arc > 0.5 * 0.8) | np.eye(len(arc), dtype=bool)).all()
    assert not (found & (arc > 0.52)).any()


@pytest.mark.parametrize(
    ("faces", "words"),
    [
        ([[0, 1, 2], [0, 1, 3]], "wound alike"),
        ([[0, 1, 2], [1, 0, 3], [0, 1, 4]], "not manifold"),
        ([[0, 1, 2], [0, 3, 4]], "touch at vertex 0"),
        ([[0, 1, 1], [0, 1, 2]], "corner twice"),
        ([[0, 1, 9]], "name vertex 9"),
        ([[0, 1, -1]], "negative"),
        (np.zeros((0, 3)), "at least one triangle"),
        ([[0, 1, 2]], "belongs to no triangle"),
    ],
)
def test_what_is_no_surface_is_refused_in_one_sentence(faces, words):
    count = 4 if words == "belongs to no triangle" else min(5, int(np.max(faces, initial=2)) + 1)
    points = np.random.default_rng(0).standard_normal((count, 3))
    with pytest.raises(DataError, match=words):
        operators.hierarchy(np.array(faces, dtype=np.int64), points, (2,))


def test_positions_without_a_number_or_an_area_are_refused():
    broken = POINTS.copy()
    broken[3] = np.nan
    with pytest.raises(DataError, match="vertex 3"):
        operators.one_rings(FACES, broken)
    with pytest.raises(DataError, match="no area"):
        operators.vertex_areas(FACES, np.zeros_like(POINTS))


@pytest.fixture(scope="module")
def body():
    whole = Body.embedded()
    return whole.faces.numpy(), whole.layer.v_template.double().numpy()


@pytest.mark.usefixtures("unchecked")  # a check at every collapse takes most of the time
def test_levels_of_a_body_stay_closed_and_their_matrices_are_means(body, tmp_path):
    levels = operators.hierarchy(*body, cache=tmp_path)
    assert [len(level.vertices) for level in levels] == [6890, 1722, 431, 108]
    for fine, level in pairwise(levels):
        shape = Topology(level.faces)
        assert shape.is_closed
        assert len(level.vertices) - len(shape.edges) + len(level.faces) == 2
        assert_array_equal(level.vertices, body[1][level.kept])
        for matrix in (level.up, level.down):
            assert matrix.min() >= 0
            assert_allclose(matrix.sum(axis=1), 1)
        assert (np.diff(level.up.indptr) <= 3).all()
        kept = np.searchsorted(fine.kept, level.kept)
        assert_allclose(level.up[kept].toarray(), np.eye(len(kept)), atol=1e-6)
    assert np.abs(levels[1].up @ levels[1].vertices - body[1]).max() < 0.01


def test_levels_are_made_where_none_can_be_kept(tmp_path):
    (tmp_path / "file").touch()
    assert len(operators.hierarchy(FACES, POINTS, (3, 3), cache=tmp_path / "file" / "x")) == 3


def test_the_levels_are_the_same_every_time_and_from_the_cache(tmp_path):
    first = operators.hierarchy(FACES, POINTS, (3, 3), cache=tmp_path / "a")
    anew = operators.hierarchy(FACES, POINTS, (3, 3), cache=tmp_path / "b")
    (file,) = (tmp_path / "a").iterdir()
    stored = operators.hierarchy(FACES, POINTS, (3, 3), cache=tmp_path / "a")
    file.write_bytes(b"damaged")
    mended = operators.hierarchy(FACES, POINTS, (3, 3), cache=tmp_path / "a")
    for other in (anew, stored, mended):
        for one, two in zip(first, other, strict=True):
            assert_array_equal(one.faces, two.faces)
            assert_array_equal(one.up.toarray(), two.up.toarray())
            assert_array_equal(one.down.toarray(), two.down.toarray())


def test_a_boundary_keeps_its_place(tmp_path):
    _, level = operators.hierarchy(*plane(), (4,), cache=tmp_path)
    assert not Topology(level.faces).is_closed
    assert_allclose(operators.vertex_areas(level.faces, level.vertices).sum(), 1, atol=1e-9)


def test_a_surface_that_cannot_shrink_so_far_is_refused(tmp_path):
    with pytest.raises(DataError, match="cannot shrink below"):
        operators.hierarchy(FACES, POINTS, (4, 100), cache=tmp_path)
    with pytest.raises(ConfigError, match="more than 1"):
        operators.hierarchy(FACES, POINTS, (0.5,), cache=tmp_path)
