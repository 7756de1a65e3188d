from dataclasses import replace

import numpy as np
import pytest

from meshgait.benchmark import run_benchmark
from meshgait.benchmark.captured import Captured
from meshgait.data.synthetic.motion_gait import MotionGait, trial_of
from meshgait.errors import DataError
from meshgait.sequence.motion import save_motion
from tests.benchmark.conftest import TINY
from tests.data.synthetic.captured import walked


def write_people(root, trials):
    """A folder of people who walk so many times, each time with a name that others use too."""
    for seed, (name, count) in enumerate(trials.items()):
        (root / name).mkdir(parents=True)
        for trial in range(count):
            save_motion(root / name / f"walk{trial}.npz", walked(seed, frames=110 + 10 * trial))
    return root


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return write_people(
        tmp_path_factory.mktemp("motions") / "lab", {"anna": 2, "ben": 2, "cleo": 1}
    )


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
    write_people(tmp_path / "few", {"anna": 1, "ben": 1})
    budget = replace(budget, data=replace(budget.data, clips=2))
    with pytest.raises(DataError, match=r"few: nobody there has two trials, .* give a folder with"):
        run_benchmark([], budget, out=tmp_path / "out", motion=tmp_path / "few", report=str)
    assert not list(tmp_path.glob("out/cells/*"))
