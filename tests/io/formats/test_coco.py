import json

import numpy as np

from meshgait.io import read
from meshgait.modalities import JOINT_SETS
from tests.io.samples import FRAMES, coco_rows, pixels, write_coco

NAMES = JOINT_SETS["coco17"].names


def test_results_become_a_track(tmp_path):
    track = read(write_coco(tmp_path)).track()
    assert track.names == NAMES
    assert track.frames.tolist() == list(range(FRAMES))
    np.testing.assert_allclose(track.points, pixels(NAMES)[..., :2], rtol=1e-6)


def test_annotations_with_tracks_keep_people_apart(tmp_path):
    rows = [row | {"track_id": k} for row in coco_rows(lambda t: 10 * t) for k in (1, 2)]
    (tmp_path / "x.json").write_text(json.dumps({"images": [], "annotations": rows}))
    recording = read(tmp_path / "x.json")
    assert list(recording.tracks) == [1, 2]
    assert recording.track("2").frames.tolist() == list(range(0, 10 * FRAMES, 10))
