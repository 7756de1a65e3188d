"""The data sets since 2022: counted, read, damaged by name, prepared and scored to the end."""

import json
import pickle
from dataclasses import replace

import numpy as np
import pytest

from meshgait import Recipe, fit, models
from meshgait.data import Store, SubjectsAndClips, UnorderedFrames
from meshgait.data.layouts import LAYOUTS
from meshgait.data.preparation import prepare as preparing
from meshgait.data.preparation.prepare import prepare
from meshgait.data.recorded import Recorded
from meshgait.errors import ConfigError
from meshgait.evaluation import HID, embed, evaluate, write_submission
from meshgait.recipes import find_recipe
from tests.data.layouts import miniature, recent

SILENT = {
    "silhouette": ("uint8", (64, 44)), "points": ("float32", (1024, 3)),
    "depth_image": ("uint8", (3, 64, 64)), "skeleton2d": ("float32", (17, 3)),
    "skeleton3d": ("float32", (24, 3)), "smpl": ("float32", (85,)),
    "smpl_silhouette": ("uint8", (64, 44)), "parsing": ("uint8", (64, 44)),
}  # fmt: skip
COUNTS = {  # clips, of the test, frames of a clip, what it has
    "sustech1k": (72, 36, 4, "silhouette points depth_image"),
    "ccpg": (84, 42, 3, "silhouette"),
    "casia-e": (144, 72, 6, "silhouette"),
    "ccgr": (16, 8, 4, "silhouette parsing skeleton2d"),
    "ccgr-mini": (16, 8, 4, "silhouette parsing skeleton2d"),
    "hid": (8, 8, 4, "silhouette"),
    "gaitlu-1m": (6, 0, 4, "silhouette"),
    "freegait": (8, 4, 4, "silhouette points smpl skeleton3d depth_image"),
    "ccgait": (12, 6, 4, "silhouette smpl smpl_silhouette"),
    "ou-mvlp-mesh": (16, 8, 4, "skeleton3d"),
}


def read(layout, root, official=None):
    """The clips by name, and all that was found of them."""
    survey = layout.survey(root, official)
    clips = {clip.record.name: pickle.loads(pickle.dumps(clip)).read() for clip in survey.clips}
    findings = [*survey.findings, *(found for _, more in clips.values() for found in more)]
    return {name: clip for name, (clip, _) in clips.items() if clip}, findings


@pytest.mark.parametrize("name", recent.MAKERS)
def test_counts_and_frames_are_right(tmp_path, name):
    root, official = recent.make(name, tmp_path / "root")
    clips, test, frames, modalities = COUNTS[name]
    survey = LAYOUTS[name].survey(root, official)
    assert survey.findings == ()
    assert (len(survey.clips), sum(c.split == "test" for c in survey.clips)) == (clips, test)
    sequence, _ = pickle.loads(pickle.dumps(survey.clips[-1])).read()
    assert len(sequence) == frames
    found = {key: (str(a.dtype), a.shape[1:]) for key, a in sequence.frames.items()}
    assert found.pop("frame_id") == ("int64", ())
    expected = {key: SILENT[key] for key in modalities.split()}
    if name == "freegait":
        expected["points"] = ("float32", (256, 3))
    if name == "hid":
        expected["silhouette"] = ("uint8", (128, 88))
    assert found == expected


SCORED = {
    "sustech1k": ("SUSTech1K", {"Overall": 32, "Bag": 4}, 4),
    "ccpg": ("CCPG CL", {"CL": 12}, 18),
    "casia-e": ("CASIA-E", {"NM": 12}, 4),
    "ccgr": ("CCGR", {"all": 6}, 2),
    "ccgr-mini": ("CCGR-Mini", {"all": 6}, 2),
    "hid": ("HID", {"all": 2}, 6),
    "freegait": ("FreeGait", {"all": 2}, 2),
    "ccgait": ("CCGait", {"all": 4}, 2),
    "ou-mvlp-mesh": ("OU-MVLP", {"all": 4}, 4),
}


