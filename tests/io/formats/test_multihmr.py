import json

import joblib

from meshgait.io import read
from tests.io.samples import FRAMES, shows_the_walk, write_multihmr


def test_people_are_followed_whatever_their_order(tmp_path):
    recording = read(write_multihmr(tmp_path))
    assert [len(track) for track in recording.tracks.values()] == [FRAMES, FRAMES]
    shows_the_walk(recording.body("0"), hands=False, place=1e-3)


def test_a_folder_of_json_is_the_same(tmp_path):
    frames = joblib.load(write_multihmr(tmp_path))
    folder = tmp_path / "json"
    folder.mkdir()
    for t, people in enumerate(frames):
        humans = [{"rotation_vector": p["rotvec"].tolist(), "shape": p["shape"].tolist(),
                   "translation_pelvis": p["transl_pelvis"].tolist()} for p in people]  # fmt: skip
        path = folder / f"frame{t:05d}_multiHMR_896_L_params.json"
        path.write_text(json.dumps({"humans": humans}))
    recording = read(folder)
    assert recording.format.name == "multihmr"
    shows_the_walk(recording.body("0"), hands=False, place=1e-3)
