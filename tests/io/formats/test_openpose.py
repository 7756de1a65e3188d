import json

import numpy as np
import pytest

from meshgait.errors import DataError
from meshgait.io import read
from meshgait.modalities import JOINT_SETS
from tests.io.samples import FRAMES, pixels, write_openpose

NAMES = JOINT_SETS["openpose25"].names


def test_a_folder_is_a_film_and_missing_points_have_no_confidence(tmp_path):
    folder = write_openpose(tmp_path)
    page = json.loads((folder / "walk_000000000002_keypoints.json").read_text())
    page["people"][0]["pose_keypoints_2d"][:3] = [0, 0, 0]
    (folder / "walk_000000000002_keypoints.json").write_text(json.dumps(page))
    track = read(folder).track()
    assert (track.names, track.unit) == (NAMES, "px")
    assert track.frames.tolist() == list(range(FRAMES))
    assert track.confidence[2, 0] == 0
    np.testing.assert_allclose(track.points[:, 1:], pixels(NAMES)[:, 1:, :2], rtol=1e-6)


def test_an_older_model_of_18_points_and_ids_of_a_tracker(tmp_path):
    names = JOINT_SETS["body18"].names
    people = [{"person_id": [k], "pose_keypoints_2d": pixels(names)[0].ravel().tolist()}
              for k in (4, 2)]  # fmt: skip
    (tmp_path / "x.json").write_text(json.dumps({"people": people}))
    assert sorted(read(tmp_path / "x.json").tracks) == [2, 4]
    assert read(tmp_path / "x.json").track("4").names == names


def test_nobody_and_odd_numbers_are_said(tmp_path):
    (tmp_path / "x.json").write_text('{"people": []}')
    with pytest.raises(DataError, match="nobody was found in any frame"):
        read(tmp_path / "x.json")
    (tmp_path / "x.json").write_text('{"people": [{"pose_keypoints_2d": [1, 2, 3]}]}')
    with pytest.raises(DataError, match=r"a person has 3 numbers; .* 17, 18, 25, 26"):
        read(tmp_path / "x.json")
