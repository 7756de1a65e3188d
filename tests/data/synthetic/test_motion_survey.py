from dataclasses import replace

import joblib
import numpy as np
import pytest

from meshgait.body import JOINT_INDEX
from meshgait.data.synthetic.motion_survey import survey_motion
from meshgait.errors import DataError
from meshgait.sequence.motion import save_motion
from tests.data.synthetic.capture_formats import WITHOUT_AXES, WRITERS
from tests.data.synthetic.captured import (
    after_a_t_pose,
    body,
    dancing,
    lying,
    walked,
    write_folder,
)


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


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_is_surveyed_as_all_others_are(name, tmp_path):
    """A walk, the same after a T-pose or in other axes, a dance, and a file that is cut."""
    kinds = {"walk": walked(2), "tpose": after_a_t_pose(walked(3)), "dance": dancing(),
             "turned": lying(walked(3)), "cut": walked(2)}  # fmt: skip
    for kind, motion in kinds.items():
        (tmp_path / kind).mkdir()
        path = WRITERS[name](tmp_path / kind, motion)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    survey = survey_motion(tmp_path, fps_in=30.0)
    people = {who: walk for who, (walk,) in survey.people.items()}
    reasons = {left.path.parts[0]: left.reason for left in survey.left_out}
    assert people.keys() == {"walk", "tpose"} | ({"turned"} if name in WITHOUT_AXES else set())
    assert reasons.keys() == kinds.keys() - people.keys()
    assert reasons["dance"] == "makes uneven steps, as in a dance"
    if "turned" in reasons:
        assert reasons["turned"] == "lies, sits or crawls"
    assert people["tpose"].part.start > 0
    way = np.diff(kinds["walk"].transl[[0, -1]], axis=0)[0, [0, 2]]
    frames = len(kinds["walk"]) - 1
    rate = 20 if name == "joints" else 30  # HumanML3D's is known
    pace = np.linalg.norm(way) / frames * rate
    assert people["walk"].part.speed == pytest.approx(pace, rel=0.05)


@pytest.mark.parametrize(("bent", "is_upright"), [(0.3, True), (1.6, False)])
def test_who_is_bent_double_does_not_walk_upright(tmp_path, bent, is_upright):
    motion = walked(3)
    pose = motion.pose.copy()
    pose[:, 3 * JOINT_INDEX["spine1"]] += bent
    save_motion(tmp_path / "cleo_1.npz", replace(motion, pose=pose))
    survey = survey_motion(tmp_path)
    assert ("cleo" in survey.people) == is_upright
    assert [left.reason for left in survey.left_out] == ["lies, sits or crawls"] * (not is_upright)


def test_a_film_in_the_axes_of_a_camera_that_may_move_is_left_out(tmp_path):
    motion = walked(4)
    seen = {"pose": motion.pose, "trans": motion.transl, "betas": motion.betas[None],
            "frame_ids": np.arange(len(motion))}  # fmt: skip
    joblib.dump({0: seen}, tmp_path / "out.pkl")
    (left,) = survey_motion(tmp_path, fps_in=30.0).left_out
    assert left.reason.startswith("is seen from a camera that may move")
