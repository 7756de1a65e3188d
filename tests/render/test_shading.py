import torch

from meshgait import Camera, render
from tests.render import shapes


def test_a_lit_sphere_is_brightest_where_the_lamps_are_and_stands_on_the_background():
    vertices, faces = shapes.sphere(3)
    camera = Camera.orbit(20.0, 0.0, 3.0, (48, 40))
    picture = render.shade(vertices.float(), faces, camera, color=(1.0, 0.5, 0.0))
    assert picture.dtype == torch.uint8
    assert picture.shape == (48, 40, 3)
    assert (picture[0, 0] == 255).all()
    ball = picture[24, 20].int()
    assert ball[0] > ball[1] > ball[2] == 0
    bright = picture[..., 0].float().masked_fill(picture[..., 2] > 0, 0)
    assert bright[15:24, 11:20].mean() > bright[24:33, 20:29].mean() > 40


def test_one_colour_per_vertex_and_one_picture_per_frame():
    vertices, faces = shapes.sphere(2)
    camera = Camera.orbit(torch.tensor([0.0, 180.0]), 0.0, 3.0, (30, 30))
    left = (vertices[:, :1] > 0).float() * torch.tensor([1.0, 0.0, 0.0])
    frames = vertices.float().expand(2, -1, 3)
    picture = render.shade(frames, faces, camera, color=left.expand(2, -1, 3))
    assert picture.shape == (2, 30, 30, 3)
    for frame, red, black in ((0, 20, 10), (1, 10, 20)):  # the left side changes sides
        assert picture[frame, 15, red, 0] > 90
        assert picture[frame, 15, black, 0] == 0


def test_the_edge_is_smooth_and_the_back_of_an_open_mesh_is_lit():
    square = torch.tensor([[-1.0, -1.1, 0.0], [1.0, -0.9, 0.0], [1.0, 1.1, 0.0], [-1.0, 0.9, 0.0]])
    faces = torch.tensor([[0, 1, 2], [0, 2, 3]])
    front, back = (
        render.shade(square, faces, Camera.orbit(azimuth, 0.0, 4.0, (40, 40)))
        for azimuth in (0.0, 180.0)
    )
    assert len(front[..., 0].unique()) > 2
    assert (front[20, 20].int() - back[20, 20].int()).abs().max() < 3
