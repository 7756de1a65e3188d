"""`meshgait experiment` with the smallest of everything."""

import csv

import pytest

from meshgait.cli import main

TINY = [
    "--width=0.0625", "--recipe.steps=2", "--recipe.batch.subjects=3", "--recipe.batch.clips=2",
    "--recipe.frames.frames=2", "--data.identities=3", "--data.config.clips=2",
    "--data.config.frames=[12,12]", "--data.progress=false", "--progress=false",
]  # fmt: skip


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize(
    ("name", "options", "cells"),
    [
        ("frames", ["--counts=[1,2]"], 2),
        ("identities", ["--counts=[2,3]"], 2),
        ("test-length", ["--counts=[1,5,9]"], 3),
        ("cross-domain", [], 9),
        ("resolution", [], 2),
    ],
)
@pytest.mark.filterwarnings("ignore:the data has 2 people")
def test_every_experiment_writes_a_table_and_a_picture(
    name, options, cells, cache, tmp_path, capsys
):
    command = ["experiment", name, *TINY, *options, f"--data.cache={cache}", f"--out={tmp_path}"]
    assert main(command) == 0
    assert str(tmp_path / name / f"{name}.png") in capsys.readouterr().out
    with (tmp_path / name / f"{name}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == cells
    assert (tmp_path / name / f"{name}.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["frame"], "frame"),
        (["resolution", "--counts=[1]"], "resolution has no numbers to vary"),
        (["frames", "--model=SNL"], "no model 'SNL'; did you mean 'SLN'"),
        (["frames", "--counts=[0]"], "counts are 1 or more"),
    ],
)
def test_a_mistake_is_one_sentence(arguments, reason, cache, capsys):
    assert main(["experiment", *arguments, *TINY, f"--data.cache={cache}"]) == 2
    error = capsys.readouterr().err
    assert reason in error
    assert error.count("\n") == 1
