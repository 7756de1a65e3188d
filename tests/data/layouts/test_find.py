"""Every layout finds and reads its miniature, and its protocol has the right sides."""

import os
import pickle
import shutil
from dataclasses import replace

import cv2
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
    survey = find_layout(name).survey(root)
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
    survey = LAYOUTS["ou-lp-age"].survey(miniature.plain(tmp_path, miniature.OTHERS["ou-lp-age"]))
    assert [clip.split for clip in survey.clips] == ["train"] * 4
    assert LAYOUTS["ou-lp-age"].protocols([]) == ()


def test_skeletons_of_ou_mvlp(tmp_path):
    survey = LAYOUTS["ou-mvlp-pose"].survey(miniature.ou_mvlp_pose(tmp_path))
    assert [clip.split for clip in survey.clips] == ["train", "train", "test", "test"]
    clip, findings = survey.clips[0].read()
    assert findings == ()
    assert clip.frames["skeleton2d"].shape == (3, 18, 3)
    probes, gallery = LAYOUTS["ou-mvlp-pose"].protocols([])[0].split(to_search(survey))
    assert (len(probes), len(gallery)) == (1, 1)


def test_casia_b_by_its_rule(tmp_path):
    survey = LAYOUTS["casia-b"].survey(miniature.casia_b(tmp_path))
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
    survey = LAYOUTS["gait3d"].survey(root, official)
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
    survey = LAYOUTS["gait3d"].survey(root, official)
    assert (len(survey.clips), survey.findings) == (8, ())
    names = {"sils": "silhouette", "smpls": "smpl", "pars": "parsing"}
    clip, findings = survey.clips[0].read()
    assert findings == ()
    assert set(clip.frames) == {"frame_id", *(names[word] for word in words)}


def test_gait3d_has_no_rule(tmp_path):
    root, _ = miniature.gait3d_raw(tmp_path)
    with pytest.raises(DataError, match="no rule for who trains"):
        LAYOUTS["gait3d"].survey(root)


@pytest.mark.parametrize("name", [name for name, layout in LAYOUTS.items() if layout.rule])
def test_an_empty_folder_is_no_data_set(tmp_path, name):
    with pytest.raises(DataError, match="holds nothing of"):
        LAYOUTS[name].survey(tmp_path)


def test_a_name_that_is_none_gets_the_nearest():
    with pytest.raises(ConfigError, match="did you mean 'gait3d'"):
        find_layout("gait3")


def test_a_second_pickle_of_one_modality_is_reported(tmp_path):
    for name in ("a.pkl", "b.pkl"):
        miniature.write_pickle(tmp_path / "ann/walk/side" / name, np.zeros((3, 64, 64), np.uint8))
    clip, findings = LAYOUTS["folder"].survey(tmp_path).clips[0].read()
    assert [finding.path.name for finding in findings] == ["b.pkl"]
    assert clip.frames["silhouette"].shape == (3, 64, 44)


SQUARES = np.zeros((3, 64, 64), np.uint8)
SQUARES[:, 4:60, 20:44] = 255
HEAT = np.zeros((3, 2, 64, 64), np.float32)


def pickles(root, clip, **contents):
    for name, content in contents.items():
        miniature.write_pickle(root / clip / f"{name}.pkl", content)


def read(layout, root):
    survey = layout.survey(root)
    clips = {clip.record.name: clip.read() for clip in survey.clips}
    findings = [*survey.findings, *(found for _, more in clips.values() for found in more)]
    return {name: clip for name, (clip, _) in clips.items()}, findings


FOLDER = LAYOUTS["folder"]


@pytest.mark.parametrize("name", ["0_heatmap", "0_unknown"])
def test_what_is_not_understood_is_left_out_and_the_clip_stays(tmp_path, name):
    for clip in ("ann/nm/000", "bob/nm/000"):
        pickles(tmp_path, clip, **{name: HEAT, "1_sil": SQUARES})
    clips, findings = read(FOLDER, tmp_path)
    assert {tuple(clip.frames) for clip in clips.values()} == {("silhouette", "frame_id")}
    assert {finding.path.stem for finding in findings} == {name}
    clips, findings = read(replace(FOLDER, modalities=("silhouette",)), tmp_path)
    assert len(clips) == 2
    assert findings == []


