import pytest
import torch
from torch.testing import assert_close

from meshgait.errors import DataError, ShapeError
from meshgait.modalities import COCO17, H36M17, SMPL24, skeleton3d
from tests.modalities.conftest import turned


def test_smpls_own_joints_come_back(clip):
    assert_close(skeleton3d(clip.mesh), clip.mesh.joints)
    centred = skeleton3d(clip.mesh, centred=True)
    assert_close(centred, clip.mesh.joints - clip.mesh.joints[:, :1])


def test_it_turns_with_the_world(clip, body):
    angle = 1.1
    before = skeleton3d(clip.mesh, COCO17, landmarks=body.landmarks)
    after = skeleton3d(turned(clip.mesh, angle), COCO17, landmarks=body.landmarks)
    assert_close(after[..., 1], before[..., 1])
    assert_close(after.norm(dim=-1), before.norm(dim=-1))
    assert not torch.allclose(after, before, atol=0.1)


def test_the_top_of_the_head_is_there(body):
    rest = body(pose=torch.zeros(1, 72), betas=torch.zeros(1, 10))
    top = skeleton3d(rest, H36M17, landmarks=body.landmarks)[0, H36M17.names.index("head")]
    assert abs(top[1] - rest.vertices[0, :, 1].max()) < 0.03


def test_eyes_are_over_the_nose_and_ears_behind_it(body):
    rest = body(pose=torch.zeros(1, 72), betas=torch.zeros(1, 10))
    nose, left_eye, _, left_ear, _ = skeleton3d(rest, COCO17, landmarks=body.landmarks)[0, :5]
    assert left_eye[1] > nose[1]
    assert left_ear[2] < nose[2]
    assert left_ear[0] > left_eye[0] > 0


def test_gradients_reach_vertices_and_joints(clip, body):
    vertices, joints = (x.clone().requires_grad_() for x in (clip.mesh.vertices, clip.mesh.joints))
    mesh = type(clip.mesh)(vertices, joints, clip.mesh.faces)
    skeleton3d(mesh, COCO17, landmarks=body.landmarks).square().sum().backward()
    assert joints.grad.abs().sum() > 0
    assert (vertices.grad.abs().sum((0, 2)) > 0).sum() == 5


def test_vertices_that_are_not_there_are_named(clip, body):
    with pytest.raises(DataError, match=r"pass body\.landmarks"):
        skeleton3d(clip.mesh, COCO17)
    with pytest.raises(ShapeError, match="but the mesh has 6890"):
        skeleton3d(clip.mesh, COCO17, landmarks=body.landmarks + 3000)
    assert SMPL24.needs_landmarks is False
