import joblib
import numpy as np
import torch

from meshgait.io import read
from tests.io.samples import FRAMES, body, mhr_people, motion, write_sam3dbody


def skin_off_mm(betas):
    shapes = [body().shape(torch.from_numpy(np.asarray(b))) for b in (betas, motion().betas)]
    return 1000 * float((shapes[0] - shapes[1]).norm(dim=1).mean())


def test_the_shape_is_that_of_the_skin(tmp_path):
    joblib.dump([[person] for person in mhr_people()], tmp_path / "x.pkl")
    for path in (tmp_path / "x.pkl", write_sam3dbody(tmp_path)):  # of all frames, and of one
        _check(read(path).body())


def _check(track):
    assert len(track) == FRAMES
    assert skin_off_mm(track.betas[0]) < 2
    assert track.fit_mm < 25
    assert any("from MHR's" in note for note in track.notes)


def test_without_a_skin_the_bones_tell_it_as_far_as_they_can(tmp_path):
    joblib.dump([[person] for person in mhr_people(skins=0)], tmp_path / "x.pkl")
    track = read(tmp_path / "x.pkl").body()
    assert any("lengths of bones" in note for note in track.notes)
    assert skin_off_mm(track.betas[0]) > 2


def test_one_file_may_hold_one_person_of_all_frames(tmp_path):
    people = mhr_people(skins=0)
    np.savez(tmp_path / "x.npz", **{key: np.stack([p[key] for p in people]) for key in people[0]})
    assert len(read(tmp_path / "x.npz").body()) == FRAMES
    np.savez(tmp_path / "y.npz", **people[0])
    assert len(read(tmp_path / "y.npz").body()) == 1
