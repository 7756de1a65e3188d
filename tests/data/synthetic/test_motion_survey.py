import joblib
import numpy as np
import pytest
import torch

from meshgait.data.synthetic.motion_survey import survey_motion
from meshgait.errors import DataError
from meshgait.sequence.motion import save_motion
from tests.data.synthetic.captured import body, walked, write_folder


@pytest.fixture(scope="module")
def survey(tmp_path_factory):
    return survey_motion(write_folder(tmp_path_factory.mktemp("captured")))


def test_people_are_folders_and_walks_are_found_in_every_format(survey):
    found = {name: [w.trial for w in walks] for name, walks in survey.people.items()}
    assert found == {"anna": ["one", "two"], "ben": ["one"], "cleo": ["one_poses"]}


def test_what_is_left_out_is_said_with_the_reason(survey):
    reasons = {left.path.as_posix(): left.reason for left in survey.left_out}
    assert set(reasons) == {
        "ben/dance.bvh", "cleo/broken.bvh", "cleo/lying.npz", "cleo/notes.txt", "cleo/short.npz",
        "cleo/still.npz",
    }  # fmt: skip
    assert any(word in reasons["ben/dance.bvh"] for word in ("uneven", "shuffles", "no whole"))
    assert reasons["cleo/broken.bvh"].endswith("channels; the file is cut")
    assert reasons["cleo/lying.npz"] == "lies, sits or crawls"
    assert reasons["cleo/notes.txt"].startswith("is of no known format: it holds text")
    assert "of the 30 frames needed" in reasons["cleo/short.npz"]
    assert reasons["cleo/still.npz"] == "stays on the spot"


def test_walks_have_the_rate_asked_for_the_pace_of_the_walker_and_stand_on_the_floor(survey):
    truth = {"anna": walked(1), "ben": walked(2), "cleo": walked(3)}
    for name, walks in survey.people.items():
        for found in walks:
            assert found.motion.fps == 25
            assert len(found.motion) == found.part.end - found.part.start
            low = found.motion.decode(body()).vertices[..., 1].amin(-1)
            assert abs(float(low.median())) < 0.01
        way = np.linalg.norm((truth[name].transl[-1] - truth[name].transl[0])[[0, 2]])
        pace = way / (len(truth[name]) - 1) * truth[name].fps
        assert walks[0].part.speed == pytest.approx(pace, rel=0.05)


def test_frames_of_a_t_pose_are_cut_off(survey):
    """They are the first third of a second; nobody swings an arm there."""
    two = survey.people["anna"][1]
    assert two.part.start > 0
    shoulders = two.motion.pose.reshape(-1, 24, 3)[:, [16, 17]]
    assert np.linalg.norm(shoulders, axis=-1).min() > 0.5


def test_straight_and_other_ways_are_told_apart(survey):
    assert survey.people["anna"][0].part.is_straight
    assert survey.people["ben"][0].part.is_straight


def test_the_survey_is_described_for_people(survey):
    lines = list(survey.describe())
    assert lines[0].startswith("3 people, 4 walks, ")
    assert lines[1].startswith("  anna: 2 walks of 2 trials, ")
    assert "6 left out" in lines
    assert "  cleo/still.npz: stays on the spot" in lines


def test_files_without_folders_are_named_by_what_comes_before_the_number(tmp_path):
    save_motion(tmp_path / "07_01.npz", walked(1))
    save_motion(tmp_path / "07_02.npz", walked(1, frames=100))
    survey = survey_motion(tmp_path)
    assert {name: len(walks) for name, walks in survey.people.items()} == {"07": 2}


def test_folders_that_would_be_one_person_are_refused(tmp_path):
    for name in ("a-b", "a_b"):
        (tmp_path / name).mkdir()
        save_motion(tmp_path / name / "x.npz", walked(1, frames=4))
    with pytest.raises(DataError, match="would both be called a_b; rename one"):
        survey_motion(tmp_path)
    with pytest.raises(DataError, match="is no folder"):
        survey_motion(tmp_path / "none")


def test_formats_of_trackers_and_of_joints_are_people_too(tmp_path):
    """GVHMR and WHAM in the world, HumanML3D's joints; a film in a camera's axes is left out."""
    motion = walked(4)
    for name in ("gvhmr", "wham", "joints", "film"):
        (tmp_path / name).mkdir()
    pose = torch.from_numpy(motion.pose)
    betas, transl = torch.from_numpy(motion.betas), torch.from_numpy(motion.transl)
    person = {"body_pose": pose[:, 3:66], "global_orient": pose[:, :3], "betas": betas}
    person["transl"] = transl
    torch.save({"smpl_params_global": person}, tmp_path / "gvhmr" / "hmr4d.pt")
    seen = {"pose": motion.pose, "trans": motion.transl, "betas": motion.betas[None],
            "frame_ids": np.arange(len(motion))}  # fmt: skip
    world = {"pose_world": motion.pose, "trans_world": motion.transl}
    joblib.dump({0: seen | world}, tmp_path / "wham" / "out.pkl")
    joblib.dump({0: seen}, tmp_path / "film" / "out.pkl")
    joints = motion.skeleton(body())[1][:, :22].astype(np.float32)
    np.save(tmp_path / "joints" / "000001.npy", joints)
    survey = survey_motion(tmp_path, fps_in=30.0)
    paces = {name: walks[0].part.speed for name, walks in survey.people.items()}
    assert sorted(paces) == ["gvhmr", "joints", "wham"]
    assert paces["gvhmr"] == pytest.approx(paces["wham"], rel=1e-3)
    assert paces["joints"] * 30 / 20 == pytest.approx(paces["wham"], rel=0.02)
    assert [(left.path.as_posix(), left.reason[:25]) for left in survey.left_out] == [
        ("film/out.pkl", "is seen from a camera tha")
    ]