@pytest.mark.parametrize("name", recent.MAKERS)
def test_every_miniature_is_prepared_and_scored(tmp_path, name, monkeypatch):
    monkeypatch.setattr(preparing, "CLIPS_PER_SHARD", 1000)  # so that no processes are started
    root, official = recent.make(name, tmp_path / "root")
    done = prepare(LAYOUTS[name], root, tmp_path / "out", partition=official, progress=False)
    assert sum(split.clips for split in done.splits) == COUNTS[name][0] - (name == "casia-e")
    if name not in SCORED:
        assert not (tmp_path / "out/test/protocols.json").exists()
        return
    data = Recorded(tmp_path / "out", "test")
    title, probes, gallery = SCORED[name]
    task = data.protocol.tasks[0]
    comparison = task.compare(data.records)
    assert task.name == title
    assert {group: len(comparison.probes[group]) for group in probes} == probes
    assert len(comparison.gallery) == gallery
    if name == "hid":
        found = embed(models.GEI(size=(128, 88)), data, progress=False)
        write_submission(tmp_path / "a.csv", found, data.protocol, HID, rerank=HID.reranking)
        videos = [line.split(",")[0] for line in (tmp_path / "a.csv").read_text().splitlines()]
        assert videos == ["videoID", "video1", "video2"]
        return
    model = models.PoseGait(width=1 / 16) if name == "ou-mvlp-mesh" else models.GEI()
    scores = evaluate(embed(model, data, progress=False), data.protocol)
    assert 0 <= scores["rank1"] <= 100


@pytest.mark.parametrize(
    ("asked", "group", "frames"),
    [
        (("silhouette",), "", 11), (("points",), "", 4), (("points", "depth_image"), "", 4),
        (("points", "silhouette"), "", 4), (("silhouette",), "sync", 4), ((), "camera", 11),
        ((), "lidar", 4), ((), "", 4),
    ],
)  # fmt: skip
def test_of_what_was_recorded_together_one_group_is_read(tmp_path, asked, group, frames):
    root, official = recent.sustech1k(tmp_path / "root", types=("00-nm",), views=("000",))
    layout = replace(LAYOUTS["sustech1k"], modalities=asked, group=group)
    clips, findings = read(layout, root, official)
    assert findings == [f for f in findings if "Pose" in f.path.name]
    held = {"camera": {"silhouette"}, "lidar": {"points", "depth_image"}}
    expected = set(asked) or held.get(group, {"silhouette", "points", "depth_image"})
    for clip in clips.values():
        assert set(clip.frames) == {*expected, "frame_id"}
        assert len(clip) == frames


def test_a_group_that_is_none_is_refused(tmp_path):
    root, official = recent.sustech1k(tmp_path / "root", types=("00-nm",), views=("000",))
    with pytest.raises(ConfigError, match=r"no group 'radar' .* there are camera, lidar, sync"):
        replace(LAYOUTS["sustech1k"], group="radar").survey(root, official)
    with pytest.raises(ConfigError, match="no group 'sync' of modalities; it has none"):
        replace(LAYOUTS["ccpg"], group="sync").survey(root)


@pytest.mark.parametrize("form", ["ascii", "binary"])
def test_files_named_by_their_time_are_paired_within_20_ms(tmp_path, form):
    root, official = recent.sustech1k_raw(tmp_path / "root", form=form)
    clips, findings = read(LAYOUTS["sustech1k"], root, official)
    assert len(clips) == 4
    late = 1657081234_850_000_009
    assert {f.problem for f in findings} == {f"1 frames of {m} have no silhouette, first {late}"
                                             for m in ("points", "depth_image")}  # fmt: skip
    alone, _ = read(replace(LAYOUTS["sustech1k"], modalities=("silhouette",)), root, official)
    for name, clip in clips.items():
        assert clip.frames["frame_id"].tolist() == [
            1657081234_050_000_000 + 100_000_000 * n + n * n for n in range(3)
        ]
        camera = alone[name].frames["silhouette"]
        assert len(camera) == recent.PICTURES
        np.testing.assert_array_equal(clip.frames["silhouette"], camera[[0, 3, 6]])
        assert clip.frames["depth_image"][:, 0, 0, 0].tolist() == [40, 41, 42]
    first = next(iter(clips.values())).frames["points"][0]
    cloud = recent.clouds(0, recent.SCANS)[0].astype(np.float32)
    assert {*map(tuple, first.tolist())} == {*map(tuple, cloud.tolist())}


def test_freegait_is_read_before_and_after_it_is_rearranged(tmp_path):
    for name, folders in (("before", True), ("after", False)):
        root, official = recent.freegait(tmp_path / name / "root", folders=folders)
        clips, findings = read(LAYOUTS["freegait"], root, official)
        assert findings == []
        assert len(clips) == 8
    rows = np.stack([miniature.smpl_frame(n, 7) for n in range(4)])
    np.testing.assert_array_equal(clips["0007-d1-s1"].frames["smpl"], rows)


