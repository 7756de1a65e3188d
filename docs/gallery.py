"""The examples as sphinx-gallery wants them: with a title, small arguments and what they draw."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from sphinx_gallery.scrapers import figure_rst

from tests.test_examples import SETTINGS

OUT = Path(tempfile.gettempdir()) / "meshgait-docs"  # the walkers in it are made once
IMAGES = (".png", ".gif")
# What draws quickly is shown as its reader would run it.
WHOLE = ("--frames 40", "--frames 6")


def arguments_of(name: str) -> list[str]:
    """Those that the tests give, but for frames of pictures, which cost little."""
    words = SETTINGS[name].format(tmp=OUT / name, cache=OUT / "walkers")
    for few in WHOLE:
        words = words.removeprefix(few)
    return words.split()


class Arguments:
    """Of each script; sphinx-gallery keeps what it has built as long as this looks the same."""

    def __call__(self, gallery_conf: dict[str, Any], script_vars: dict[str, Any]) -> list[str]:
        """Those of the script that is about to run, with an empty folder to write into."""
        name = Path(script_vars["src_file"]).stem
        shutil.rmtree(OUT / name, ignore_errors=True)
        (OUT / name).mkdir(parents=True)
        return arguments_of(name)

    def __repr__(self) -> str:
        return "Arguments"


def written_images(block: Any, block_vars: dict[str, Any], gallery_conf: dict[str, Any]) -> str:
    """The pictures that a script wrote, under the names that sphinx-gallery gives."""
    name = Path(block_vars["src_file"]).stem
    found = []
    paths = block_vars["image_path_iterator"]
    for source in sorted(p for p in (OUT / name).rglob("*") if p.suffix in IMAGES):
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
        command = f"``python examples/{path.name} {' '.join(arguments_of(path.stem))}``"
        command = command.replace(f"{OUT}/", "out/")
        rest = docstring.strip().replace("`", "``").replace("````", "``")
        head = f'"""{title}\n{"=" * len(title)}\n\n{rest}\n\nRun here as {command}.\n"""'
        _write(goal / path.name, text.replace(f'"""{docstring}"""', head, 1))
        titles[path.name] = title
    _write(
        goal / "GALLERY_HEADER.rst", "Examples\n========\n\nEach is a script of ``examples/``.\n"
    )
    for path in goal.glob("*.py"):
        if path.name not in titles:
            path.unlink()


def _write(path: Path, text: str) -> None:
    """Only where it differs, so that what was built of it is kept."""
    if not path.is_file() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")
