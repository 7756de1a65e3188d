"""Preparing: what is stored is what was read, whatever happened on the way."""

import json
import os
import pickle
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import loky
import numpy as np
import pytest

from meshgait.data import Store, read_protocols
from meshgait.data.layouts import LAYOUTS, ClipFiles, Finding, Layout, Survey
from meshgait.data.preparation import prepare as preparing
from meshgait.data.preparation.prepare import prepare
from meshgait.data.processes import processes
from meshgait.errors import ConfigError, DataError
from meshgait.files.lock import locked
from meshgait.sequence import GaitSequence, Record
from tests.data.layouts import miniature

GAIT3D = LAYOUTS["gait3d"]
ROOT = Path(__file__).parents[3]


def run(root, out, layout=GAIT3D, **options):
    return prepare(layout, root, out, progress=False, **options)


def content(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def raw(tmp_path):
    return miniature.gait3d_raw(tmp_path / "raw")


def test_stores_hold_what_the_layout_reads(raw, tmp_path):
    root, official = raw
    done = run(root, tmp_path / "out", partition=official)
    survey = GAIT3D.survey(root, official)
    for split in ("train", "test"):
        store = Store(tmp_path / "out" / split, verify=True)
        clips = [clip for clip in survey.clips if clip.split == split]
        assert store.records == [clip.record for clip in clips]
        for stored, clip in zip(store, clips, strict=True):
            expected, _ = clip.read()
            assert set(stored.frames) == set(expected.frames)
            for modality, array in expected.frames.items():
                np.testing.assert_array_equal(stored.frames[modality], array)
    assert [(s.name, s.clips, s.dropped, s.people, s.frames) for s in done.splits] == [
        ("test", 4, 0, 2, 20), ("train", 4, 0, 2, 20),
    ]  # fmt: skip
    (protocol,) = read_protocols(tmp_path / "out/test/protocols.json")
    assert tuple(map(len, protocol.split(Store(tmp_path / "out/test").records))) == (2, 2)
    assert not (tmp_path / "out/train/protocols.json").exists()


@pytest.mark.parametrize("name", sorted(miniature.OTHERS))
def test_every_layout_is_prepared(name, tmp_path):
    size = (64, 64) if name == "grew" else (100, 70)  # those of GREW are normalised already
    root = miniature.plain(tmp_path / "raw", miniature.OTHERS[name], size=size)
    done = run(root, tmp_path / "out", LAYOUTS[name])
    survey = LAYOUTS[name].survey(root)
    assert sum(split.clips + split.dropped for split in done.splits) == len(survey.clips)
    for split in done.splits:
        assert split.dropped == 0
        assert len(Store(tmp_path / "out" / split.name, verify=True)) == split.clips


def test_a_dry_run_says_the_same_and_writes_nothing(raw, tmp_path):
    root, official = raw
    (root / "3D_SMPLs/0002/camid0_videoid2/seq0/human_crop_f17281.npz").unlink()
    before = content(root)
    dry = run(root, tmp_path / "out", partition=official, dry_run=True)
    assert not (tmp_path / "out").exists()
    assert dry == run(root, tmp_path / "out", partition=official)
    assert content(root) == before
    written = sum(path.stat().st_size for path in (tmp_path / "out").rglob("*.npy"))
    assert sum(split.bytes for split in dry.splits) == written


def test_what_was_left_out_is_reported_and_not_lost_when_a_shard_is_made_again(
    raw, tmp_path, monkeypatch
):
    monkeypatch.setattr(preparing, "CLIPS_PER_SHARD", 1)
    monkeypatch.setattr(preparing, "processes", lambda jobs: processes(1))
    root, official = raw
    broken = "2D_Silhouettes/0002/camid0_videoid2/seq0/human_crop_f17281.png"
    (root / broken).write_bytes(b"no picture")
    for clip in ("0003/camid0_videoid2", "0000/camid3_videoid1"):
        for path in (root / "3D_SMPLs" / clip / "seq0").iterdir():
            path.write_bytes(b"nothing")
    done = run(root, tmp_path / "out", partition=official)
    report = json.loads((tmp_path / "out/report.json").read_text())
    assert [note["path"] for note in report["left_out"]] == [note.path for note in done.notes]
    assert broken in {note.path for note in done.notes}
    assert {note.problem for note in done.notes if note.path == "."} == {
        "probe 0003-camid0_videoid2-seq0 was dropped"
    }
    assert [split.dropped for split in done.splits] == [1, 1]
    assert "1 x probe … was dropped" in done.describe().replace("0003-camid0_videoid2-seq0", "…")
    (tmp_path / "out/test/00001.smpl.npy").unlink()
    before = (tmp_path / "out/report.json").read_bytes()
    assert run(root, tmp_path / "out", partition=official) == done
    assert (tmp_path / "out/report.json").read_bytes() == before


def test_preparing_again_changes_nothing(raw, tmp_path, monkeypatch):
    root, official = raw
    run(root, tmp_path / "out", partition=official)
    before = content(tmp_path / "out")
    monkeypatch.setattr(preparing, "write_store", None)  # never called
    run(root, tmp_path / "out", partition=official)
    assert content(tmp_path / "out") == before


def test_a_changed_file_makes_its_split_anew(raw, tmp_path):
    root, official = raw
    run(root, tmp_path / "out", partition=official)
    before = content(tmp_path / "out")
    path = root / "2D_Silhouettes/0002/camid0_videoid2/seq0/human_crop_f17280.png"
    miniature.write_png(path, miniature.shape(3, seed=5))
    run(root, tmp_path / "out", partition=official)
    changed = {name for name, data in content(tmp_path / "out").items() if data != before[name]}
    assert changed == {"test/store.json", "test/00000.json", "test/00000.silhouette.npy"}


def test_a_touched_file_is_read_again_to_the_same_arrays(raw, tmp_path):
    root, official = raw
    run(root, tmp_path / "out", partition=official)
    before = content(tmp_path / "out")
    os.utime(root / "2D_Silhouettes/0000/camid0_videoid2/seq0/human_crop_f17280.png", (1, 1))
    run(root, tmp_path / "out", partition=official)
    changed = {name for name, data in content(tmp_path / "out").items() if data != before[name]}
    assert changed == {"train/store.json", "train/00000.json"}


def replace_unseen(path, folder):
    """Another silhouette in as many bytes, with the old time of change."""
    about, before, other = path.stat(), path.read_bytes(), folder / "other.png"
    for seed in range(500):
        miniature.write_png(other, miniature.shape(3, seed=seed))
        if other.stat().st_size == about.st_size and other.read_bytes() != before:
            break
    path.write_bytes(other.read_bytes())
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert (path.stat().st_size, path.read_bytes() != before) == (about.st_size, True)


def test_a_file_that_was_replaced_with_its_size_and_time_kept_is_read_again(raw, tmp_path):
    root, official = raw
    run(root, tmp_path / "out", partition=official)
    replace_unseen(
        root / "2D_Silhouettes/0002/camid0_videoid2/seq0/human_crop_f17280.png", tmp_path
    )
    run(root, tmp_path / "out", partition=official)
    run(root, tmp_path / "new", partition=official)
    assert content(tmp_path / "out") == content(tmp_path / "new")


def test_a_damaged_store_is_mended(raw, tmp_path):
    root, official = raw
    run(root, tmp_path / "out", partition=official)
    before = content(tmp_path / "out")
    path = tmp_path / "out/train/00000.parsing.npy"
    path.write_bytes(b"\0" * path.stat().st_size)
    run(root, tmp_path / "out", partition=official)
    assert content(tmp_path / "out") == before


def test_only_the_modalities_wanted_decide(raw, tmp_path):
    root, official = raw
    (root / "3D_SMPLs/0002/camid0_videoid2/seq0/human_crop_f17281.npz").unlink()
    layout = replace(GAIT3D, modalities=("silhouette", "parsing"))
    done = run(root, tmp_path / "out", layout, partition=official)
    assert Store(tmp_path / "out/test").modalities == ("frame_id", "silhouette", "parsing")
    assert done.notes == ()


def test_binary_frames_take_a_bit_and_grey_ones_a_byte(tmp_path):
    for name, binary in (("binary", True), ("grey", False)):
        tree = tmp_path / name / "Gait3D-sils-64-64-pkl"
        root, official = miniature.gait3d_pickled(tree, ("sils",))
        for path in root.rglob("*.pkl"):
            frames = pickle.loads(path.read_bytes())
            path.write_bytes(pickle.dumps((frames > 99) * np.uint8(255) if binary else frames))
        run(root, tmp_path / name / "out", partition=official)
    bits, grey = (
        np.load(tmp_path / name / "out/train/00000.silhouette.npy") for name in ("binary", "grey")
    )
    assert (bits.shape, grey.shape) == ((20, 64 * 44 // 8), (20, 64, 44))


def partition(path, train, test):
    path.write_text(json.dumps({"TRAIN_SET": train, "TEST_SET": test}), encoding="utf-8")
    return path


def test_what_another_partition_made_is_gone_before_anything_is_written(tmp_path, monkeypatch):
    root = miniature.plain(tmp_path / "raw", ["ann/nm/0", "bob/nm/0", "cid/nm/0"])
    layout, out = LAYOUTS["folder"], tmp_path / "out"
    run(root, out, layout, partition=partition(tmp_path / "1.json", ["ann"], ["bob", "cid"]))
    (out / "test/mine.txt").touch()
    other = partition(tmp_path / "2.json", ["ann", "bob"], ["cid"])
    with monkeypatch.context() as context:
        context.setattr(preparing, "write_store", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run(root, out, layout, partition=other)
    assert [*out.rglob("store.json")] == []
    run(root, out, layout, partition=other)
    subjects = {s: {r.subject for r in Store(out / s).records} for s in ("train", "test")}
    assert subjects == {"train": {"ann", "bob"}, "test": {"cid"}}
    done = run(root, out, layout, partition=partition(other, ["ann", "bob", "cid"], []))
    assert done.removed == ("test",)
    assert [path.name for path in (out / "test").iterdir()] == ["mine.txt"]
    undisturbed = tmp_path / "undisturbed"
    run(root, undisturbed, layout, partition=other)
    (out / "test/mine.txt").unlink()
    assert content(out) == content(undisturbed)


def interrupted(*arguments, **options):
    raise KeyboardInterrupt


def test_what_lies_beside_and_is_no_split_of_ours_is_left_alone(tmp_path):
    root, out = miniature.plain(tmp_path / "raw", ["ann/nm/0", "bob/nm/0"]), tmp_path / "out"
    run(root, out / "train", LAYOUTS["folder"])
    (out / "test").mkdir(parents=True)
    (out / "test/00000.json").write_text("[]")
    before = content(out)
    run(root, out, LAYOUTS["folder"], partition=partition(tmp_path / "l", ["ann", "bob"], []))
    assert before.items() <= content(out).items()


def test_a_broken_link_among_frames_does_not_end_it(tmp_path):
    root = miniature.plain(tmp_path / "raw", ["ann/nm/0", "bob/nm/0"])
    (root / "ann/nm/0/0009.png").symlink_to(tmp_path / "nowhere")
    done = run(root, tmp_path / "out", LAYOUTS["folder"])
    assert [split.clips for split in done.splits] == [2]
    assert "link that leads nowhere" in done.describe()


def test_clips_that_cannot_be_read_do_not_decide_what_is_usual(tmp_path):
    usual = {"silhouette": IMAGE}
    (tmp_path / "root").mkdir()
    clips = [usual if number == 5 else None for number in range(10)]
    done = run(tmp_path / "root", tmp_path / "out", Fake(*clips))
    assert [split.clips for split in done.splits] == [1]


@pytest.mark.parametrize("out", [".", "here", "a/b"])
def test_it_does_not_write_into_what_it_reads(raw, out):
    root, official = raw
    with pytest.raises(ConfigError, match="which is read; write elsewhere"):
        run(root, root / out, partition=official)


@dataclass(frozen=True)
class FakeClip(ClipFiles):
    """Frames from memory, or the reason why there are none."""

    frames: dict | None

    @property
    def paths(self):
        return ()

    def read(self):
        if self.frames is None:
            return None, (Finding(Path("/elsewhere/x"), "is missing"),)
        record = self.record
        return GaitSequence(record.subject, record.condition, record.view, self.frames), ()


class Fake(Layout):
    """Clips `a`, `b`, ... with the frames given."""

    name, title, verified = "fake", "Fake", True

    def __init__(self, *clips):
        self.clips = clips

    def survey(self, root, partition=None):
        records = (Record(letter, "nm", "000") for letter in "abcdefghij")
        pairs = zip(records, self.clips, strict=False)
        return Survey(tuple(FakeClip(record, "test", frames) for record, frames in pairs))

    def protocols(self, records, probes=()):
        return ()


IMAGE = np.full((2, 64, 44), 7, np.uint8)
SMPL = np.ones((2, 85))


def test_a_clip_of_an_unusual_form_is_dropped_and_one_that_lacks_something_is_kept(tmp_path):
    usual, wide = {"silhouette": IMAGE, "smpl": SMPL}, {"silhouette": IMAGE[:, :, :40]}
    root = tmp_path / "root"
    root.mkdir()
    layout = Fake(wide, usual, {"silhouette": IMAGE}, usual, None)
    done = run(root, tmp_path / "out", layout)
    store = Store(tmp_path / "out/test")
    assert [record.subject for record in store.records] == ["b", "c", "d"]
    assert store.clips_with == {"silhouette": 3, "smpl": 2}
    assert store[0].frames["smpl"].dtype == np.float32
    problems = [note.problem for note in done.notes]
    assert problems == [
        "has silhouette of uint8 (64, 40), others of uint8 (64, 44): the clip was dropped",
        "is missing",
    ]
    assert "test: 1 clips have no smpl" in done.describe()
    layout.modalities = ("silhouette", "smpl")
    done = run(root, tmp_path / "out", layout)
    assert [record.subject for record in Store(tmp_path / "out/test").records] == ["b", "d"]
    assert "has no smpl: the clip was dropped" in [note.problem for note in done.notes]
    layout.modalities = ()
    with pytest.raises(DataError, match=r"no clip in .* can be read: /elsewhere/x is missing"):
        run(root, tmp_path / "out", Fake(None, None))


def kill(number, folder, *arguments):
    command = [sys.executable, "-m", "tests.data.kill_preparation", str(number), str(folder)]
    done = subprocess.run(
        [*command, *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("moments", [6, pytest.param(40, marks=pytest.mark.slow)])
def test_killed_at_any_moment_it_ends_as_if_undisturbed(tmp_path, moments):
    report = kill(moments, tmp_path)
    assert report["different"] == []
    assert report["killed"] == moments
    assert len(set(report["shards"])) > 2  # at different moments indeed


@pytest.mark.slow
def test_killed_with_its_processes_it_ends_as_if_undisturbed(tmp_path):
    report = kill(20, tmp_path, "pool")
    assert report["different"] == []
    assert report["killed"] == 20


def test_processes_share_the_work_to_the_same_bytes(raw, tmp_path, monkeypatch):
    monkeypatch.setattr(preparing, "CLIPS_PER_SHARD", 2)
    monkeypatch.setattr(loky, "cpu_count", lambda: 2)
    root, official = raw
    run(root, tmp_path / "many", partition=official)
    monkeypatch.setattr(preparing, "processes", lambda jobs: processes(1))
    run(root, tmp_path / "one", partition=official)
    assert content(tmp_path / "many") == content(tmp_path / "one")


def test_pipes_and_links_in_a_tree_are_findings_and_not_the_end(raw, tmp_path):
    root, official = raw
    folder = next(path.parent for path in sorted(root.rglob("*.png")))
    os.mkfifo(folder / "pipe.png")
    (folder / "loop.png").symlink_to(folder / "loop.png")
    (folder / "nowhere.png").symlink_to(tmp_path / "nowhere")
    (folder / "device.png").symlink_to("/dev/zero")
    done = run(root, tmp_path / "out", partition=official)
    left_out = {Path(note.path).name for note in done.notes}
    assert {"pipe.png", "loop.png", "nowhere.png", "device.png"} <= left_out
    assert sum(split.clips for split in done.splits) == 8


def test_a_folder_that_another_process_writes_into_is_refused_at_once(raw, tmp_path):
    root, official = raw
    with locked(tmp_path / "out"), pytest.raises(ConfigError, match="another process is writing"):
        run(root, tmp_path / "out", partition=official)
    assert not any((tmp_path / "out").iterdir())
