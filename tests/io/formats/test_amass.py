import numpy as np
import pytest

from meshgait.errors import DataError
from meshgait.io import read, write_amass
from tests.io.samples import body, motion, shows_the_walk
from tests.io.samples import write_amass as write_sample


def test_smpl_h_in_z_up_becomes_the_walk(tmp_path):
    track = read(write_sample(tmp_path)).body()
    assert track.fps == 120
    shows_the_walk(track, hands=False, place=1e-3)


def test_the_shape_of_another_model_is_kept_apart_and_named(tmp_path):
    track = read(write_sample(tmp_path)).body()
    assert not track.betas.any()
    assert (track.own.kind.name, track.own.gender, len(track.own.betas)) == ("smplh", "male", 16)
    np.testing.assert_allclose(track.own.betas[:10], motion().betas, atol=1e-6)
    (note,) = track.notes
    assert "one of SMPL-H, which is not SMPL's" in note
    assert "SMPLH_MALE.npz" in note


def test_what_is_of_smpl_says_so_or_shows_it_by_its_width(tmp_path):
    for width, told in ((72, {}), (156, {"surface_model_type": "smpl"})):
        np.savez(tmp_path / "x.npz", poses=np.zeros((3, width)), trans=np.zeros((3, 3)),
                 betas=np.arange(10.0), **told)  # fmt: skip
        track = read(tmp_path / "x.npz").body()
        assert track.own is None
        np.testing.assert_array_equal(track.betas[0], np.arange(10))
    np.savez(
        tmp_path / "x.npz", poses=np.zeros((3, 165)), trans=np.zeros((3, 3)), betas=np.ones(16)
    )
    assert read(tmp_path / "x.npz").body().own.kind.name == "smplx"


def test_what_is_written_comes_back_but_for_the_hands(tmp_path):
    write_amass(tmp_path / "x.npz", motion(), body())
    with np.load(tmp_path / "x.npz") as arrays:
        assert arrays["poses"].shape == (6, 156)
        assert arrays["trans"][:, 2].std() < arrays["trans"][:, :2].std()  # z is up
    track = read(tmp_path / "x.npz").body()
    assert track.fps == motion().fps
    shows_the_walk(track, hands=False, atol=1e-6)
    np.testing.assert_array_equal(track.betas[0], motion().betas)


@pytest.mark.parametrize("width", [72, 165])
def test_other_widths_are_read(tmp_path, width):
    poses = np.zeros((3, width))
    poses[:, :66] = 0.1
    np.savez(tmp_path / "x.npz", poses=poses, trans=np.zeros((3, 3)))
    pose = read(tmp_path / "x.npz").body().pose
    assert pose.shape == (3, 24, 3)
    assert not pose[:, 22:].any()


def test_poses_that_are_too_narrow_are_refused(tmp_path):
    np.savez(tmp_path / "x.npz", poses=np.zeros((3, 63)), trans=np.zeros((3, 3)))
    with pytest.raises(DataError, match=r"poses are \(3, 63\), expected \(T, 156\)"):
        read(tmp_path / "x.npz")


def test_a_walk_that_lies_in_the_axes_of_the_format_is_told(tmp_path):
    whole = motion(frames=40)
    np.savez(
        tmp_path / "x.npz", poses=whole.pose, trans=whole.transl, betas=whole.betas,
        mocap_framerate=30.0,
    )  # fmt: skip
    track = read(tmp_path / "x.npz").body()
    assert track.notes == (
        "the body walks lying, with y up, though files of this kind have z up: turn it",
    )
