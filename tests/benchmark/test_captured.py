from dataclasses import replace

import numpy as np
import pytest

from meshgait.benchmark import find_methods, run_benchmark
from meshgait.benchmark.captured import Captured
from meshgait.benchmark.cell import Seeds, run_cell
from meshgait.benchmark.methods import all_methods
from meshgait.benchmark.walkers import Walkers
from meshgait.cli import main
from meshgait.data.synthetic.motion_gait import MotionGait, trial_of
from meshgait.errors import DataError
from meshgait.sequence.motion import save_motion
from tests.benchmark.conftest import TINY
from tests.data.synthetic.captured import walked

ROWS = find_methods(["betas", "SLN"], all_methods())


def write(root, trials):
    """A folder of people who walk so many times, each time with a name that others use too."""
    for seed, (name, count) in enumerate(trials.items()):
        (root / name).mkdir(parents=True)
        for trial in range(count):
            save_motion(root / name / f"walk{trial}.npz", walked(seed, frames=110 + 10 * trial))
    return root


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return write(tmp_path_factory.mktemp("motions") / "lab", {"anna": 2, "ben": 2, "cleo": 1})


@pytest.fixture(scope="module")
def people(root, budget):
    return Captured(MotionGait(root, "test", train=0, config=TINY.data, progress=False))


def test_clips_are_searched_for_among_those_of_other_trials(people):
    """Distances that know the trial and nothing else find nobody; those that know the person do."""
    subjects = np.array([record.subject for record in people.data.records])
    trials = np.array([record.subject + trial_of(record) for record in people.data.records])
    same, recorded = subjects[:, None] == subjects, trials[:, None] == trials
    perfect, blind = people.scores(1.0 - same), people.scores(1.0 - recorded)
    known = np.isfinite(perfect["mAP"])
    assert known.tolist() == [True, True, False]  # cleo walked once
    assert (perfect["mAP"][known] == 100).all()
    assert (blind["mAP"][known] < 100).all()


def test_who_they_are_and_what_chance_reaches_is_said(people):
    said = people.describe()
    assert said.startswith("Captured: 3 people of lab, 5 trials, 12 clips; 2 of them are searched")
    assert 0 < float(said.split("an mAP of ")[1].split(";")[0]) < 100


def test_a_folder_where_nobody_walks_twice_is_refused_before_anything_is_trained(budget, tmp_path):
    write(tmp_path / "few", {"anna": 1, "ben": 1})
    budget = replace(budget, data=replace(budget.data, clips=2))
    with pytest.raises(DataError, match=r"few: nobody there has two trials, .* give a folder with"):
        run_benchmark(ROWS, budget, out=tmp_path / "out", motion=tmp_path / "few", report=str)
    assert not list(tmp_path.glob("out/cells/*"))


def test_captured_people_are_columns_and_cost_no_second_training(
    root, budget, tmp_path, monkeypatch
):
    budget = replace(budget, seeds=1, noise_levels=(1.0,))
    run_benchmark(ROWS, budget, out=tmp_path, report=str)
    assert "captured" not in (tmp_path / "results.md").read_text(encoding="utf-8")
    alone = run_cell(ROWS[1], Seeds(), Walkers(budget), tmp_path)
    learnt = []
    monkeypatch.setattr("meshgait.training.fit._Training._learn_from", lambda *x: learnt.append(x))
    run_benchmark(ROWS, budget, out=tmp_path, motion=root, report=str)
    assert not learnt
    both = run_cell(ROWS[1], Seeds(), Walkers(budget, 0, root), tmp_path)
    np.testing.assert_array_equal(both.scores["mAP"], alone.scores["mAP"])
    assert set(both.captured) == {"mAP", "rank1"}
    head = (tmp_path / "results.md").read_text(encoding="utf-8").split("\n")
    assert "Captured: 3 people of lab" in head[0]
    assert "captured, mAP | captured, above the best discriminant" in head[2]


def test_the_command_takes_the_folder(root, budget, tmp_path, capsys):
    words = ["benchmark", "--methods", "betas", "--preset", "quick", "--motion", str(root)]
    words += ["--train_identities=4", "--test_identities=4", "--data.clips=4", "--seeds=1"]
    words += ["--data.frames=[14,16]"]
    assert main([*words, "--noise_levels", "[1.0]", "--out", str(tmp_path / "out")]) == 0
    assert "captured, mAP" in capsys.readouterr().out
    assert main([*words, "--motion", str(root / "none"), "--out", str(tmp_path / "out")]) == 2
    assert "is no folder" in capsys.readouterr().err
