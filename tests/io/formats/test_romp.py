from pathlib import Path

import numpy as np
import pytest

from meshgait.errors import DataError
from meshgait.io import read
from meshgait.io.formats.romp import frame_of
from tests.io.samples import FLIP, FRAMES, betas, cam, shows_the_walk, turned, write_romp


def person(t, aside=0.0):
    pose, _ = turned(FLIP)
    return {"cam": cam()[t] + [0, aside, 0], "poses": pose.reshape(FRAMES, 72)[t],
            "betas": betas()[t], "j3d_smpl24": np.zeros((24, 3))}  # fmt: skip


def test_a_film_of_the_new_tool_keeps_tracks_and_frames(tmp_path):
    recording = read(write_romp(tmp_path))
    assert list(recording.tracks) == [7]
    track = recording.body()
    assert track.frames.tolist() == list(range(3, 3 + FRAMES))
    assert track.camera.convention == "romp"
    np.testing.assert_allclose(track.camera.cam, cam(), atol=1e-6)
    shows_the_walk(track)


@pytest.mark.parametrize("old", [True, False])
def test_a_folder_of_frames_is_one_film_joined_by_frame_id(tmp_path, old):
    for t in reversed(range(FRAMES)):  # two people, who are listed in changing order
        people = [person(t), person(t, aside=-0.7)][:: 1 if t % 2 else -1]
        rows = np.array(people)
        if not old:
            rows = {
                "cam": np.stack([p["cam"] for p in people]),
                "smpl_thetas": np.stack([p["poses"] for p in people]),
                "smpl_betas": np.stack([p["betas"] for p in people]),
                "center_confs": np.ones(2),
            }
        np.savez(tmp_path / f"human_crop_f{100 + 2 * t}.npz", results=rows)
    recording = read(tmp_path)
    assert len(recording.tracks) == 2
    for track in recording.tracks.values():
        assert track.frames.tolist() == list(range(100, 100 + 2 * FRAMES, 2))
        assert np.ptp(track.camera.cam[:, 1]) < 0.2  # nobody is mixed up
        shows_the_walk(track)


def test_a_single_frame_has_a_track_for_everybody(tmp_path):
    np.savez(tmp_path / "x.npz", results=[person(0), person(1, 0.9)])
    assert [len(track) for track in read(tmp_path / "x.npz").tracks.values()] == [1, 1]


def test_two_files_of_one_frame_are_refused(tmp_path):
    for name in ("a_f3.npz", "b_f3.npz"):
        np.savez(tmp_path / name, results=np.array([person(0)]))
    with pytest.raises(DataError, match=r"two files are of frame 3, the second b_f3.npz"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("name", "frame"), [("human_crop_f17279_311", 17279), ("00012", 12), ("seq2_004", 4), ("x", 9)]
)
def test_the_frame_is_in_the_name(name, frame):
    assert frame_of(Path(f"{name}.npz"), 9) == frame
