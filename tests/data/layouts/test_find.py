"""Every layout finds and reads its miniature, and its protocol has the right sides."""

import pickle

import numpy as np
import pytest

from meshgait.data.layouts import LAYOUTS, find_layout
from meshgait.errors import ConfigError, DataError
from tests.data.layouts import miniature


def to_search(survey):
    return [clip.record for clip in survey.clips if clip.split == "test"]


@pytest.mark.parametrize(
    ("name", "clips", "test", "probes", "gallery"),
    [
        ("casia-a", 4, 4, 2, 2), ("casia-c", 4, 4, 2, 2), ("usf", 4, 4, 2, 2),
        ("ou-speed", 4, 4, 2, 2), ("ou-mv", 4, 4, 2, 2), ("ou-lp", 4, 4, 2, 2),
        ("ou-lp-bag", 4, 4, 2, 2), ("ou-mvlp", 6, 5, 3, 2), ("grew", 6, 5, 2, 2),
        ("folder", 4, 4, 2, 2),
    ],
)  # fmt: skip
def test_counts_are_right(tmp_path, name, clips, test, probes, gallery):
    size = (64, 64) if name == "grew" else (100, 70)
    root = miniature.plain(tmp_path, miniature.OTHERS[name], size=size)
    survey = find_layout(name).find(root)
    assert survey.findings == ()
    assert len(survey.clips) == clips
    assert len(to_search(survey)) == test
    found = find_layout(name).protocols(to_search(survey))[0].split(to_search(survey))
    assert tuple(map(len, found)) == (probes, gallery)
    for clip in survey.clips:
        sequence, findings = pickle.loads(pickle.dumps(clip)).read()
        assert findings == ()
        assert sequence.record == clip.record
        assert sequence.frames["silhouette"].shape == (3, 64, 44)


def test_walks_of_one_each_have_no_protocol(tmp_path):
    survey = LAYOUTS["ou-lp-age"].find(miniature.plain(tmp_path, miniature.OTHERS["ou-lp-age"]))
    assert [clip.split for clip in survey.clips] == ["train"] * 4
    assert LAYOUTS["ou-lp-age"].protocols([]) == ()


def test_skeletons_of_ou_mvlp(tmp_path):
    survey = LAYOUTS["ou-mvlp-pose"].find(miniature.ou_mvlp_pose(tmp_path))
    assert [clip.split for clip in survey.clips] == ["train", "train", "test", "test"]
    clip, findings = survey.clips[0].read()
    assert findings == ()
    assert clip.frames["skeleton2d"].shape == (3, 18, 3)
    probes, gallery = LAYOUTS["ou-mvlp-pose"].protocols([])[0].split(to_search(survey))
    assert (len(probes), len(gallery)) == (1, 1)


def test_casia_b_by_its_rule(tmp_path):
    survey = LAYOUTS["casia-b"].find(miniature.casia_b(tmp_path))
    assert [c.split for c in survey.clips] == ["train"] * 40 + ["test"] * 40
    found = LAYOUTS["casia-b"].protocols(to_search(survey))[0].compare(to_search(survey))
    assert {name: len(probes) for name, probes in found.probes.items()} == dict.fromkeys(
        ["NM", "BG", "CL"], 8
    )
    assert len(found.gallery) == 16
    assert len(survey.findings) == 4 * 10 * 9  # nine views that a miniature lacks
    assert survey.findings[0].path == tmp_path / "001/nm-01/018"


def test_gait3d_joins_four_modalities_by_number(tmp_path):
    root, official = miniature.gait3d_raw(tmp_path)
    survey = LAYOUTS["gait3d"].find(root, official)
    assert (len(survey.clips), len(to_search(survey)), len(survey.probes)) == (8, 4, 2)
    assert survey.findings == ()
    protocol = LAYOUTS["gait3d"].protocols(to_search(survey), survey.probes)[0]
    assert tuple(map(len, protocol.split(to_search(survey)))) == (2, 2)
    clip, findings = survey.clips[0].read()
    assert findings == ()
    assert {name: array.shape for name, array in clip.frames.items()} == {
        "silhouette": (5, 64, 44), "parsing": (5, 64, 44), "skeleton2d": (5, 17, 3),
        "smpl": (5, 85), "frame_id": (5,),
    }  # fmt: skip
    expected = np.stack([miniature.smpl_frame(17279 + n, 0) for n in range(5)])
    np.testing.assert_array_equal(clip.frames["smpl"], expected)
    assert clip.frames["frame_id"].tolist() == [17279 + n for n in range(5)]


@pytest.mark.parametrize("words", [("sils",), ("smpls",), ("sils", "smpls"),
                                   ("pars", "sils", "smpls")])  # fmt: skip
def test_gait3d_pickled(tmp_path, words):
    root, official = miniature.gait3d_pickled(tmp_path / "Gait3D-merged-pkl", words)
    survey = LAYOUTS["gait3d"].find(root, official)
    assert (len(survey.clips), survey.findings) == (8, ())
    names = {"sils": "silhouette", "smpls": "smpl", "pars": "parsing"}
    clip, findings = survey.clips[0].read()
    assert findings == ()
    assert set(clip.frames) == {"frame_id", *(names[word] for word in words)}


def test_gait3d_has_no_rule(tmp_path):
    root, _ = miniature.gait3d_raw(tmp_path)
    with pytest.raises(DataError, match="no rule for who trains"):
        LAYOUTS["gait3d"].find(root)


@pytest.mark.parametrize("name", [name for name in LAYOUTS if name != "gait3d"])
def test_an_empty_folder_is_no_data_set(tmp_path, name):
    with pytest.raises(DataError, match="holds nothing of"):
        LAYOUTS[name].find(tmp_path)


def test_a_name_that_is_none_gets_the_nearest():
    with pytest.raises(ConfigError, match="did you mean 'gait3d'"):
        find_layout("gait3")


def test_a_second_pickle_of_one_modality_is_reported(tmp_path):
    for name in ("a.pkl", "b.pkl"):
        miniature.write_pickle(tmp_path / "ann/walk/side" / name, np.zeros((3, 64, 64), np.uint8))
    survey = LAYOUTS["folder"].find(tmp_path)
    assert [finding.path.name for finding in survey.findings] == ["b.pkl"]
    assert survey.clips[0].read()[0].frames["silhouette"].shape == (3, 64, 44)