def test_many_modalities_as_of_a_lidar_cost_no_clip(tmp_path):
    names = {
        "00-LiDAR-PCDs": np.zeros((2, 9)), "01-LiDAR-PCDs_depths": SQUARES,
        "02-LiDAR-PCDs_sils": SQUARES // 3, "03-Camera-RGB_raw": np.zeros((3, 9, 9, 3), np.uint8),
        "04-Camera-Pose": np.zeros((3, 17, 3), np.float32), "05-Camera-Sils": SQUARES,
        "06-what": b"?",
    }  # fmt: skip
    for clip in ("0000/00-nm/000", "0001/00-nm/000"):
        pickles(tmp_path, clip, **names)
    clips, findings = read(FOLDER, tmp_path)
    assert [set(clip.frames) for clip in clips.values()] == [
        {"silhouette", "skeleton2d", "frame_id"}
    ] * 2
    np.testing.assert_array_equal(clips["0000-00-nm-000"].frames["silhouette"], SQUARES[..., 10:54])
    assert {f.path.name[:2] for f in findings} == {"00", "01", "02", "03", "06"}
    for path in tmp_path.rglob("*.pkl"):
        if "05" not in path.name:
            path.write_bytes(b"never read")
    clips, findings = read(replace(FOLDER, modalities=("silhouette",)), tmp_path)
    assert [set(clip.frames) for clip in clips.values()] == [{"silhouette", "frame_id"}] * 2


@pytest.mark.parametrize("name", ["sparse-walks", "compose", "my pose study", "parsing-study"])
def test_the_name_of_the_root_decides_nothing(tmp_path, name):
    root = miniature.plain(tmp_path / name, ["ann/nm/000", "bob/nm/000"])
    pickles(root, "cid/nm/000", **{"000": SQUARES})
    clips, findings = read(FOLDER, root)
    assert findings == []
    assert {clip.frames["silhouette"].shape for clip in clips.values()} == {(3, 64, 44)}


def test_a_root_that_is_the_folder_of_a_modality_tells_it(tmp_path):
    root, official = miniature.gait3d_raw(tmp_path)
    clip, findings = LAYOUTS["gait3d"].survey(root / "2D_Parsings", official).clips[0].read()
    assert findings == ()
    assert set(clip.frames) == {"parsing", "frame_id"}


