"""The notebooks that readers of the site download, run as Jupyter runs them: minutes."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.test_examples import scripts

DOCS = Path(__file__).parents[1] / "docs"
DRAWN = {"image/png", "image/gif"}
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The notebooks as the site's own settings make them, without its pages."""
    site = tmp_path_factory.mktemp("site")
    (site / "index.md").write_text("# Notebooks\n")
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "dummy", "-c", str(DOCS)]
    command += ["-D", "exclude_patterns=generated/**", str(site), str(site / "out")]
    subprocess.run(command, env=os.environ | {"MESHGAIT_DOCS_EXAMPLES": "0"}, check=True)
    return site / "generated" / "examples"


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("walkers")


@pytest.mark.parametrize("name", scripts())
def test_a_notebook_runs_from_top_to_bottom(name, site, cache, tmp_path, monkeypatch):
    monkeypatch.setenv("MESHGAIT_CACHE", str(cache))
    notebook = nbformat.read(site / f"{name}.ipynb", as_version=4)
    folder = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources=folder).execute()
    outputs = [each for cell in notebook.cells for each in cell.get("outputs", ())]
    assert any(each.output_type == "stream" for each in outputs)
    shown = {kind for each in outputs for kind in each.get("data", ())}
    drawn = [path for path in tmp_path.iterdir() if path.suffix in (".png", ".gif")]
    assert not drawn or shown & DRAWN
    if name == "view":
        assert any(
            "srcdoc=" in each.data.get("text/html", "") for each in outputs if "data" in each
        )
