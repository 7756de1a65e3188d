import numpy as np
import pytest
import torch
import trimesh
from torch.testing import assert_close

from meshgait import Camera, Mesh
from meshgait.camera import WeakPerspective
from meshgait.errors import ConfigError, DataError, ShapeError
from meshgait.modalities import Grid, canonical_mesh, silhouette, visual_hull, voxels

GRID = Grid.around((0.0, -0.05, 0.0), (1.0, 2.0, 1.2), 1 / 16)


def test_a_grid_covers_its_box():
    assert GRID.shape == (16, 32, 20)
    centers = GRID.centers()
    assert_close(centers[0, 0, 0], torch.tensor(GRID.origin) + 1 / 32)
    assert_close(centers.reshape(-1, 3).mean(0), torch.tensor([0.0, -0.05, 0.0]), atol=1e-6, rtol=0)
    with pytest.raises(ConfigError, match="cells of a size"):
        Grid((0.0, 0.0, 0.0), 0.0, (2, 2, 2))


def test_inside_is_what_trimesh_calls_inside(clip):
    """The 400 of 10,240 middles that are nearest to the skin: trimesh takes 4 ms for each."""
    pytest.importorskip("rtree", reason="trimesh's test needs it")
    walker = canonical_mesh(clip.mesh[6])
    points = GRID.centers().reshape(-1, 3)
    nearest = torch.cdist(points, walker.vertices).amin(1).argsort()[:400]
    ours = voxels(walker, GRID).flatten()[nearest]
    theirs = walker.to_trimesh().contains(points[nearest].numpy())
    assert 100 < theirs.sum() < 300
    np.testing.assert_array_equal(ours.numpy(), theirs)


def test_lines_through_edges_and_corners_count_once():
    """A box whose corners, edges and seams all lie on lines of the grid."""
    box = trimesh.creation.box((2.0, 2.0, 2.0)).subdivide().subdivide()
    grid = Grid((-1.75, -1.75, -1.75), 0.5, (7, 7, 7))
    inside = voxels(Mesh.from_trimesh(box), grid)
    held = grid.centers()[inside]
    assert (held.abs() <= 1).all()
    core = (grid.centers().abs() < 0.9).all(-1)
    assert inside[core].all()
    ball = Mesh.from_trimesh(trimesh.creation.icosphere(3))
    found = voxels(ball, grid)
    away = grid.centers().norm(dim=-1)
    assert found[away < 0.99].all()
    assert not found[away > 1.01].any()  # a corner of the ball is a middle itself


def test_the_volume_is_the_meshs(clip):
    walker = canonical_mesh(clip.mesh[3])
    fine = Grid.around((0.0, -0.05, 0.0), (1.0, 2.0, 1.2), 0.02)
    volume = float(voxels(walker, fine).sum()) * fine.cell**3
    assert abs(volume / walker.to_trimesh().volume - 1) < 0.02


def test_several_meshes_give_their_union_and_frames_their_own(clip):
    ball = Mesh.from_trimesh(trimesh.creation.icosphere(3, radius=0.3))
    apart = ball.vertices + torch.tensor([0.2, 0.0, 0.0])
    both = Mesh(torch.cat([ball.vertices, apart]), None, torch.cat([ball.faces, ball.faces + 642]))
    one, other = (voxels(Mesh(v, None, ball.faces), GRID) for v in (ball.vertices, apart))
    assert_close(voxels(both, GRID), one | other)
    pair = Mesh(torch.stack([apart, ball.vertices])[:, None], None, ball.faces)
    assert_close(voxels(pair, GRID), torch.stack([other, one])[:, None])


def test_a_mesh_with_a_hole_has_no_inside():
    open_box = Mesh(torch.rand(4, 3), None, torch.tensor([[0, 1, 2], [0, 2, 3]]))
    with pytest.raises(DataError, match="has holes"):
        voxels(open_box, GRID)


def ring(count, size=(96, 72)):
    return [Camera.orbit(360.0 * k / count, 15.0, 4.0, size, fov_deg=36.0) for k in range(count)]


def covered(mesh, cameras):
    views = [
        Camera(
            c.rotation.expand(len(mesh.vertices), 3, 3),
            c.translation.expand(len(mesh.vertices), 3),
            c.focal,
            c.center,
            c.size,
        )
        for c in cameras
    ]
    return torch.stack([silhouette(mesh, view) > 0 for view in views], dim=1)


def test_the_hull_holds_the_mesh_and_more_cameras_make_it_smaller(clip):
    walker = canonical_mesh(clip.mesh[:4])
    volume, sizes = voxels(walker, GRID), []
    for count in (1, 2, 4, 8):
        cameras = ring(count)
        hull = visual_hull(covered(walker, cameras), cameras, GRID)
        assert (hull | ~volume).all()
        sizes.append(int(hull.sum()))
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < 3 * int(volume.sum())


def test_what_no_camera_sees_stays():
    near = Camera.orbit(0.0, 0.0, 1.0, (8, 8), fov_deg=10.0)
    hull = visual_hull(torch.zeros(1, 8, 8, dtype=torch.bool), [near], GRID)
    assert hull[0, 0, 0]
    assert not hull[8, 16, 10]
    with pytest.raises(ShapeError, match="1 masks do not fit 2 cameras"):
        visual_hull(torch.zeros(1, 8, 8, dtype=torch.bool), [near, near], GRID)
    with pytest.raises(ShapeError, match=r"a mask is \(9, 8\)"):
        visual_hull(torch.zeros(1, 9, 8, dtype=torch.bool), [near], GRID)


def test_cameras_without_perspective_carve_a_hull_that_holds_the_mesh(clip):
    walker = canonical_mesh(clip.mesh[:2])
    cameras = [WeakPerspective.from_pinhole(camera) for camera in ring(4)]
    volume = voxels(walker, GRID)
    masks = torch.stack([silhouette(walker, each_frame(c, 2)) > 0 for c in cameras], dim=1)
    hull = visual_hull(masks, cameras, GRID)
    assert (hull | ~volume).all()
    assert int(hull.sum()) < 4 * int(volume.sum())


def each_frame(camera, count):
    shift = camera.shift.expand(count, 2)
    return WeakPerspective(camera.rotation, camera.scale, shift, camera.size)


@pytest.mark.usefixtures("unchecked")
def test_masks_of_a_hull_may_be_zeros_and_ones(clip):
    walker, cameras = canonical_mesh(clip.mesh[:2]), ring(2)
    masks = covered(walker, cameras)
    assert torch.equal(visual_hull(masks.byte(), cameras, GRID), visual_hull(masks, cameras, GRID))


def test_a_camera_excludes_what_lies_in_its_picture_and_not_a_pixel_more():
    cubes = Grid((-3.0, -3.0, 0.0), 1.0, (12, 12, 1))  # a pixel each, from -3 to 8
    camera = WeakPerspective(torch.eye(3), torch.ones(2), torch.zeros(2), (4, 5))
    hull = visual_hull(torch.zeros(1, 4, 5, dtype=torch.bool), [camera], cubes)[..., 0]
    excluded = torch.zeros(12, 12, dtype=torch.bool)
    excluded[3:8, 3:7] = True
    assert torch.equal(~hull, excluded)
