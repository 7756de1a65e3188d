import numpy as np
import pytest

from meshgait.body import Body
from meshgait.errors import DataError
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


def test_clips_of_85_numbers_are_read_without_their_camera(tmp_path):
    smpl = np.arange(2 * 85, dtype=np.float32).reshape(2, 85)
    np.savez(tmp_path / "clip.npz", smpl=smpl)
    found = load_motion(tmp_path / "clip.npz")
    np.testing.assert_array_equal(found.pose, smpl[:, 3:75])
    np.testing.assert_array_equal(found.betas, smpl[:, 75:].mean(0))


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"poses": np.zeros((3, 156))}, r"neither pose \(T, 72\) nor smpl \(T, 85\), but poses"),
        ({"pose": np.zeros((3, 70))}, r"pose is \(3, 70\)"),
        ({"pose": np.zeros((0, 72))}, "a frame or more"),
        ({"pose": np.zeros((3, 72)), "betas": np.zeros(4)}, r"betas are \(4,\)"),
        ({"pose": np.zeros((3, 72)), "transl": np.zeros((2, 3))}, r"transl is \(2, 3\)"),
        ({"pose": np.full((3, 72), np.nan)}, "must be finite"),
        ({"pose": np.full((3, 72), "x")}, "must be numbers"),
        ({"pose": np.zeros((3, 72)), "fps": np.array(0.0)}, "fps is 0.0"),
    ],
)
def test_files_of_another_kind_are_refused_in_a_sentence(tmp_path, arrays, message):
    np.savez(tmp_path / "x.npz", **arrays)
    with pytest.raises(DataError, match=message):
        load_motion(tmp_path / "x.npz")