@pytest.mark.parametrize(("width", "lacking"), [(82, "camera"), (72, "camera and shape")])
def test_bodies_without_a_camera_get_a_neutral_one_and_that_is_said(tmp_path, width, lacking):
    root, official = recent.freegait(tmp_path / "root", smpl=width)
    clips, findings = read(LAYOUTS["freegait"], root, official)
    assert {f.problem for f in findings} == {f"has no {lacking}: neutral was taken"}
    rows = clips["0007-d1-s1"].frames["smpl"]
    assert rows[0, :3].tolist() == [1, 0, 0]
    np.testing.assert_array_equal(rows[0, 3:75], miniature.smpl_frame(0, 7)[3:75])
    assert bool(rows[0, 75:].any()) == (width == 82)


def test_hid_calls_a_clip_by_its_sequence_in_both_forms(tmp_path):
    for pickled in (False, True):
        root = recent.hid(tmp_path / str(pickled), pickled=pickled)
        clips, findings = read(LAYOUTS["hid"], root)
        assert findings == []
        views = {(c.subject, c.condition, c.view) for c in clips.values()}
        assert ("probe", "probe", "video1") in views
        assert ("0500", "gallery", "s1") in views
        assert len(views) == 8


def test_casia_e_is_read_raw_and_pickled_without_short_clips(tmp_path):
    _, findings = read(LAYOUTS["casia-e"], recent.casia_e(tmp_path / "pickled"))
    assert [(f.path.name, f.problem, f.frames) for f in findings] == [
        ("000.pkl", "has 5 frames, fewer than 6: the clip was dropped", 5)
    ]
    names = ["001/H/scene1/nm/000/1", "001/L/scene3_s/bg/090/2", "201/H/scene1/nm/000/1"]
    clips, findings = read(LAYOUTS["casia-e"], miniature.plain(tmp_path / "raw", names, frames=6))
    assert findings == []
    assert set(clips) == {
        "001-H-scene1-nm-1-000", "001-L-scene3_s-bg-2-090", "201-H-scene1-nm-1-000"
    }  # fmt: skip


def test_a_list_of_the_gallery_leaves_all_others_as_probes(tmp_path):
    root, official = recent.ccgr(tmp_path / "root")
    survey = LAYOUTS["ccgr-mini"].survey(root, official)
    assert len(survey.probes) == 6
    assert not any(name.endswith("NM1-over.avi") for name in survey.probes)
    lists = json.loads(official.read_text())
    lists["GALLERY_SET"].append("602-XX1-over.avi")
    official.write_text(json.dumps(lists))
    (finding,) = LAYOUTS["ccgr-mini"].survey(root, official).findings
    assert finding.problem == "gallery 602-XX1-over.avi of the list is not there"


def test_a_list_may_name_several_sequences_at_once(tmp_path):
    root, official = recent.ccgait(tmp_path / "root")
    survey = LAYOUTS["ccgait"].survey(root, official)
    assert sorted(survey.probes) == [
        "0003-cam1-s1", "0003-cam1-s2", "0004-cam1-s1", "0004-cam1-s2"
    ]  # fmt: skip
    lists = json.loads(official.read_text())
    lists["PROBE_SET"].append("0003-cam9")
    official.write_text(json.dumps(lists))
    (finding,) = LAYOUTS["ccgait"].survey(root, official).findings
    assert finding.problem == "probe 0003-cam9 of the list is not there"


DAMAGED = {
    "sustech1k": "0000/00-nm/000/08-sync-000-LiDAR-PCDs.pkl",
    "ccpg": "000/U0_D0/0_0/0_0-aligned-sils.pkl",
    "casia-e": "001/H-scene2-nm-1/000/000.pkl",
    "ccgr": "1/NM1/over.avi/003-overpar-1.pkl",
    "hid": "0500/s1/0002.png",
    "gaitlu-1m": "000/000/001/000_000_001.pkl",
    "freegait": "0001/d1/s1/smpl.pkl",
    "ccgait": "CCGait-smplsils-pkl/0001/cam1/s1/0001.pkl",
    "ou-mvlp-mesh": "00001/000_00/0002.json",
}


