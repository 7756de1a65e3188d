import os

import numpy as np
import pytest

from meshgait.cli import main
from meshgait.data.synthetic.motion_gait import MotionGait
from meshgait.data.synthetic.render_clip import WildConfig
from meshgait.errors import ConfigError, DataError
from meshgait.modalities import heading
from meshgait.sequence.motion import save_motion
from tests.data.synthetic.captured import body, walked, write_folder

SMALL = WildConfig(clips=3, frames=(30, 36))


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return write_folder(tmp_path_factory.mktemp("captured"))


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


def make(root, cache, split="test", **options):
    options = {"train": 0.0, "config": SMALL} | options
    return MotionGait(root, split, cache=cache, progress=False, **options)


def test_a_folder_becomes_clips_as_walkers_are(root, cache):
    people = make(root, cache)
    assert (people.identities, len(people)) == (3, 9)
    assert [r.subject for r in people.records[::3]] == ["anna", "ben", "cleo"]
    for index in range(9):
        frames = people[index].frames
        assert frames["silhouette"].shape[1:] == (64, 44)
        assert frames["smpl"].shape == (len(frames["silhouette"]), 85)
        assert set(np.unique(frames["silhouette"])) == {0, 255}
    names = [record.name for record in people.records]
    assert len(set(names)) == len(names)


def test_every_walk_of_a_person_is_filmed(root, cache):
    trials = [r.condition.split(".")[0] for r in make(root, cache).records]
    assert trials[:3] == ["one", "two", "one"]


def test_the_walker_is_in_front_of_the_camera_and_faces_it_at_0_degrees(root, cache):
    people = make(root, cache)
    for index in (0, 4, 8):
        joints = people.clip(index).walk.motion.decode(body()).joints
        assert float(joints[:, 0, [0, 2]].mean(0).norm()) < 1e-4
        assert abs(float(heading(joints[len(joints) // 2]))) < 1e-3
        assert people.clip(index).record == people.records[index]
        assert len(people.mesh(index).vertices) == len(joints)


def test_a_probe_is_searched_for_in_other_trials_where_there_are_some(root, cache):
    people = make(root, cache)
    records = people.records
    for draw in range(4):
        probes, gallery = people.draw_protocol(draw).split(records)
        assert [records[i].subject for i in probes] == ["anna", "ben", "cleo"]
        own = records[probes[0]].condition.split(".")[0]
        others = {records[i].condition.split(".")[0] for i in gallery
                  if records[i].subject == "anna"}  # fmt: skip
        assert others == {"one", "two"} - {own}
        assert sum(records[i].subject == "ben" for i in gallery) == 2


def test_training_and_test_are_all_people_and_share_nobody(root, cache):
    halves = [
        {r.subject for r in make(root, cache, s, train=0.4).records} for s in ("train", "test")
    ]
    assert halves[0] | halves[1] == {"anna", "ben", "cleo"}
    assert not halves[0] & halves[1]


def test_what_is_cached_is_not_made_again_and_another_folder_is(root, cache, tmp_path, monkeypatch):
    make(root, cache)

    def never(*_):
        raise AssertionError

    with monkeypatch.context() as patch:
        patch.setattr("meshgait.data.synthetic.motion_gait.survey_motion", never)
        make(root, cache)
    (tmp_path / "dora").mkdir()
    path = tmp_path / "dora" / "x.npz"
    save_motion(path, walked(5))
    before = make(tmp_path, cache)
    about = path.stat()
    path.write_bytes(path.read_bytes())
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert make(tmp_path, cache).folder != before.folder  # somebody replaced it, who knows by what


def test_the_same_seed_is_the_same_data(root, cache, tmp_path):
    ours, again = make(root, cache), make(root, tmp_path)
    for index in range(9):
        np.testing.assert_array_equal(ours[index].frames["smpl"], again[index].frames["smpl"])


def test_what_cannot_be_is_refused(root, cache, tmp_path):
    with pytest.raises(ConfigError, match="from 0 to 1, got 2"):
        make(root, cache, train=2.0)
    with pytest.raises(
        DataError, match=r"of 3 people nobody is left for train with train=0.0; meshg"
    ):
        make(root, cache, "train")
    (tmp_path / "x.txt").write_text("nothing")
    with pytest.raises(
        DataError, match=r"nobody walks there for 30 frames at 25 a second; meshgait d"
    ):
        make(tmp_path, cache)


def test_the_verbs_survey_and_make(root, cache, capsys):
    assert main(["datasets", "motion", str(root)]) == 0
    assert "3 people, 4 walks" in capsys.readouterr().out
    words = ["--data.split=test", "--data.train=0", "--data.config.clips=3",
             "--data.config.frames=[30, 36]", f"--data.cache={cache}"]  # fmt: skip
    assert main(["synth", "--motion", str(root), *words]) == 0
    assert "3 people, 9 clips" in capsys.readouterr().out
    assert main(["datasets", "motion", str(root), "--fps", "0"]) == 2
    assert "frame rates are above 0, got 25.0 and 0.0" in capsys.readouterr().err
    assert main(["datasets", "motion"]) == 2
    assert "meshgait datasets motion ROOT" in capsys.readouterr().err
    assert main(["synth", f"--motion={root}/none"]) == 2
    assert "is no folder" in capsys.readouterr().err
