"""What is published, installed as strangers install it: minutes, and hundreds of megabytes."""

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from tests.test_readme import readme_lines

ROOT = Path(__file__).parents[1]
STRANGER = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
pytestmark = pytest.mark.slow


def run(*command, cwd=None):
    """As a stranger does, who has no other meshgait on the path."""
    done = subprocess.run(
        command, cwd=cwd, env=STRANGER, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The source distribution, and the wheel that is made of it alone."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", str(out), str(ROOT))
    (source,), (wheel,) = out.glob("*.tar.gz"), out.glob("*.whl")
    return source, wheel


def test_both_are_fit_to_be_published_and_hold_what_they_must(built):
    run(sys.executable, "-m", "twine", "check", "--strict", *map(str, built))
    with tarfile.open(built[0]) as archive:
        source = {name.partition("/")[2] for name in archive.getnames()}
    with zipfile.ZipFile(built[1]) as archive:
        wheel = set(archive.namelist())
    tracked = run("git", "ls-files", cwd=ROOT).splitlines()
    for folder in ("meshgait", "tests", "examples", "benchmarks"):
        assert {name for name in tracked if name.startswith(f"{folder}/")} <= source
    assert {"CHANGELOG.md", "CITATION.cff", "LICENSE", "Makefile", "constraints.txt"} <= source
    assert {name for name in tracked if name.startswith("meshgait/")} <= wheel
    assert not any(name.startswith("tests/") for name in wheel)


def test_in_a_bare_environment_the_lines_of_the_readme_run_or_say_what_they_lack(built, tmp_path):
    venv.create(tmp_path / "env", with_pip=True)
    binaries = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin")
    python = str(binaries / "python")
    install = [python, "-m", "pip", "install", "-q", "-c", str(ROOT / "constraints.txt")]
    run(*install, str(built[1]))
    meshgait = str(binaries / "meshgait")
    run(meshgait, "view", "-o", "walk.gif", cwd=tmp_path)
    assert (tmp_path / "walk.gif").stat().st_size > 10_000
    for command, extra in {"represent -o sheet.png": "data", "train SLN": "train"}.items():
        refused = subprocess.run(
            [meshgait, *command.split()],
            cwd=tmp_path, env=STRANGER | {"MESHGAIT_CACHE": str(tmp_path / "cache")},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert refused.returncode == 2
        assert f"pip install 'meshgait[{extra}]'" in refused.stderr
    assert not (tmp_path / "cache").exists()  # no work was begun
    run(*install, f"{built[1]}[train,data,fast]")
    lines = tmp_path / "lines.py"
    lines.write_text(readme_lines())
    assert "rank1" in run(python, str(lines), cwd=tmp_path)
