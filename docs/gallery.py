"""The examples as sphinx-gallery wants them: titles, quick arguments, pictures and notebooks."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

from PIL import Image
from sphinx.application import Sphinx
from sphinx_gallery.scrapers import figure_rst

IMAGES = (".png", ".gif")
# Where an example takes minutes by itself; the others are shown as they are.
QUICK = {
    "evaluate": "--people 8 --clips 4",
    "explain": "--people 8 --clips 4 --steps 30 --probes 1",
    "fit": "--frames 8",
    "fusion": "--people 8 --clips 2 --steps 10",
    "mesh_only": "--people 8 --clips 2 --steps 10 --pretraining 2",
    "train": "--people 8 --clips 4 --steps 30",
    "video": "--frames 60 --height 240",
    "view": "--out walk.gif",
}
MAIN = 'if __name__ == "__main__":\n    main()'
INSTALL = "# Where meshgait is not installed yet:\n# %pip install 'meshgait[train,data,fast]'"
# What a notebook shows besides: a page, the player in 3D.
IN_PLACE = {
    "explain": ["from IPython.display import IFrame\n\n"
                'IFrame("out/explain/index.html", width="100%", height=700)'],
    "view": ["from meshgait import show\n\n"
             "show(walk(Body.embedded(), Identity.average(), frames=100).motion)"],
}  # fmt: skip


class Arguments:
    """Of each script; sphinx-gallery keeps what it has built as long as this looks the same."""

    def __call__(self, gallery_conf: dict[str, Any], script_vars: dict[str, Any]) -> list[str]:
        """Those of the script that is about to run, which finds nothing of an earlier run."""
        script = Path(script_vars["src_file"])
        shutil.rmtree(script.parent / "out", ignore_errors=True)
        return QUICK.get(script.stem, "").split()

    def __repr__(self) -> str:
        return f"Arguments({QUICK})"


def written_images(block: Any, block_vars: dict[str, Any], gallery_conf: dict[str, Any]) -> str:
    """The pictures that a script wrote beside itself, under the names that sphinx-gallery gives."""
    found = []
    paths = block_vars["image_path_iterator"]
    folder = Path(block_vars["src_file"]).parent
    for source in sorted(p for p in folder.rglob("*") if p.suffix in IMAGES):
        goal = Path(next(paths))
        with Image.open(source) as image:
            image.convert("RGB").save(goal)
        source.unlink()
        found.append(str(goal))
    return figure_rst(found, gallery_conf["src_dir"]) if found else ""


def write_scripts(source: Path, goal: Path) -> None:
    """Copies of the examples whose first sentence is a title too."""
    goal.mkdir(parents=True, exist_ok=True)
    titles = {}
    for path in sorted(source.glob("*.py")):
        text = path.read_text("utf-8")
        docstring = text.split('"""')[1]
        title = path.stem.replace("_", " ").capitalize()
        title = title.upper() if title in ("Cgi", "Gei") else title
        command = f"``python examples/{path.name} {QUICK.get(path.stem, '')}".rstrip() + "``"
        rest = docstring.strip().replace("`", "``").replace("````", "``")
        rest = re.sub(r"^ *(python .+)$", r"``\1``", rest, flags=re.MULTILINE)
        head = f'"""{title}\n{"=" * len(title)}\n\n{rest}\n\nRun here as {command}.\n"""'
        _write(goal / path.name, text.replace(f'"""{docstring}"""', head, 1))
        titles[path.name] = title
    _write(
        goal / "GALLERY_HEADER.rst",
        "Examples\n========\n\n"
        "Each is a script of ``examples/``, and a notebook to be had at the end of its page.\n",
    )
    for path in goal.glob("*.py"):
        if path.name not in titles:
            path.unlink()


def finish_notebooks(app: Sphinx) -> None:
    """Call `main` with arguments, where a script has its command line, and show what it drew."""
    for path in sorted(Path(app.srcdir, "generated", "examples").glob("*.ipynb")):
        notebook = json.loads(path.read_text("utf-8"))
        script = "".join(notebook["cells"][-1]["source"])
        if MAIN in script:  # else it is finished, and its script has not changed
            code = (INSTALL, script.replace(MAIN, "").rstrip(), *_calls(path.stem, script))
            notebook["cells"][-1:] = [_cell(each) for each in code]
            path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False), "utf-8")


def _calls(name: str, script: str) -> list[str]:
    words = QUICK.get(name, "").split()
    usual = re.search(r'"--out".*default=(?:Path\()?"([^"]+)"', script)
    out = words[words.index("--out") + 1] if "--out" in words else usual[1] if usual else ""
    calls = [f"main({json.dumps(words)})"]
    if out.endswith(IMAGES):
        calls.append(f'from IPython.display import Image as Picture\n\nPicture("{out}")')
    return [*calls, *IN_PLACE.get(name, ())]


def _cell(code: str) -> dict[str, Any]:
    return {
        "cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": code,
    }  # fmt: skip


def _write(path: Path, text: str) -> None:
    """Only where it differs, so that what was built of it is kept."""
    if not path.is_file() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")
