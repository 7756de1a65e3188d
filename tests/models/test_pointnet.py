import torch
from torch.testing import assert_close

from meshgait.body import Body
from meshgait.models import PointNet
from meshgait.models.pointnet import surface_points


def test_points_are_spread_evenly_over_the_skin():
    vertices, weights = surface_points(400)
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
    vertices, weights = surface_points(20)
    corners = mesh.vertices[:, vertices].unflatten(1, (20, 3)) - mesh.joints[:, None, :1]
    assert_close(model.points(smpl), (corners * weights[:, :, None]).sum(2), rtol=0, atol=3e-5)


@torch.no_grad()
def test_neither_camera_nor_heading_nor_order_of_frames_matters():
    model = PointNet(PointNet.Config(width=1 / 16)).eval()
    smpl = 0.3 * torch.randn(2, 5, 85)
    other = smpl[:, torch.randperm(5)].clone()
    other[..., :6] = torch.randn(2, 5, 6)
    assert_close(model(other), model(smpl), rtol=1e-4, atol=1e-5)
