import numpy as np
import pytest

from meshgait.errors import DataError
from meshgait.io import read
from tests.io.samples import (
    FLIP,
    FRAMES,
    TO_Z_UP,
    betas,
    matrices,
    motion,
    shows_the_walk,
    turned,
    write_parameters,
)


def test_what_networks_return_is_the_walk(tmp_path):
    track = read(write_parameters(tmp_path)).body()
    assert track.axes == "camera"
    shows_the_walk(track)
    np.testing.assert_allclose(track.betas, betas(), atol=1e-6)


@pytest.mark.parametrize(("turn", "axes"), [(FLIP, "camera"), (TO_Z_UP, "z up")])
def test_up_is_where_the_heads_are(tmp_path, turn, axes):
    pose, transl = turned(turn)
    np.savez(tmp_path / "x.npz", global_orient=pose[:, 0], body_pose=pose[:, 1:].reshape(-1, 69),
             betas=betas()[0], transl=transl)  # fmt: skip
    track = read(tmp_path / "x.npz").body()
    assert track.axes == axes
    shows_the_walk(track)


def test_a_folder_has_a_file_for_each_frame(tmp_path):
    pose, transl = turned(FLIP)
    for t in range(FRAMES):
        np.savez(tmp_path / f"walk2_{t + 7:05d}_0.npz", global_orient=pose[t : t + 1, 0],
                 body_pose=pose[t : t + 1, 1:], betas=betas()[t], transl=transl[t])  # fmt: skip
    track = read(tmp_path).body()
    assert track.frames.tolist() == list(range(7, 7 + FRAMES))
    shows_the_walk(track)


def test_one_frame_of_matrices_is_told_from_three_of_vectors(tmp_path):
    pose = motion().pose.reshape(FRAMES, 24, 3)[:, :22]
    full = matrices(pose)
    np.savez(tmp_path / "a.npz", global_orient=full[0, 0], body_pose=full[0, 1:].reshape(63, 3))
    np.savez(tmp_path / "b.npz", global_orient=pose[:3, 0], body_pose=pose[:3, 1:].reshape(3, 63))
    one, three = (read(tmp_path / name).body().pose for name in ("a.npz", "b.npz"))
    np.testing.assert_allclose(one[:, :22], pose[:1], atol=1e-5)
    np.testing.assert_allclose(three[:, :22], pose[:3], atol=1e-6)


@pytest.mark.parametrize(
    ("more", "kind"), [({"left_hand_pose": 0.0}, "smplh"), ({"expression": 0.0}, "smplx")]
)
def test_bodies_of_21_joints_are_told_by_hands_and_face(tmp_path, more, kind):
    pose = np.zeros((2, 66))
    given = {"global_orient": pose[:, :3], "body_pose": pose[:, 3:], "betas": np.ones(10)}
    np.savez(tmp_path / "x.npz", **given, **more)
    assert read(tmp_path / "x.npz").body().own.kind.name == kind


def test_other_numbers_of_joints_are_refused(tmp_path):
    np.savez(tmp_path / "x.npz", global_orient=np.zeros((2, 3)), body_pose=np.zeros((2, 30)))
    with pytest.raises(DataError, match="10 joints, expected 23"):
        read(tmp_path / "x.npz")
