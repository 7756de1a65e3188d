import torch
from torch.testing import assert_close

from meshgait.body import Body
from meshgait.body.kinematics import PartialBody
from meshgait.rotation import axis_angle_to_matrix


def test_a_part_of_a_body_is_decoded_as_the_whole_is():
    body, some = Body.embedded(), torch.arange(5, 6890, 97)
    pose, betas = 0.4 * torch.randn(4, 3, 72), torch.randn(4, 3, 10)
    mesh = body(pose=pose, betas=betas)
    part = PartialBody(body, some)
    vertices, joints = part(axis_angle_to_matrix(pose.unflatten(-1, (24, 3))), betas)
    assert_close(vertices, mesh.vertices[..., some, :], rtol=0, atol=2e-5)
    assert_close(joints, mesh.joints, rtol=0, atol=2e-5)
    assert_close(part.shape(betas), body.shape(betas)[..., some, :], rtol=0, atol=2e-5)
    assert not part.state_dict()


def test_offsets_at_rest_turn_with_the_skin():
    part = PartialBody(Body.embedded(), torch.arange(5, 6890, 97)).double()
    betas, offsets = torch.randn(3, 10).double(), torch.randn(3, 71, 3).double()
    turns = torch.eye(3).double().expand(3, 24, 3, 3).clone()
    turns[:, 0] = axis_angle_to_matrix(torch.randn(3, 3).double())
    bare, joints = part(turns, betas)
    moved, same = part(turns, betas, offsets)
    assert_close(same, joints)
    assert_close(moved - bare, offsets @ turns[:, 0].mT)
