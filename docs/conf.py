"""The documentation site: `make docs`. Reference pages are made from the package itself."""

import os
import sys
from pathlib import Path

from sphinx.application import Sphinx

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]
os.environ.setdefault("MESHGAIT_CACHE", str(HERE / "generated" / "cache"))  # walkers of examples

import accessible  # noqa: E402
import drawings  # noqa: E402
import foreign  # noqa: E402
import gallery  # noqa: E402
import pages  # noqa: E402

from meshgait import __version__  # noqa: E402

project = "meshgait"
author = "meshgait developers"
copyright = author  # noqa: A001
release = version = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["_build", "generated/scripts", "generated/examples/*.ipynb"]
html_theme = "furo"
html_title = f"meshgait {release}"
html_static_path = ["../assets"]
html_show_sourcelink = False
default_role = "code"  # our docstrings quote names as Markdown does
myst_heading_anchors = 3
nitpicky = False
suppress_warnings = ["config.cache"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "show-inheritance": False}
autodoc_mock_imports = ["triton", "pytorch3d"]
napoleon_google_docstring = True
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

sphinx_gallery_conf = {
    "examples_dirs": "generated/scripts",
    "gallery_dirs": "generated/examples",
    "filename_pattern": "/",
    "reset_argv": gallery.Arguments(),
    "image_scrapers": (gallery.written_images,),
    "reset_modules": (),
    "remove_config_comments": True,
    "download_all_examples": False,
    "show_memory": False,
    "write_computation_times": False,
    "min_reported_time": 10**6,
    "plot_gallery": os.environ.get("MESHGAIT_DOCS_EXAMPLES", "1") == "1",
    "abort_on_example_error": True,
}


def escape_stars(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Shapes such as (*, T, 3) are no emphasis, and a field's number is nothing to read."""
    if lines and lines[0].startswith("Alias for field number"):
        lines.clear()
    for number, line in enumerate(lines):
        parts = line.split("`")
        parts[::2] = [part.replace("*", r"\*").replace("|", r"\|") for part in parts[::2]]
        lines[number] = "`".join(parts)


def setup(app: Sphinx) -> None:
    """Write what is made of the package, before anything is read."""
    made = Path(app.srcdir) / "generated"
    gallery.write_scripts(HERE.parent / "examples", made / "scripts")
    pages.write_pages(made)
    drawings.draw_conventions(made / "conventions.png")
    app.connect("builder-inited", gallery.finish_notebooks, priority=900)  # when they are written
    app.connect("autodoc-process-docstring", escape_stars)
    app.connect("missing-reference", foreign.link)
    app.connect("html-page-context", accessible.complete, priority=900)  # after the theme's
