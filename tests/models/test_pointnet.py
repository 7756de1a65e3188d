import torch
from torch.testing import assert_close

from meshgait.body import Body
from meshgait.models import PointNet
from meshgait.models.pointnet import surface_points
from meshgait.rotation import axis_angle_to_matrix, matrix_to_axis_angle


def test_points_are_spread_evenly_over_the_skin():
    vertices, weights = map(torch.from_numpy, surface_points(400))
    assert_close(weights.sum(1), torch.ones(400))
    assert weights.min() >= 0
    body = Body.embedded()
    place = (body.layer.v_template[vertices].unflatten(0, (400, 3)) * weights[..., None]).sum(1)
    a, b, c = body.layer.v_template[body.faces].unbind(1)
    area = torch.linalg.cross(b - a, c - a).norm(dim=1)
    middle = (a + b + c) / 3
    for axis in range(3):
        for cut in (-0.1, 0.0, 0.1):
            share = area[middle[:, axis] < cut].sum() / area.sum()
            assert abs((place[:, axis] < cut).float().mean() - share) < 0.03


def test_points_lie_on_the_posed_mesh():
    model = PointNet(PointNet.Config(points=20, width=1 / 16))
    smpl = 0.3 * torch.randn(4, 85)
    smpl[:, 3:6] = 0
    mesh = Body.embedded()(pose=smpl[:, 3:75], betas=smpl[:, 75:])
    vertices, weights = map(torch.from_numpy, surface_points(20))
    corners = mesh.vertices[:, vertices].unflatten(1, (20, 3)) - mesh.joints[:, None, :1]
    assert_close(model.points(smpl), (corners * weights[:, :, None]).sum(2), rtol=0, atol=3e-5)


@torch.no_grad()
def test_neither_camera_nor_heading_nor_order_of_frames_matters():
    model = PointNet(PointNet.Config(width=1 / 16)).eval()
    smpl = 0.3 * torch.randn(2, 5, 85)
    other = smpl[:, torch.randperm(5)].clone()
    other[..., :3] = torch.randn(2, 5, 3)
    about_y = axis_angle_to_matrix(torch.rand(2, 5, 1) * torch.tensor([0.0, 3.0, 0.0]))
    turned = about_y @ axis_angle_to_matrix(other[..., 3:6])
    other[..., 3:6] = matrix_to_axis_angle(turned)
    assert_close(model(other), model(smpl), rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_moments_of_every_point_stand_beside_what_is_learnt():
    model = PointNet(PointNet.Config(points=20, width=1 / 16)).eval()
    smpl = 0.3 * torch.randn(1, 5, 85)
    seen = []
    model.norm.register_forward_pre_hook(lambda _, x: seen.append(x[0]))
    model(smpl)
    points = model.points(smpl[0]).flatten(1)
    kept = torch.cat([points.mean(0), points.std(0, correction=0)])
    # The floor of deviations, of which there are some below a millimetre, is all that differs.
    found = seen[0][0, 2 * 32 + 10 :]
    assert_close(found[:60], kept[:60], rtol=0, atol=1e-5)
    assert_close(found[60 + 72 : 120 + 72], kept[60:], rtol=0, atol=1e-3)
