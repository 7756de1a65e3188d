import numpy as np
import pytest
import torch

from meshgait.body import Body
from meshgait.data.preparation.derived import PICTURE_PX, Derived, decode_estimate, skeleton2d_of
from meshgait.data.synthetic.dataset import SyntheticGait
from meshgait.data.synthetic.render_clip import WildConfig
from meshgait.errors import DataError
from meshgait.modalities import COCO17, skeleton3d
from meshgait.walker import EstimatorNoise


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    exact = WildConfig(clips=2, frames=(14, 16), occluded=0, estimator=EstimatorNoise(*6 * [0.0]))
    return SyntheticGait("test", identities=1, config=exact, cache=tmp_path_factory.mktemp("d"))


def test_without_noise_keypoints_are_where_the_camera_saw_them(data):
    """Up to perspective: a person some metres away is a few percent larger in front."""
    body, clip = Body.embedded(), data.clip(0)
    mesh = clip.walk.motion.decode(body)
    joints = mesh.require_joints()
    there = clip.camera.project(skeleton3d(mesh, COCO17, landmarks=body.landmarks))
    low, high = clip.camera.project(joints).amin(1), clip.camera.project(joints).amax(1)
    side = 1.2 * (high - low)[:, None, 1:]
    want = ((there - (low + high)[:, None] / 2) / side + 0.5) * PICTURE_PX
    found = skeleton2d_of(torch.from_numpy(np.array(data[0].frames["smpl"])))
    assert len(found) == len(want)
    assert (found[..., :2] - want).norm(dim=-1).max() < 0.04 * PICTURE_PX
    assert (found[..., 2] == 1).all()


def test_the_pelvis_of_an_estimate_is_at_the_origin(data):
    smpl = torch.from_numpy(np.array(data[0].frames["smpl"]))
    mesh = decode_estimate(smpl, Body.embedded())
    assert mesh.require_joints()[:, 0].abs().max() == 0
    assert (mesh.vertices[..., 1].argmin(-1) != mesh.vertices[..., 1].argmax(-1)).all()


def test_what_is_derived_lies_beside_the_data_and_is_kept(data):
    more = Derived(data, ["skeleton2d", "pose_heatmap"])
    clip = more[1]
    assert set(clip.frames) == {"silhouette", "smpl", "skeleton2d", "pose_heatmap"}
    assert clip.record == data.records[1] == more.records[1]
    assert clip.frames["pose_heatmap"].shape[1:] == (2, 64, 44)
    assert clip.frames["pose_heatmap"].max() > 200
    again = Derived(data, ["skeleton2d"])
    np.testing.assert_array_equal(again[1].frames["skeleton2d"], clip.frames["skeleton2d"])
    assert len(more) == 2


def test_without_noise_a_drawn_body_covers_what_is_seen_of_it(data):
    """But for clothes, bags and the perspective."""
    for clip in Derived(data, ["parsing", "rgb"]):
        seen, parsing, rgb = (clip.frames[name] for name in ("silhouette", "parsing", "rgb"))
        assert parsing.shape == seen.shape
        assert rgb.shape == (len(seen), 3, 64, 32)
        both, either = ((seen > 0) & (parsing > 0)).sum(), ((seen > 0) | (parsing > 0)).sum()
        assert both > 0.7 * either
        assert set(np.unique(parsing)) <= set(range(11))
        bright = rgb.max(1) > 40
        assert 0.1 < bright.mean() < 0.6
        assert (bright[:, 8:56].any(2)).all()


def test_what_cannot_be_derived_is_told(data):
    with pytest.raises(DataError, match="gei cannot be made of SMPL parameters"):
        Derived(data, ["gei"])
