import torch
from torch.testing import assert_close

from meshgait import Camera, Mesh
from meshgait.camera import WeakPerspective
from meshgait.modalities import COCO17, JOINT_SETS, skeleton2d, skeleton3d
from meshgait.modalities.skeleton2d import _is_seen
from meshgait.render import rasterize_seen_by
from tests.modalities.conftest import mirrored


def test_the_camera_projects_the_skeleton_in_space_onto_the_flat_one(clip, body):
    for joint_set in JOINT_SETS.values():
        space = skeleton3d(clip.mesh, joint_set, landmarks=body.landmarks)
        flat = skeleton2d(clip.mesh, clip.camera, joint_set, landmarks=body.landmarks)
        assert_close(flat[..., :2], clip.camera.project(space), atol=1e-4, rtol=0)


def test_the_far_side_of_the_face_is_hidden_and_the_near_side_seen(body):
    rest = body(pose=torch.zeros(2, 72), betas=torch.zeros(2, 10))
    sides = Camera.orbit(torch.tensor([90.0, -90.0]), 0.0, 4.0, (96, 96))
    seen = skeleton2d(rest, sides, landmarks=body.landmarks)[..., 2]
    left, right = COCO17.names.index("left_ear"), COCO17.names.index("right_ear")
    assert seen[:, left].tolist() == [1, 0]
    assert seen[:, right].tolist() == [0, 1]
    front = skeleton2d(rest[0], Camera.orbit(0, 0, 4.0, (96, 96)), landmarks=body.landmarks)
    assert front[:, 2].tolist() == [1.0] * 17


def test_a_wall_hides_and_the_edge_of_the_image_too(body):
    rest = body(pose=torch.zeros(1, 72), betas=torch.zeros(1, 10))[0]
    camera = Camera.orbit(0, 0, 4.0, (96, 96))
    wall = torch.tensor([[-2.0, -2.0, 1.0], [2.0, -2.0, 1.0], [0.0, 0.3, 1.0]])
    faces = torch.cat([rest.faces, torch.tensor([[6890, 6891, 6892]])])
    behind = Mesh(torch.cat([rest.vertices, wall]), rest.joints, faces)
    seen = skeleton2d(behind, camera, landmarks=body.landmarks)[:, 2]
    assert seen[COCO17.names.index("left_knee")] == 0
    assert seen[0] == 1
    near = Camera.orbit(0, 0, 4.0, (96, 96), fov_deg=10.0)
    seen = skeleton2d(rest, near, landmarks=body.landmarks)[:, 2]
    assert seen[COCO17.names.index("left_ankle")] == 0
    assert seen[COCO17.names.index("left_hip")] == 1


def test_up_to_the_edges_of_the_image_a_keypoint_is_hidden_by_what_is_in_its_own_pixel():
    """Keypoints of the outermost pixels, each with a speck of skin, behind scattered triangles."""
    camera = Camera.orbit(0, 0, 4.0, (96, 96))
    line = torch.linspace(-2.5, 2.5, 500)
    plane = torch.cartesian_prod(line, line, torch.zeros(1))
    column, row = camera.project(plane).floor().long().unbind(-1)
    is_inside = (row >= 0) & (row < 96) & (column >= 0) & (column < 96)
    at_edge = is_inside & ((row % 95 == 0) | (column % 95 == 0))
    points, row, column = plane[at_edge][::5], row[at_edge][::5], column[at_edge][::5]
    skin = points[:, None] + 1e-3 * torch.eye(3)
    before = 0.75 * points[torch.randint(len(points), (60,))]  # as far aside, a metre nearer
    wall = before[:, None] + 0.4 * torch.rand(60, 3, 3) - 0.2
    wall[..., 2] = 1.0
    corners = torch.cat([skin, wall]).reshape(-1, 3)
    mesh = Mesh(corners, None, torch.arange(len(corners)).reshape(-1, 3))
    face, _, _ = rasterize_seen_by(camera, wall.reshape(-1, 3), torch.arange(180).reshape(-1, 3))
    is_seen = face[row, column] < 0
    for side in (row == 0, row == 95, column == 0, column == 95):
        assert 10 < is_seen[side].sum() < side.sum() - 10
    assert torch.equal(_is_seen(mesh, camera, points), is_seen)


def test_in_the_mirror_left_and_right_change_places(clip, body):
    camera = Camera.orbit(0.0, 5.0, 4.0, (64, 64), target=(0.0, 0.9, 0.0))
    ours = skeleton2d(clip.mesh[6], camera, landmarks=body.landmarks)
    theirs = skeleton2d(mirrored(clip.mesh, body)[6], camera, landmarks=body.landmarks)
    swapped = ours[list(COCO17.other_side)]
    assert_close(theirs[:, 0], 64 - swapped[:, 0], atol=1e-3, rtol=0)
    assert_close(theirs[:, 1], swapped[:, 1], atol=1e-3, rtol=0)
    assert_close(theirs[:, 2], swapped[:, 2])


def test_without_perspective_the_same_keypoints_are_seen_wherever_the_origin_is(body):
    rest = body(pose=torch.zeros(1, 72), betas=torch.zeros(1, 10))[0]
    for azimuth in (0.0, 90.0):
        far = Camera.orbit(azimuth, 0, 400.0, (96, 96), fov_deg=0.4)
        weak = WeakPerspective.from_pinhole(far)
        expected = skeleton2d(rest, far, landmarks=body.landmarks)
        for shift in (-3.0, 0.0, 3.0):
            step = shift * weak.rotation[2]  # away from the camera
            moved = Mesh(rest.vertices + step, rest.joints + step, rest.faces)
            found = skeleton2d(moved, weak, landmarks=body.landmarks)
            assert_close(found[:, :2], expected[:, :2], atol=0.2, rtol=0)
            assert torch.equal(found[:, 2], expected[:, 2])


def test_a_vertex_of_no_face_hides_nothing_and_is_no_skin(clip, body):
    mesh = clip.mesh
    lost = torch.full((len(mesh.vertices), 1, 3), torch.nan)
    other = Mesh(torch.cat([mesh.vertices, lost], dim=1), mesh.joints, mesh.faces)
    found = skeleton2d(other, clip.camera, landmarks=body.landmarks)
    assert torch.equal(found, skeleton2d(mesh, clip.camera, landmarks=body.landmarks))
