import numpy as np
import pytest
import torch

from meshgait.body import Body
from meshgait.data.preparation.derived import Derived, complete
from meshgait.data.preparation.drawings import (
    DERIVATIONS,
    PICTURE_PX,
    Form,
    decode_estimate,
    skeleton2d_of,
)
from meshgait.data.synthetic.dataset import SyntheticGait
from meshgait.data.synthetic.render_clip import WildConfig
from meshgait.errors import DataError
from meshgait.modalities import COCO17, skeleton3d
from meshgait.sequence import GaitSequence
from meshgait.walker import EstimatorNoise


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    bare = {"bag": 0.0, "coat": 0.0, "occluded": 0.0}
    exact = WildConfig(clips=2, frames=(14, 16), estimator=EstimatorNoise(0, 0, 0), **bare)
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
    """But for what the coefficients do not say of the surface, and the perspective."""
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


def clip_of(data, index=0):
    """A clip of the estimates alone."""
    return data[index].only(["smpl"])


def test_silhouettes_of_estimates_are_those_of_the_camera(data):
    """But for the perspective and the body's surface, which estimates do not have."""
    found = complete(clip_of(data), ["silhouette"]).frames["silhouette"]
    seen = data[0].frames["silhouette"]
    both, either = ((found > 127) & (seen > 127)).sum(), ((found > 127) | (seen > 127)).sum()
    assert both > 0.8 * either


def test_all_that_networks_read_is_made_in_their_size(data):
    shapes = {
        "silhouette": (128, 88), "parsing": (128, 88), "pose_heatmap": (2, 128, 88),
        "rgb": (3, 128, 64), "skeleton2d": (17, 3), "skeleton3d": (24, 3), "points": (1024, 3),
        "voxels": (32, 64, 45), "depth_image": (3, 64, 64), "smpl_silhouette": (128, 88),
        "flow": (3, 128, 88),
    }  # fmt: skip
    assert shapes.keys() == DERIVATIONS.keys()
    clip = clip_of(data).take(np.arange(3))
    made = complete(clip, list(shapes), Form(size=(128, 88)))
    for name, shape in shapes.items():
        assert made.frames[name].shape == (3, *shape), name
        assert made.frames[name].any()


def test_where_the_estimates_have_the_person_does_not_matter(data):
    clip = clip_of(data)
    smpl = np.array(clip.frames["smpl"])
    smpl[:, :3] = [0.05, 0.7, -0.4]
    moved = GaitSequence("a", "b", "c", {"smpl": smpl})
    for name in ("silhouette", "parsing", "skeleton2d", "pose_heatmap", "rgb"):
        ours, theirs = (complete(x, [name]).frames[name] for x in (clip, moved))
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.usefixtures("unchecked")  # the checker of types reads ahead
def test_nothing_is_made_before_it_is_read(data, monkeypatch):
    made = []
    monkeypatch.setitem(
        DERIVATIONS, "parsing", lambda smpl, _: made.append(len(smpl)) or torch.zeros(len(smpl))
    )
    whole = complete(clip_of(data), ["smpl", "parsing"])
    few = whole.only(["parsing"]).take(np.arange(5))
    assert len(few) == 5
    assert not made
    few.frames["parsing"], few.frames["parsing"]
    assert made == [5]


def test_frames_beyond_what_is_held_at_once_are_made_too(data):
    clip = clip_of(data)
    long = clip.take(np.arange(600) % len(clip))
    joints = complete(long, ["skeleton3d"]).frames["skeleton3d"]
    expected = complete(clip, ["skeleton3d"]).frames["skeleton3d"]
    np.testing.assert_allclose(joints[-1], expected[599 % len(clip)], atol=1e-6)


def test_what_cannot_be_made_is_told_before(data):
    with pytest.raises(DataError, match=r"has no depth, only smpl; of smpl can be made silhouette"):
        complete(clip_of(data), ["depth"])
    parsing = GaitSequence("a", "b", "c", {"parsing": np.zeros((2, 64, 44), np.uint8)})
    with pytest.raises(DataError, match=r"has no rgb, which could be made of smpl .*only parsing"):
        complete(parsing, ["rgb"])
    assert complete(parsing, ["parsing"]) is parsing
    short = GaitSequence("a", "b", "c", {"smpl": np.zeros((2, 84))})
    with pytest.raises(DataError, match=r"smpl of sequence a-b-c is \(2, 84\)"):
        complete(short, ["rgb"])
