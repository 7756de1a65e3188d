import torch
from torch.testing import assert_close

from meshgait.models import MeshNet, PointNet, SkeletonGCN
from meshgait.models.body_moments import body_moments, count_moments, joint_angles
from meshgait.nn import Frames
from meshgait.rotation import axis_angle_to_matrix, matrix_to_axis_angle


def test_they_are_means_and_deviations_of_the_real_frames():
    lengths = (4, 2)
    frames = Frames.of_lengths(lengths, torch.device("cpu"))
    points, smpl = torch.randn(6, 3, 3).double(), 0.3 * torch.randn(6, 85).double()
    found = body_moments(points, smpl, frames)
    assert found.shape == (2, count_moments(3))
    for row, (start, end) in zip(found, ((0, 4), (4, 6)), strict=True):
        x = torch.cat([points[start:end].flatten(1), smpl[start:end, 6:75]], dim=1)
        assert_close(row[:10], smpl[start:end, 75:].mean(0))
        kept = [*range(10, 19), *range(22, 91)]  # without where up is
        assert_close(row[kept], x.mean(0))
        deviation = (x.var(0, correction=0) + 1e-6).sqrt()
        assert_close(row[[k + 81 for k in kept]], deviation)


def test_without_points_the_mean_shape_is_left():
    smpl = torch.randn(3, 85)
    found = body_moments(None, smpl, Frames.of_lengths((3,), smpl.device))
    assert_close(found, smpl[:, 75:].mean(0, keepdim=True))
    assert count_moments(None) == 10


def test_up_is_told_and_the_heading_is_not():
    smpl = 0.3 * torch.randn(4, 85).double()
    about_y = torch.zeros(4, 3).double()
    about_y[:, 1] = torch.rand(4)
    root = axis_angle_to_matrix(about_y) @ axis_angle_to_matrix(smpl[:, 3:6])
    turned = torch.cat([smpl[:, :3], matrix_to_axis_angle(root), smpl[:, 6:]], dim=1)
    assert_close(joint_angles(turned), joint_angles(smpl))
    assert not torch.allclose(joint_angles(turned.flip(0)), joint_angles(smpl))


@torch.no_grad()
def test_all_three_encoders_of_bodies_are_told_every_angle_and_the_whole_shape():
    channels = torch.arange(6, 85)
    smpl = (0.3 * torch.randn(1, 3, 85)).repeat(1 + len(channels), 1, 1)
    smpl[1 + torch.arange(len(channels)), :, channels] += 0.5
    for model_class in (SkeletonGCN, MeshNet, PointNet):
        model = model_class(model_class.Config(width=1 / 16)).eval()
        apart = (model(smpl) - model(smpl[:1])).abs().amax((1, 2))
        assert apart[1:].min() > 10 * apart[0], model_class.__name__
