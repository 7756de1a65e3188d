import torch
import trimesh
from torch.testing import assert_close

from meshgait import Camera, Mesh
from meshgait.modalities import depth, silhouette
from tests.render.test_zbuffer import plane


def test_the_nearest_point_of_a_ball_is_a_radius_before_its_middle():
    ball = Mesh.from_trimesh(trimesh.creation.icosphere(4, radius=0.5))
    image = depth(ball, Camera.orbit(20, 10, 3.0, (65, 65)))
    assert_close(image[32, 32], torch.tensor(2.5), atol=2e-3, rtol=0)
    assert_close(image[image > 0].min(), torch.tensor(2.5), atol=2e-3, rtol=0)


def test_it_is_there_where_the_silhouette_is(clip):
    seen, covered = depth(clip.mesh, clip.camera) > 0, silhouette(clip.mesh, clip.camera)
    # Two limbs that end in one pixel cover it together, and neither its middle: inside, then.
    inside = -torch.nn.functional.max_pool2d(-covered[:, None], 3, stride=1, padding=1)[:, 0]
    assert seen[inside > 0.999].all()
    assert not seen[covered == 0].any()


def test_a_step_back_adds_its_length_and_has_that_gradient(clip):
    camera = Camera.orbit(0, 0, 4.0, (48, 48), target=(0.0, 0.9, 0.0))
    step = torch.zeros(1, requires_grad=True)
    vertices = clip.mesh.vertices[6] + step * torch.tensor([0.0, 0.0, -1.0])
    image = depth(Mesh(vertices, None, clip.mesh.faces), camera)
    image[24, 24].backward()
    assert 0.5 < float(step.grad) < 2


def test_without_perspective_it_is_linear_on_the_image():
    vertices, faces, camera = plane()
    assert_close(depth(Mesh(vertices, None, faces), camera)[0], torch.linspace(1.1, 2.9, 10))