def test_a_pickle_of_labels_is_known_by_them(tmp_path):
    maps = SQUARES // 255 * (1 + np.arange(64)[:, None] % 5).astype(np.uint8)
    pickles(tmp_path, "ann/nm/000", **{"000": maps})
    pickles(tmp_path, "bob/nm/000", **{"000": SQUARES // 255})
    clips, findings = read(FOLDER, tmp_path)
    np.testing.assert_array_equal(clips["ann-nm-000"].frames["parsing"], maps[..., 10:54])
    white = clips["bob-nm-000"].frames["silhouette"]
    np.testing.assert_array_equal(white, SQUARES[..., 10:54])
    assert ["read as black and white" in f.problem for f in findings] == [True]


@pytest.mark.parametrize("form", [bool, np.float32, np.int64])
def test_pickled_masks_of_any_type_are_silhouettes(tmp_path, form):
    pickles(tmp_path, "ann/nm/000", sils=(SQUARES > 0).astype(form)[:, None])
    clips, _ = read(FOLDER, tmp_path)
    np.testing.assert_array_equal(clips["ann-nm-000"].frames["silhouette"], SQUARES[..., 10:54])


@pytest.mark.parametrize("ending", ["jpg", "JPG", "jpeg", "bmp", "BMP", "PNG"])
@pytest.mark.parametrize("name", ["casia-b", "ou-mvlp", "grew"])
def test_silhouettes_have_any_ending(tmp_path, name, ending):
    if name == "casia-b":
        root = miniature.casia_b(tmp_path, people=("001", "075"), views=("000",))
    else:
        size = (64, 64) if name == "grew" else (100, 70)
        root = miniature.plain(tmp_path, miniature.OTHERS[name], size=size)
    count = len(LAYOUTS[name].survey(root).clips)
    for path in list(root.rglob("*.png")):
        assert cv2.imwrite(str(path.with_suffix(f".{ending}")), cv2.imread(str(path)))
        path.unlink()
    clips, _ = read(LAYOUTS[name], root)
    assert len(clips) == count
    assert {clip.frames["silhouette"].shape for clip in clips.values()} == {(3, 64, 44)}


def test_names_that_meet_are_found_with_both_folders(tmp_path):
    root = miniature.plain(tmp_path, ["a-b/c/0", "a/b-c/0", "d/e/f"])
    survey = FOLDER.survey(root)
    (finding,) = survey.findings
    assert {str(root / "a-b/c/0"), str(root / "a/b-c/0")} == {
        str(finding.path), finding.problem.split(" as ")[1].split(" is: ")[0]
    }  # fmt: skip
    assert sorted(clip.record.name for clip in survey.clips) == ["a-b-c-0", "d-e-f"]


def test_where_no_modality_is_usual_no_clip_is_dropped(tmp_path):
    smpl = np.ones((3, 85), np.float32)
    for person, contents in {"ann": {"sil": SQUARES}, "bob": {"smpl": smpl}}.items():
        pickles(tmp_path, f"{person}/nm/000", **contents)
    clips, findings = read(FOLDER, tmp_path)
    assert len(clips) == 2
    assert findings == []


def test_a_clip_that_lacks_what_is_asked_for_is_named(tmp_path):
    pickles(tmp_path, "ann/nm/000", sil=SQUARES)
    pickles(tmp_path, "bob/nm/000", smpl=np.ones((3, 85)), sil=SQUARES)
    survey = replace(FOLDER, modalities=("smpl", "silhouette")).survey(tmp_path)
    assert [clip.record.subject for clip in survey.clips] == ["bob"]
    assert [f.problem for f in survey.findings] == ["clip ann-nm-000 has no smpl: dropped"]


def test_pipes_and_broken_links_are_findings_and_never_opened(tmp_path):
    root = miniature.plain(tmp_path, ["ann/nm/000", "bob/nm/000"])
    os.mkfifo(root / "ann/nm/000/0009.png")
    (root / "ann/nm/000/0008.png").symlink_to(tmp_path / "nowhere")
    (root / "ann/nm/000/0007.png").symlink_to(root / "ann/nm/000/0007.png")
    os.mkfifo(root / "bob/pipe")
    os.mkfifo(root / "pipe.pkl")
    clips, findings = read(FOLDER, root)
    assert [len(clip) for clip in clips.values()] == [3, 3]
    assert {finding.path.name for finding in findings} == {
        "0007.png", "0008.png", "0009.png", "pipe", "pipe.pkl"
    }  # fmt: skip


def test_frames_twice_and_times_of_many_digits(tmp_path):
    root = miniature.plain(tmp_path, ["ann/nm/000", "bob/nm/000"])
    folder = root / "ann/nm/000"
    shutil.copy(folder / "0002.png", folder / "2.png")
    times = [1520000000000000000 + 40_000_000 * n + n * n for n in range(3)]
    for number, time in enumerate(times, 1):
        (root / f"bob/nm/000/{number:04}.png").rename(root / f"bob/nm/000/{time}.png")
    clips, findings = read(FOLDER, root)
    assert clips["bob-nm-000"].frames["frame_id"].tolist() == times
    assert [(f.path.name, f.problem) for f in findings] == [
        ("2.png", "is frame 2 once more, beside 0002.png")
    ]


def test_a_gap_of_a_billion_frames_is_counted_not_listed(tmp_path):
    root = miniature.plain(tmp_path, ["ann/nm/000"])
    folder = root / "ann/nm/000"
    (folder / "0003.png").rename(folder / "3000000000.png")
    _, findings = read(FOLDER, root)
    assert [(f.path.name, f.frames) for f in findings] == [("0003.png", 3_000_000_000 - 3)]


def test_folders_beside_those_of_modalities_are_told(tmp_path):
    root, official = miniature.gait3d_raw(tmp_path)
    (root / "3D_Poses").mkdir()
    (root / "sparse").mkdir()
    findings = LAYOUTS["gait3d"].survey(root, official).findings
    assert [finding.path.name for finding in findings] == ["3D_Poses", "sparse"]
    wrong = replace(LAYOUTS["ou-lp"], modalities=("smpl",))
    with pytest.raises(DataError, match="nothing of OU-LP with smpl"):
        wrong.survey(miniature.plain(tmp_path / "ou", miniature.OTHERS["ou-lp"]))
