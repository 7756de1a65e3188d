import json

import numpy as np
import pytest

from meshgait.errors import DataError
from meshgait.io import read
from meshgait.modalities import JOINT_SETS
from tests.io.samples import points, write_mediapipe


def test_world_landmarks_are_metres(tmp_path):
    track = read(write_mediapipe(tmp_path)).track()
    assert track.unit == "m"
    nose = points(JOINT_SETS["coco17"].names)[:, 0]
    np.testing.assert_allclose(track.points[:, track.names.index("nose")], nose, rtol=1e-6)


@pytest.mark.parametrize("wrap", [lambda p: p, lambda p: {"landmarks": p},
                                  lambda p: {"poseLandmarks": {"landmark": p}},
                                  lambda p: {"pose_landmarks": [p]}])  # fmt: skip
def test_landmarks_of_the_picture_in_every_wrapping(tmp_path, wrap):
    person = [{"x": 0.5, "y": i / 33} for i in range(33)]
    (tmp_path / "x.json").write_text(json.dumps([wrap(person), wrap(person)]))
    track = read(tmp_path / "x.json").track()
    assert (track.unit, track.points.shape) == ("picture", (2, 33, 2))
    assert track.select(("neck", "left_knee")).points.shape == (2, 2, 2)


def test_frames_without_anybody_leave_gaps(tmp_path):
    person = [{"x": 0.5, "y": 0.1}] * 33
    (tmp_path / "x.json").write_text(json.dumps([{"landmarks": p} for p in (person, [], person)]))
    assert read(tmp_path / "x.json").track().frames.tolist() == [0, 2]


def test_a_mixture_of_units_is_refused(tmp_path):
    person = [{"x": 0.5, "y": 0.1, "z": 0.0}] * 33
    rows = [{"landmarks": person}, {"pose_world_landmarks": person}]
    (tmp_path / "x.json").write_text(json.dumps(rows))
    with pytest.raises(DataError, match="some frames have world landmarks and some have none"):
        read(tmp_path / "x.json")


def test_as_many_numbers_as_landmarks_are_nobody(tmp_path):
    person = [{"x": 0.5, "y": 0.1}] * 33
    (tmp_path / "x.json").write_text(json.dumps([{"landmarks": p} for p in (person, [1] * 33)]))
    assert read(tmp_path / "x.json").track().frames.tolist() == [0]
