import csv
import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from meshgait.benchmark import Method, find_methods, run_benchmark
from meshgait.benchmark.cell import Seeds, run_cell
from meshgait.benchmark.methods import all_methods, shipped_methods
from meshgait.benchmark.scores import cross_view
from meshgait.benchmark.walkers import Walkers
from meshgait.data import SmplNoise
from meshgait.errors import ConfigError, DataError
from meshgait.evaluation import embed
from meshgait.files.lock import locked
from meshgait.metrics import part_distance
from meshgait.weights.checkpoint import load_checkpoint, load_model
from tests.benchmark.conftest import TINY
from tests.benchmark.test_captured import write_people

ROWS = find_methods(["betas", "GEI", "SLN"], all_methods())
CLOCKS = ("seconds", "frames_per_second")


def numbers(folder):
    """The table without what a clock measured."""
    with (folder / "results.csv").open(encoding="utf-8") as file:
        return [
            {name: value for name, value in row.items() if name not in CLOCKS}
            for row in csv.DictReader(file)
        ]


def _nothing(smpl):
    raise DataError("nothing like it is in the data")


@pytest.fixture(scope="module")
def whole(budget, tmp_path_factory):
    """A benchmark that nobody disturbed."""
    folder = tmp_path_factory.mktemp("whole")
    missing = Method("lost", describe=_nothing)
    said = []
    page = run_benchmark([*ROWS, missing], budget, out=folder, report=said.append)
    assert page == folder / "index.html"
    (folder / "said.json").write_text(json.dumps(said))
    return folder


def test_every_method_has_a_line_for_every_seed(whole):
    assert [(row["method"], row["seed"]) for row in numbers(whole)] == [
        (method.name, str(seed))
        for method in ROWS
        for seed in range(2 if method.name == "SLN" else 1)
    ]
    assert "| lost |" in (whole / "results.md").read_text(encoding="utf-8")
    assert "nothing like it is in the data" in (whole / "results.md").read_text(encoding="utf-8")


def test_the_numbers_are_those_of_the_embeddings(whole, budget):
    walkers = Walkers(budget)
    rows = {(row["method"], row["seed"]): row for row in numbers(whole)}
    subjects = np.array([record.subject for record in walkers.test.records])
    for seed in range(2):
        (path,) = whole.glob(f"training/SLN-0-{seed}-*/checkpoint.pt")
        values = embed(load_model(path), walkers.test).values
        distance = part_distance(values, values, "cosine").numpy()
        for name, people in cross_view(distance, subjects, walkers.traits.view_deg).items():
            expected = np.nanmean(people)
            assert float(rows["SLN", str(seed)][name]) == pytest.approx(expected, abs=1e-9)


def test_without_errors_of_pose_other_estimates_are_compared_and_shapes_stay_noisy(budget):
    walkers = Walkers(budget)
    truth, usual = (walkers.noisy[level][0].frames for level in (0.0, 1.0))
    assert (truth["silhouette"] == usual["silhouette"]).all()
    assert abs(truth["smpl"] - usual["smpl"]).max() > 0.1
    assert (truth["smpl"][:, 75:] == usual["smpl"][:, 75:]).all()
    assert truth["smpl"][:, 75:].std(0).min() > 0.01


def test_a_second_run_trains_nothing_and_gives_the_same(whole, budget, monkeypatch, tmp_path):
    before = numbers(whole)
    monkeypatch.setattr("meshgait.benchmark.cell.fit", None)
    run_benchmark(ROWS, budget, out=whole, report=str)
    assert numbers(whole) == before


def test_captured_people_are_columns_and_cost_no_second_training(
    whole, budget, monkeypatch, tmp_path
):
    root = write_people(tmp_path / "lab", {"anna": 2, "ben": 2})
    out = shutil.copytree(whole, tmp_path / "out")
    monkeypatch.setattr("meshgait.training.fit._Training._learn_from", None)
    run_benchmark(ROWS, budget, out=out, motion=root, report=str)
    rows = numbers(out)
    assert [{k: v for k, v in row.items() if "captured" not in k} for row in rows] == numbers_of(
        whole
    )
    assert all(0 < float(row["captured, mAP"]) <= 100 for row in rows)
    head = (out / "results.md").read_text(encoding="utf-8").split("\n")
    assert "Captured: 2 people of lab" in head[0]
    assert "captured, mAP | captured, above the best discriminant" in head[2]


def test_a_changed_budget_is_trained_anew(whole, budget):
    walkers, method = Walkers(budget), ROWS[2]
    kept = run_cell(method, Seeds(), walkers, whole)
    other = run_cell(method, Seeds(), Walkers(replace(budget, steps=2)), whole)
    assert (kept.trained["steps"], other.trained["steps"]) == (4, 2)


def test_what_is_done_to_clips_is_trained_told_and_kept_apart(budget, tmp_path):
    walkers, plain = Walkers(budget), Method("x", "SMPLGait")
    noisy = replace(plain, augment=(SmplNoise(joint_deg=7.0),))
    cells = [run_cell(method, Seeds(), walkers, tmp_path) for method in (plain, noisy)]
    assert [cell.trained["augment"] for cell in cells] == ["none", repr(noisy.augment[0])]
    trained = [load_model(path) for path in tmp_path.glob("training/*/checkpoint.pt")]
    weights = [torch.cat([p.flatten() for p in model.parameters()]) for model in trained]
    assert len(weights) == 2
    assert not torch.equal(*weights)


