import numpy as np
import pytest
import torch
from torch.testing import assert_close

from meshgait.errors import DataError, ShapeError
from meshgait.modalities import COCO17, pose_heatmap, skeleton2d
from tests.tolerance import rounding

TERMS = 4 * 4  # pixels whose mean is one, at most


def slowly(skeleton):
    """The definition of both maps, pixel by pixel, for one frame; before the crop."""
    points, sure = skeleton[:, :2].double().numpy(), skeleton[:, 2].tolist()
    middle = (points[11] + points[12]) / 2
    height = points[:, 1].max() - points[:, 1].min()
    points = (points - middle) / height * (128 // 1.5) + 64
    maps = torch.zeros(2, 128, 128, dtype=torch.float64)
    x, y = np.meshgrid(np.arange(128), np.arange(128))
    here = np.stack([x, y], -1)
    lines = [(a, b, min(sure[a], sure[b])) for a, b in COCO17.edges]
    for channel, shapes in enumerate((lines, [(k, k, sure[k]) for k in range(17)])):
        for a, b, level in shapes:
            low, high = np.sort(np.stack([points[a], points[b]]), axis=0)
            near = ((here >= low - 24) & (here <= high + 24)).all(-1)
            value = level * np.exp(-(distance(here, points[a], points[b]) ** 2) / 128)
            maps[channel] = maps[channel].maximum(torch.from_numpy(np.where(near, value, 0)))
    return maps


def distance(here, start, end):
    """From points to a segment, which may be a point."""
    along, to = end - start, here - start
    length = float(along @ along)
    share = np.clip(to @ along / length, 0, 1) if length else np.zeros(to.shape[:-1])
    return np.hypot(*np.moveaxis(to - share[..., None] * along, -1, 0))


def assert_is_the_definition(skeleton):
    maps = slowly(skeleton)
    rows = (maps > 1e-4).any(2).any(0).nonzero()[:, 0]
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    assert (bottom - top) % 2 == 0
    half = (bottom - top) // 2
    square = maps[:, top:bottom, 64 - half : 64 + half]
    areas = torch.eye(bottom - top).double().repeat_interleave(64, 1).unflatten(1, (64, -1)).mean(2)
    expected = areas.T @ square @ areas
    assert_close(pose_heatmap(skeleton).double(), expected, **rounding(torch.float32, TERMS))


def test_it_is_the_definition(clip, body):
    skeleton = skeleton2d(clip.mesh[5], clip.camera_at(5), landmarks=body.landmarks)
    skeleton[:, 2] = torch.linspace(0.3, 1, 17)
    assert_is_the_definition(skeleton)


def test_a_pixel_on_the_edge_of_a_box_is_inside():
    """Every point is on a pixel, and so is every edge, 24 pixels away."""
    skeleton = torch.randint(0, 86, (17, 3)).float()
    skeleton[[0, 16], 1] = torch.tensor([0.0, 85.0])  # the height that is drawn as it is
    skeleton[11:13, :2] = torch.tensor([[40.0, 42.0], [46.0, 42.0]])
    skeleton[:, 2] = torch.linspace(0.3, 1, 17)
    assert_is_the_definition(skeleton)


def test_rows_without_content_are_cut_off_and_columns_with_them(clip, body):
    skeleton = skeleton2d(clip.mesh[3], clip.camera_at(3), landmarks=body.landmarks)
    skeleton[:, 2] = 0.0
    skeleton[11:13, 2] = 1.0  # only the hips are seen, and so is what joins them
    found = pose_heatmap(skeleton)
    assert (found.amax((0, 2)) > 1e-4).all()
    assert found[1].max() > 0.9


def test_size_and_place_in_the_image_do_not_matter(clip, body):
    skeleton = skeleton2d(clip.mesh, clip.camera, landmarks=body.landmarks)
    moved = skeleton * torch.tensor([1.7, 1.7, 1.0]) + torch.tensor([30.0, -8.0, 0.0])
    assert_close(pose_heatmap(moved), pose_heatmap(skeleton), atol=1e-4, rtol=0)


def test_in_the_mirror_it_is_mirrored(clip, body):
    skeleton = skeleton2d(clip.mesh, clip.camera, landmarks=body.landmarks)
    image = skeleton[:, list(COCO17.other_side)] * torch.tensor([-1.0, 1.0, 1.0])
    ours, theirs = pose_heatmap(skeleton), pose_heatmap(image)
    # Pixel 64 of 128 is the middle, so that the mirror image is half a pixel of 64 aside.
    assert (ours - theirs.flip(-1)).abs().mean() < 0.02 < (ours - theirs).abs().mean()


def test_confidence_scales_and_none_leaves_out(clip, body):
    skeleton = skeleton2d(clip.mesh, clip.camera, landmarks=body.landmarks)
    sure = skeleton.clone()
    sure[..., 2] = 1
    half = sure.clone()
    half[..., 2] = 0.5
    assert_close(pose_heatmap(half), pose_heatmap(sure) / 2)
    none = sure.clone()
    none[..., 2] = 0
    assert pose_heatmap(none).max() < 1e-5


def test_gradients_are_finite_even_for_unseen_joints(clip, body):
    skeleton = skeleton2d(clip.mesh[3], clip.camera_at(3), landmarks=body.landmarks)
    skeleton[4, 2] = 0
    skeleton.requires_grad_()
    pose_heatmap(skeleton).square().sum().backward()
    assert skeleton.grad.isfinite().all()
    assert skeleton.grad.abs().sum() > 0


def test_a_skeleton_without_height_or_of_another_set_is_refused():
    with pytest.raises(DataError, match="no height"):
        pose_heatmap(torch.zeros(3, 17, 3))
    with pytest.raises(ShapeError, match="18 keypoints cannot be the 17"):
        pose_heatmap(torch.rand(3, 18, 3))
