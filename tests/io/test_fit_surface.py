import numpy as np
import torch

from meshgait.body import JOINT_INDEX
from meshgait.io.fit_surface import Surface, fit_surface
from tests.io.samples import body, motion


def frames(kept):
    """Skins and joints of the walk."""
    mesh = motion().decode(body())
    return [
        (mesh.vertices[t].double().numpy(), mesh.joints[t].double().numpy()) for t in kept
    ]  # fmt: skip


def test_points_in_any_order_give_back_the_shape_and_the_pose():
    kept = [0, 3]
    rng = np.random.default_rng(0)
    surfaces = [Surface(rng.permutation(skin), joints) for skin, joints in frames(kept)]
    start = motion().pose[kept].reshape(2, 24, 3).copy()
    start[:, JOINT_INDEX["left_elbow"]] += 0.05
    start[:, JOINT_INDEX["right_hip"]] -= 0.03
    fit = fit_surface(body(), surfaces, start, motion().transl[kept] + 0.01)
    assert np.abs(fit.betas - motion().betas).max() < 0.2  # a deviation is 1
    assert fit.off_mm < 0.5
    skin = body().shape(torch.tensor(fit.betas)) - body().shape(torch.tensor(motion().betas))
    assert skin.norm(dim=1).mean() < 2e-3


def test_vertices_in_their_order_are_met_exactly_but_for_the_prior():
    skin, joints = frames([1])[0]
    pose, transl = motion().pose[1:2].reshape(1, 24, 3), motion().transl[1:2]
    fit = fit_surface(body(), [Surface(skin, joints, paired=True)], pose, transl)
    assert fit.off_mm < 0.1
    np.testing.assert_allclose(fit.betas, motion().betas, atol=0.02)


def test_unknown_joints_leave_it_to_the_skin():
    skin, joints = frames([1])[0]
    pose, transl = motion().pose[1:2].reshape(1, 24, 3), motion().transl[1:2]
    fit = fit_surface(body(), [Surface(skin, joints * np.nan)], pose, transl)
    assert fit.off_mm < 0.5