@pytest.mark.parametrize("damage", ["truncated", "swapped", "lengthened", "emptied"])
@pytest.mark.parametrize("name", DAMAGED)
def test_damage_is_told_by_name_and_costs_one_frame_or_one_clip(tmp_path, name, damage):
    few = {
        "sustech1k": {"types": ("00-nm",), "views": ("000",)},
        "ccpg": {"people": ("000", "100")},
    }
    root, official = recent.make(name, tmp_path / "root", **few.get(name, {}))
    path = root / DAMAGED[name]
    content = path.read_bytes()
    changed = {
        "truncated": content[: len(content) // 2], "swapped": b"something else",
        "lengthened": content + b"more", "emptied": b"",
    }  # fmt: skip
    path.write_bytes(changed[damage])
    before = len(LAYOUTS[name].survey(root, official).clips) - (name == "casia-e")
    clips, findings = read(LAYOUTS[name], root, official)
    assert path in {finding.path for finding in findings}
    of_frames = path.suffix != ".pkl"
    assert len(clips) == before - (not of_frames)
    if of_frames:
        assert sorted({len(clip) for clip in clips.values()}) == [3, 4]


@pytest.mark.parametrize("name", ["0001/d1/s1/kp3d.pkl", "0001/d1/s1/range_pkl.pkl",
                                  "0001/d1/s1/image.pkl"])  # fmt: skip
@pytest.mark.parametrize("content", [np.zeros((4, 9)), np.zeros((9, 24, 3)), [b"x"], {}])
def test_what_may_be_something_else_is_left_out_and_the_clip_stays(tmp_path, name, content):
    root, official = recent.freegait(tmp_path / "root")
    miniature.write_pickle(root / name, content)
    clips, findings = read(LAYOUTS["freegait"], root, official)
    assert len(clips) == 8
    assert {finding.path for finding in findings} == {root / name}
    assert {"points", "smpl"} <= set(clips["0001-d1-s1"].frames)


def test_lidargaitpp_trains_on_a_prepared_miniature(tmp_path):
    root, official = recent.sustech1k(tmp_path / "root", types=("00-nm", "01-nm"))
    layout = replace(LAYOUTS["sustech1k"], modalities=("points",), points=64)
    prepare(layout, root, tmp_path / "out", partition=official, progress=False)
    assert Store(tmp_path / "out/train").modalities == ("frame_id", "points")
    data = Recorded(tmp_path / "out", "train")
    model = models.LidarGaitPP(width=1 / 16, centres=(32, 16, 16), count=8, bins=(1, 2))
    before = model.head.weight.detach().clone()
    recipe = Recipe(
        steps=2, batch=SubjectsAndClips(2, 2), frames=UnorderedFrames(3), milestones=()
    )  # fmt: skip
    fit(model, data, recipe, out=tmp_path / "run")
    assert not (model.head.weight == before).all()
    test = Recorded(tmp_path / "out", "test")
    assert embed(model, test, progress=False).values.shape == (8, 3, 16)


def test_an_unlabelled_data_set_knows_nobody_twice(tmp_path):
    clips, findings = read(LAYOUTS["gaitlu-1m"], recent.gaitlu_1m(tmp_path / "root"))
    assert findings == []
    assert len({clip.subject for clip in clips.values()}) == len(clips) == 6
    assert "001_000_001-unlabelled-0" in clips


def test_what_is_learnt_without_labels_is_scored_on_another_data_set(tmp_path):
    recent.gaitlu_1m(tmp_path / "root")
    prepare(LAYOUTS["gaitlu-1m"], tmp_path / "root", tmp_path / "out", progress=False)
    data, model = Recorded(tmp_path / "out", "train"), models.GaitSSB(width=1 / 16)
    published = find_recipe("gaitssb/gaitlu-1m").recipe
    recipe = replace(
        published, steps=2, batch=SubjectsAndClips(3, 2), frames=UnorderedFrames(3), milestones=()
    )  # fmt: skip
    history = fit(model, data, recipe, out=tmp_path / "run")
    assert history
    root, official = recent.ccgait(tmp_path / "known")
    prepare(LAYOUTS["ccgait"], root, tmp_path / "test", partition=official, progress=False)
    test = Recorded(tmp_path / "test", "test")
    scores = evaluate(embed(model, test, progress=False), test.protocol)
    assert scores["probes"] == 4
