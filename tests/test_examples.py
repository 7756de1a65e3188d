"""Every example runs, with small settings, and is as short as an example should be."""

import runpy
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "examples"

# Small settings for each; {tmp} is a fresh folder.
SETTINGS = {
    "evaluate": "--people 3 --clips 2 --cache {tmp}",
    "train": "--people 6 --clips 2 --steps 2 --width 0.0625 --cache {tmp} --out {tmp}/run",
    "walkers": "--people 3 --rows 1 --out {tmp}/walkers.png",
}


def scripts():
    return sorted(path.stem for path in FOLDER.glob("*.py"))


def test_every_example_is_run():
    assert scripts() == sorted(SETTINGS)


@pytest.mark.parametrize("name", scripts())
def test_an_example_runs_and_prints(name, tmp_path, capsys):
    arguments = SETTINGS[name].format(tmp=tmp_path).split()
    runpy.run_path(str(FOLDER / f"{name}.py"), run_name="example")["main"](arguments)
    assert capsys.readouterr().out


@pytest.mark.parametrize("name", scripts())
def test_an_example_is_read_in_a_minute(name):
    source = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    assert len(source.splitlines()) < 100
    assert source.startswith('"""')
    assert "def main(argv: list[str] | None = None) -> None:" in source
