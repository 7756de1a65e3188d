"""From a data set's folders to a score by commands alone."""

import json
import re

import numpy as np
import pytest

from meshgait import models
from meshgait.cli import main
from meshgait.data import Store
from meshgait.data.recorded import Recorded
from meshgait.evaluation import embed
from tests.data.layouts import miniature, recent

TINY = [
    "--model.width=0.0625", "--recipe.steps=1", "--recipe.frames.frames=3",
    "--recipe.batch.subjects=2", "--recipe.batch.clips=2",
]  # fmt: skip


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepared")
    root, official = miniature.gait3d_raw(folder / "raw")
    arguments = ["prepare", "gait3d", str(root), f"--partition={official}"]
    assert main([*arguments, "-o", str(folder / "stores")]) == 0
    return folder, arguments


def refused(arguments, capsys) -> str:
    assert main([str(argument) for argument in arguments]) == 2
    told = capsys.readouterr().err
    assert told.startswith("meshgait: ")
    assert told.count("\n") == 1
    return told


@pytest.mark.parametrize("model", ["SLN", "SMPLGait", "ParsingGait"])
def test_networks_whose_inputs_are_there_are_trained_and_evaluated(
    prepared, tmp_path, capsys, model
):
    store = f"--store={prepared[0] / 'stores'}"
    assert main(["train", model, store, *TINY, f"--out={tmp_path}"]) == 0
    assert main(["evaluate", str(tmp_path / "checkpoint.pt"), store]) == 0
    assert "probes        2.00" in capsys.readouterr().out
    test = f"--store={prepared[0] / 'stores/test'}"
    out = f"--out={tmp_path / 'e.npz'}"
    assert main(["embed", str(tmp_path / "checkpoint.pt"), test, out]) == 0
    assert "4 embeddings" in capsys.readouterr().out


def test_a_dry_run_says_what_would_be_written(prepared, tmp_path, capsys):
    assert main([*prepared[1], f"--out={tmp_path / 'none'}", "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert "test" in shown
    assert "0 findings" in shown
    assert "would be written to" in shown
    assert not (tmp_path / "none").exists()


def test_modalities_and_size_are_chosen(prepared, tmp_path, capsys):
    _, arguments = prepared
    more = ["--modalities=[silhouette]", "--side=128", f"--out={tmp_path}"]
    assert main([*arguments, *more]) == 0
    told = refused(["train", "SMPLGait", *TINY, f"--store={tmp_path}"], capsys)
    assert "SMPLGait reads silhouette, smpl, but no clip in" in told
    assert "has smpl" in told
    told = refused(["train", "SLN", *TINY, f"--store={tmp_path}"], capsys)
    assert "are 128 x 88, and this SLN reads 64 x 44; train it with --model.size=[128,88]" in told
    large = ["--model.size=[128,88]", f"--out={tmp_path / 'run'}"]
    assert main(["train", "SLN", *TINY, f"--store={tmp_path}", *large]) == 0


def test_what_is_no_data_set_is_told(prepared, tmp_path, capsys):
    folder, arguments = prepared
    assert "did you mean 'gait3d'" in refused(["prepare", "gait3", folder], capsys)
    assert "no rule for who trains" in refused(["prepare", "gait3d", folder / "raw"], capsys)
    assert "is no folder" in refused(["prepare", "casia-b", tmp_path / "nothing"], capsys)
    assert "which is read" in refused([*arguments, "-o", folder / "raw/here"], capsys)


def test_settings_of_walkers_beside_a_store_are_refused(prepared, capsys):
    store = f"--store={prepared[0] / 'stores'}"
    told = refused(["train", "SLN", store, "--data.identities=7"], capsys)
    assert "--data.identities is about SyntheticGait" in told


def test_a_store_that_is_not_complete_is_told(prepared, tmp_path, capsys):
    (tmp_path / "train").mkdir()
    (tmp_path / "train/00000.json").touch()
    told = refused(["train", "SLN", f"--store={tmp_path}"], capsys)
    assert "the store is not complete" in told


def test_a_split_of_an_earlier_run_does_not_stay(tmp_path, capsys):
    root, out = miniature.plain(tmp_path / "t", ["ann/nm/0", "bob/nm/0"]), tmp_path / "o"
    prepare = ["prepare", "folder", str(root), "-o", str(out)]
    assert main(prepare) == 0
    everyone = tmp_path / "list.json"
    everyone.write_text(json.dumps({"TRAIN_SET": ["ann", "bob"], "TEST_SET": []}))
    assert main([*prepare, f"--partition={everyone}"]) == 0
    assert "test: of an earlier run, and removed" in capsys.readouterr().out
    assert not (out / "test").exists()
    assert main(["info", str(out)]) == 0
    shown = capsys.readouterr().out
    assert "train.clips: ['ann-nm-0', 'bob-nm-0']" in shown


def test_the_reason_why_nothing_can_be_read_is_told(tmp_path, capsys):
    root = miniature.casia_b(tmp_path / "t", people=("075",), views=("000",))
    for path in root.rglob("*.png"):
        miniature.write_png(path, miniature.shape(0) // 255 * np.arange(42, 112, dtype=np.uint8))
    told = refused(["prepare", "casia-b", root, "-o", tmp_path / "o"], capsys)
    assert re.search(
        r"can be read: 075/bg-01/000/075-bg-01-000-001\.png has \d+ as its bright", told
    )


def test_a_group_of_sensors_and_the_size_of_clouds_are_chosen(tmp_path, capsys):
    root, official = recent.sustech1k(tmp_path / "raw", types=("00-nm", "01-nm"), views=("000",))
    arguments = ["prepare", "sustech1k", root, f"--partition={official}"]
    command = [*arguments, "--modalities=[points]", "--points=32", f"--out={tmp_path / 'lidar'}"]
    assert main([*map(str, command)]) == 0
    assert Store(tmp_path / "lidar/train")[0].frames["points"].shape == (4, 32, 3)
    command = [*arguments, "--group=camera", f"--out={tmp_path / 'camera'}"]
    assert main([*map(str, command)]) == 0
    assert len(Store(tmp_path / "camera/train")[0].frames["silhouette"]) == recent.PICTURES
    capsys.readouterr()
    assert "no group 'radar'" in refused([*arguments, "--group=radar"], capsys)
    assert "1 point or more, not --points 0" in refused([*arguments, "--points=0"], capsys)


def test_the_tasks_of_ccpg_are_scored_by_commands_alone(tmp_path, capsys):
    root = recent.ccpg(tmp_path / "raw", people=("100", "101"), cameras=("0_0", "1_0"))
    assert main(["prepare", "ccpg", str(root), f"--out={tmp_path / 'out'}"]) == 0
    said = capsys.readouterr().out
    assert "CCPG UP: 4 probes UP, gallery of 4" in said
    test = Recorded(tmp_path / "out", "test")
    embed(models.GEI(), test, progress=False).save(tmp_path / "e.npz")
    for protocol in ("ccpg", "ccpg-gait", f"{tmp_path / 'out/test/protocols.json'}"):
        assert main(["evaluate", str(tmp_path / "e.npz"), f"--protocol={protocol}"]) == 0
        rows = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.split()]
        assert {"CL", "UP", "DN", "BG", "rank1"} <= set(rows)
