import json

from meshgait.io import read
from tests.io.samples import FRAMES, coco_rows, write_alphapose


def test_pictures_names_are_frames(tmp_path):
    track = read(write_alphapose(tmp_path)).track()
    assert track.frames.tolist() == list(range(FRAMES))


def test_people_who_were_tracked_keep_their_number(tmp_path):
    rows = [row | {"idx": k} for row in coco_rows(lambda t: f"img_{t}.png") for k in (3, 5)]
    (tmp_path / "x.json").write_text(json.dumps(rows))
    assert list(read(tmp_path / "x.json").tracks) == [3, 5]


def test_halpe_has_feet(tmp_path):
    rows = [{"image_id": "0.jpg", "keypoints": [1.0] * 78, "score": 1}]
    (tmp_path / "x.json").write_text(json.dumps(rows))
    assert "left_heel" in read(tmp_path / "x.json").track().names