KILLED = """
import os, signal, sys
from dataclasses import replace
from pathlib import Path
from meshgait.benchmark import cell, run_benchmark
from tests.benchmark.conftest import TINY
from tests.benchmark.test_captured import write_people
from tests.benchmark.test_run import ROWS
from tests.small_training import in_step

def fit(model, data, recipe, **options):
    if "SLN-0-1" in str(options["out"]):
        loss = recipe.loss(model, 4)
        in_step(4, loss, lambda: os.kill(os.getpid(), signal.SIGKILL))
        options["loss"] = loss
    return whole(model, data, replace(recipe, save_every=2), **options)

whole, cell.fit = cell.fit, fit
run_benchmark(ROWS, TINY, out=Path(sys.argv[1]), report=str)
"""


def test_a_killed_run_that_goes_on_gives_the_same_table(whole, budget, tmp_path):
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)], cwd=root, capture_output=True,
        env={**os.environ, "PYTHONPATH": str(root)}, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    (left,) = tmp_path.glob("training/SLN-0-1-*/checkpoint.pt")
    assert load_checkpoint(left)["training"]["step"] == 2
    assert len(numbers(tmp_path)) == 3
    run_benchmark(ROWS, budget, out=tmp_path, report=str)
    assert numbers(tmp_path) == numbers_of(whole)


def numbers_of(folder):
    return [row for row in numbers(folder) if row["method"] in {method.name for method in ROWS}]


def test_a_damaged_cell_is_made_anew(budget, tmp_path):
    walkers, method = Walkers(budget), ROWS[0]
    first = run_cell(method, Seeds(), walkers, tmp_path)
    (path,) = (tmp_path / "cells").iterdir()
    path.write_text(path.read_text(encoding="utf-8")[:40], encoding="utf-8")
    again = run_cell(method, Seeds(), walkers, tmp_path)
    np.testing.assert_array_equal(again.scores["mAP"], first.scores["mAP"])


def test_a_network_on_keypoints_gets_them_from_the_estimates(budget, tmp_path):
    (method,) = find_methods(["GaitGraph2"], all_methods())
    cell = run_cell(method, Seeds(), Walkers(budget), tmp_path)
    assert cell.parameters > 0
    np.testing.assert_array_equal(cell.noise["1.0"], cell.scores["mAP"])


def test_the_page_shows_the_tables(whole):
    page = (whole / "index.html").read_text(encoding="utf-8")
    assert page.count("<table>") == 5  # the words of the scores, too
    for name in ("map", "noise"):
        with Image.open(whole / f"{name}.png") as picture:
            picture.load()


def test_seeds_differ_in_weights_and_people(budget):
    first, second = (Walkers(budget, seed).test for seed in range(2))
    assert (first[0].frames["silhouette"].shape, first.fingerprint) != (
        second[0].frames["silhouette"].shape, second.fingerprint,
    ) or (first[0].frames["smpl"] != second[0].frames["smpl"]).any()  # fmt: skip
    weights = []
    for seed in range(2):
        torch.manual_seed(seed)
        weights.append(ROWS[2].build(TINY).head.weight)
    assert not torch.equal(*weights)


def test_seeds_count_from_the_one_that_is_asked_for(budget, tmp_path):
    run_benchmark(ROWS[:1], replace(budget, seed=1), out=tmp_path, report=str)
    assert [(row["data seed"], row["seed"]) for row in numbers(tmp_path)] == [("1", "1")]
    with pytest.raises(ConfigError, match="seed must be 0 or more, got -1"):
        replace(budget, seed=-1)


def test_a_folder_that_another_process_writes_into_is_refused_at_once(budget, tmp_path):
    with locked(tmp_path), pytest.raises(ConfigError, match="another process is writing"):
        run_benchmark([], budget, out=tmp_path)


@pytest.fixture
def few(monkeypatch):
    """Two people are enough."""
    for module in ("benchmark.calibration", "gallery.sureness"):
        monkeypatch.setattr(f"meshgait.{module}.LEAST_PEOPLE", 2)


def test_shipped_weights_are_a_row_that_is_not_trained(few, budget, tmp_path, monkeypatch):
    monkeypatch.setattr("meshgait.benchmark.cell.fit", None)
    (method,) = find_methods(["sln-walkers"], shipped_methods())
    page = run_benchmark([method], budget, out=tmp_path, fpir=0.1, report=str)
    (path,) = (tmp_path / "cells").iterdir()  # one seed is all there is
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["parameters"] > 0
    assert content["calibration"]["trials"] == 2 * 2 * 4
    assert (tmp_path / "reliability-sln-walkers.png").exists()
    assert "| sln-walkers | " in (tmp_path / "results.md").read_text(encoding="utf-8")
    assert "ECE" in page.read_text(encoding="utf-8")
    again = run_cell(method, Seeds(), Walkers(budget), tmp_path, 0.1)
    assert dict(again.calibration) == content["calibration"]
    assert run_cell(method, Seeds(), Walkers(budget), tmp_path).calibration is None
