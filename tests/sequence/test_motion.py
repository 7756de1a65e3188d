from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from meshgait.body import Body
from meshgait.errors import ConfigError, DataError
from meshgait.io import read
from meshgait.sequence import load_clip
from meshgait.sequence.motion import Motion, load_motion, save_motion


def motion(frames=4):
    generator = np.random.default_rng(0)
    numbers = (
        generator.normal(size=shape).astype(np.float32) for shape in ((frames, 72), 10, (frames, 3))
    )
    return Motion(*numbers, fps=30.0)


def test_what_is_saved_comes_back(tmp_path):
    ours = motion()
    save_motion(tmp_path / "walk.npz", ours)
    theirs = load_motion(tmp_path / "walk.npz")
    for name in ("pose", "betas", "transl"):
        np.testing.assert_array_equal(getattr(theirs, name), getattr(ours, name))
    assert theirs.fps == 30
    assert theirs.decode(Body.embedded()).vertices.shape == (4, 6890, 3)


def test_what_is_missing_is_a_body_of_mean_shape_on_the_spot(tmp_path):
    np.savez(tmp_path / "walk.npz", pose=np.zeros((3, 72)))
    found = load_motion(tmp_path / "walk.npz", fps=50.0)
    assert found.fps == 50
    assert not found.betas.any()
    assert found.transl.shape == (3, 3)


def test_a_clip_is_told_from_a_motion_by_what_is_in_it(tmp_path):
    np.savez(tmp_path / "motion.npz", smpl=np.zeros((2, 85)))
    with pytest.raises(DataError, match=r"is a clip \(smpl\), not a motion; `meshgait convert"):
        load_motion(tmp_path / "motion.npz")
    save_motion(tmp_path / "clip.npz", motion())
    with pytest.raises(DataError, match=r"is a motion \(betas, fps, pose, transl\), not a clip"):
        load_clip(tmp_path / "clip.npz")


def test_several_motions_of_equal_length_are_decoded_at_once():
    one, other = motion(), motion()
    both = Motion(*(np.stack([getattr(x, name) for x in (one, other)])
                    for name in ("pose", "betas", "transl")), fps=30.0)  # fmt: skip
    assert len(both) == len(one) == 4
    body = Body.embedded()
    meshes = both.decode(body)
    assert meshes.vertices.shape == (2, 4, 6890, 3)
    torch.testing.assert_close(meshes.vertices[1], other.decode(body).vertices)


def test_arrays_that_are_no_motion_are_refused(unchecked):
    whole = motion()
    for change, message in (
        ({"pose": whole.pose[:, :70]}, r"pose is \(4, 70\), expected \(T, 72\)"),
        ({"pose": whole.pose[:0]}, "a frame or more"),
        ({"betas": whole.betas[:9]}, r"betas is \(9,\), expected \(10,\)"),
        ({"transl": whole.transl[:2]}, r"transl is \(2, 3\), expected \(4, 3\)"),
        ({"transl": whole.transl * np.nan}, "finite"),
        ({"fps": 0.0}, "fps is 0.0"),
        ({"fps": float("nan")}, "fps is nan"),
    ):
        with pytest.raises(ValueError, match=message):
            replace(whole, **change)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"poses": np.zeros((3, 156))}, r"is an .npz \(poses\), not a motion"),
        ({"pose": np.zeros((3, 70))}, r"pose is \(3, 70\)"),
        ({"pose": np.zeros((0, 72))}, "a frame or more"),
        ({"pose": np.zeros((3, 72)), "betas": np.zeros(4)}, r"betas are \(4,\)"),
        ({"pose": np.zeros((3, 72)), "transl": np.zeros((2, 3))}, r"transl is \(2, 3\)"),
        ({"pose": np.full((3, 72), np.nan)}, "must be finite numbers"),
        ({"pose": np.full((3, 72), "x")}, "must be finite numbers, fps"),
        ({"pose": np.zeros((3, 72)), "fps": np.array(0.0)}, "fps is 0.0"),
        ({"pose": np.zeros((3, 72)), "fps": np.ones(2)}, "fps a single one"),
        ({"pose": np.zeros((2, 3, 72))}, "that of one walk"),
    ],
)
def test_files_of_another_kind_are_refused_in_a_sentence(tmp_path, arrays, message):
    np.savez(tmp_path / "x.npz", **arrays)
    with pytest.raises(DataError, match=message):
        load_motion(tmp_path / "x.npz")


def test_a_resampled_motion_passes_the_same_moments():
    slow = motion(frames=5)  # 30 frames a second
    fast = slow.resample(60.0)
    assert (len(fast), fast.fps) == (9, 60.0)
    there = Rotation.from_rotvec(fast.pose[::2].reshape(-1, 3))
    here = Rotation.from_rotvec(slow.pose.reshape(-1, 3))
    assert (there * here.inv()).magnitude().max() < 1e-5
    np.testing.assert_allclose(fast.transl[::2], slow.transl, atol=1e-6)
    np.testing.assert_allclose(fast.transl[1], slow.transl[:2].mean(axis=0), atol=1e-6)
    with pytest.raises(ConfigError, match="a rate above 0, got 0"):
        slow.resample(0)


def test_motions_of_a_batch_are_resampled_apart():
    one, other = motion(frames=5), replace(motion(frames=5), transl=np.ones((5, 3), np.float32))
    both = Motion(*(np.stack([getattr(m, name) for m in (one, other)])
                    for name in ("pose", "betas", "transl")), 30.0)  # fmt: skip
    found = both.resample(50.0)
    for row, alone in enumerate((one, other)):
        np.testing.assert_array_equal(found.pose[row], alone.resample(50.0).pose)
        np.testing.assert_array_equal(found.transl[row], alone.resample(50.0).transl)


def test_names_of_others_are_known(tmp_path):
    ours = motion()
    for name in ("mocap_framerate", "mocap_frame_rate", "frame_rate", "framerate"):
        np.savez(
            tmp_path / "x.npz", pose=ours.pose, betas=ours.betas, trans=ours.transl, **{name: 30}
        )
        found = load_motion(tmp_path / "x.npz")
        assert found.fps == 30
        np.testing.assert_array_equal(found.transl, ours.transl)
    np.savez(tmp_path / "x.npz", pose=ours.pose, transl=ours.transl, trans=0 * ours.transl, fps=50)
    assert load_motion(tmp_path / "x.npz").transl.any()  # our own names go first


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pose": np.full((4, 72), 30.0)}, r"turned by 52 radians; if pose holds degrees, divide"),
        ({"fps": 1 / 30}, r"the frame rate is 0.0333333; .* not the seconds of a frame"),
    ],
)
def test_degrees_and_the_time_of_a_frame_are_refused(tmp_path, change, message):
    ours = motion()
    arrays = {"pose": ours.pose, "betas": ours.betas, "transl": ours.transl, "fps": 30.0} | change
    np.savez(tmp_path / "x.npz", **arrays)
    with pytest.raises(DataError, match=message):
        load_motion(tmp_path / "x.npz")
    with pytest.raises(DataError, match=message):
        read(tmp_path / "x.npz")
