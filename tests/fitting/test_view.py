import torch
from torch.testing import assert_close

from meshgait import rotation
from meshgait.fitting.view import CropView, PictureView
from tests.fitting.scene import filmed


def standing():
    """Target, camera, faces and vertices around the pelvis, as one sequence."""
    _, mesh, camera, seen = filmed()
    pelvis = mesh.require_joints()[:, :1]
    return seen[None].float(), camera, mesh.faces, (mesh.vertices - pelvis)[None], pelvis[:, 0]


def test_a_place_in_a_picture_is_where_the_pelvis_is():
    target, camera, faces, vertices, pelvis = standing()
    view = PictureView(target, camera)
    place = view.place(pelvis[None])
    assert_close(view.pelvis(place), pelvis[None], atol=1e-5, rtol=0)
    found = view.project(vertices, place, vertices, faces)[0]
    expected = camera.project(vertices[0] + pelvis[:, None])
    assert_close(found, expected, atol=1e-3, rtol=0)


def test_bodies_are_put_where_the_silhouettes_are():
    target, camera, _, vertices, pelvis = standing()
    found = PictureView(target, camera).put(vertices)
    assert_close(PictureView(target, camera).pelvis(found)[0], pelvis, atol=0.15, rtol=0)


def test_a_turn_is_that_of_the_vertices():
    target, camera, faces, vertices, pelvis = standing()
    turn = rotation.axis_angle_to_matrix(torch.randn(1, 4, 3))
    for view in (PictureView(target, camera), CropView(target)):
        place = view.place(pelvis[None])
        turned = vertices @ turn.mT
        expected = view.project(turned, place, turned, faces)
        found = view.project(vertices, place, vertices, faces, turn)
        assert_close(found, expected, atol=1e-3, rtol=1e-4)


def test_without_a_camera_the_body_fills_the_rows_of_the_silhouette_at_any_scale():
    target, _, faces, vertices, _ = standing()
    view = CropView(target)
    place = view.put(vertices)
    image = view.draw(vertices, place, faces)
    rows = (target.amax(-1) > 0).float()
    assert_close((image.amax(-1) > 0.02).float(), rows)
    assert_close(view.draw(0.3 * vertices + 5, place, faces), image, atol=1e-3, rtol=0)
