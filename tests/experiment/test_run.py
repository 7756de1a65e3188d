import csv
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from meshgait import experiment
from meshgait.errors import ConfigError
from meshgait.evaluation import embed, evaluate
from meshgait.experiment import run_experiment
from meshgait.files.lock import locked
from tests.experiment import tiny_experiments
from tests.experiment.tiny_experiments import domain, training

run = sys.modules["meshgait.experiment.run"]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A folder with the whole experiment."""
    out = tmp_path_factory.mktemp("undisturbed")
    run_experiment(tiny_experiments.experiment(), out, progress=False)
    return out


def rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_table_has_a_row_for_each_cell_and_the_picture_shows_them(undisturbed):
    found = rows(undisturbed / "frames.csv")
    assert [row["frames per clip in training"] for row in found] == ["1", "2"]
    assert all(0 <= float(row[score]) <= 100 for row in found for score in ("rank1", "mAP"))
    with Image.open(undisturbed / "frames.png") as picture:
        assert len(picture.convert("RGB").getcolors(10**6)) > 4


def test_a_score_is_that_of_training_and_testing_by_hand(tmp_path):
    here = domain()
    alone = experiment.test_length(training(here), here, [2])
    run_experiment(alone, tmp_path, progress=False)
    model = run.load_model(next(tmp_path.glob("trainings/*/checkpoint.pt")))
    expected = evaluate(embed(model, here.test, limit=2), here.protocol, metric="cosine")
    (row,) = rows(tmp_path / "test-length.csv")
    assert float(row["mAP"]) == pytest.approx(expected["mAP"])


def test_what_is_there_is_not_computed_again(undisturbed, monkeypatch):
    monkeypatch.setattr(run, "fit", None)
    before = (undisturbed / "frames.csv").read_bytes()
    run_experiment(tiny_experiments.experiment(), undisturbed, progress=False)
    assert (undisturbed / "frames.csv").read_bytes() == before


def test_tests_of_one_training_share_it(tmp_path, monkeypatch):
    here = domain()
    calls = []
    monkeypatch.setattr(run, "fit", lambda *a, fit=run.fit, **k: calls.append(a) or fit(*a, **k))
    run_experiment(experiment.test_length(training(), here, [1, 3]), tmp_path, progress=False)
    assert len(list((tmp_path / "trainings").iterdir())) == 1
    assert len(list((tmp_path / "cells").iterdir())) == 2
    steps = [call[2].steps for call in calls]
    assert steps == [4, 4]  # the second finds nothing left to do


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"made_of": {}, "scores": {"rank1": 3}}'])
def test_a_damaged_cell_is_filled_anew(undisturbed, content):
    before = (undisturbed / "frames.csv").read_bytes()
    cell = sorted((undisturbed / "cells").iterdir())[0]
    whole = cell.read_bytes()
    cell.write_bytes(content)
    run_experiment(tiny_experiments.experiment(), undisturbed, progress=False)
    assert cell.read_bytes() == whole
    assert (undisturbed / "frames.csv").read_bytes() == before


@pytest.mark.parametrize("saves", [pytest.param(1, marks=pytest.mark.slow), 4])
def test_a_killed_experiment_goes_on_to_the_same_table(undisturbed, tmp_path, saves):
    command = [sys.executable, "-m", "tests.experiment.tiny_experiments", tmp_path, str(saves)]
    killed = subprocess.run(command, cwd=Path(__file__).parents[2], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not (tmp_path / "frames.csv").exists() or len(rows(tmp_path / "frames.csv")) < 2
    run_experiment(tiny_experiments.experiment(), tmp_path, progress=False)
    assert (tmp_path / "frames.csv").read_bytes() == (undisturbed / "frames.csv").read_bytes()


def test_names_are_drawn_as_bars_and_numbers_as_curves(monkeypatch):
    drawn = {}
    for kind in ("groups", "curves"):
        real = getattr(run, f"plot_{kind}")
        noted = partial(lambda kind, real, data, **o: drawn.update({kind: data}) or real(data, **o),
                        kind, real)  # fmt: skip
        monkeypatch.setattr(run, f"plot_{kind}", noted)
    places = [domain("lab"), domain("wild")]
    across = experiment.cross_domain(training(), places)
    scores = {"rank1": 50.0, "mAP": 40.0}
    run.plot(across, [{"series": c.series, across.x: c.x, **scores} for c in across.cells])
    assert drawn["groups"]["trained on lab"] == {"lab": 50.0, "wild": 50.0}
    counts = experiment.frames(training(), places[0], [1, 2])
    run.plot(counts, [{"series": c.series, counts.x: c.x, **scores} for c in counts.cells])
    assert drawn["curves"] == {"rank1": ([1, 2], [50.0, 50.0]), "mAP": ([1, 2], [40.0, 40.0])}


def test_a_folder_that_another_process_writes_into_is_refused_at_once(tmp_path):
    with locked(tmp_path), pytest.raises(ConfigError, match="another process is writing"):
        run_experiment(experiment.frames(training(), domain(), (1,)), tmp_path)
