import torch
from torch.testing import assert_close

from meshgait.body import Body
from meshgait.body.lean import joint_reach, lean


def test_small_turns_are_those_of_the_pose():
    body = Body.embedded().double()
    betas = torch.randn(10).double()
    # At rest a joint's own axes are those of the world.
    rest = body(pose=torch.zeros(3, 72).double(), betas=betas)
    turns = 1e-4 * torch.randn(3, 24, 3).double()
    turned = body(pose=turns.flatten(1), betas=betas)
    step = turned.vertices - rest.vertices
    found = lean(rest.vertices, rest.joints, turns, joint_reach(body.weights)) - rest.vertices
    # Beside second orders, what posedirs add: a hundredth of the way.
    assert (found - step).norm() < 0.1 * step.norm()
    joints = lean(rest.joints, rest.joints, turns, joint_reach(torch.eye(24).double()))
    assert_close(joints, turned.joints, rtol=0, atol=1e-6)


def test_the_root_turns_everything():
    points, joints = torch.randn(2, 9, 3), torch.randn(2, 24, 3)
    reach = joint_reach(torch.softmax(torch.randn(9, 24), dim=1))
    turns = torch.zeros(2, 24, 3)
    turns[:, 0] = 0.01 * torch.randn(2, 3)
    expected = torch.linalg.cross(turns[:, :1], points - joints[:, :1])
    assert_close(lean(points, joints, turns, reach) - points, expected, rtol=0, atol=1e-6)
