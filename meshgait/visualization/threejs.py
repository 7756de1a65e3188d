"""three.js with its reader of glTF (MIT), as trimesh's wheel carries it for its own viewer."""

from __future__ import annotations

import zipfile
from importlib.resources import as_file, files

from meshgait.errors import DependencyError

_START, _END = "<script>", "THREE.GLTFLoader=GLTFLoader;})();"


def three_js() -> str:
    """The library as one script; `DependencyError` where this trimesh does not bring it."""
    resource = files("trimesh").joinpath("resources/templates/viewer.zip")
    try:
        with as_file(resource) as path, zipfile.ZipFile(path) as archive:
            page = archive.read("viewer.html.template").decode()
        start = page.index(_START) + len(_START)
        return page[start : page.index(_END) + len(_END)]
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise DependencyError(
            "this trimesh brings no three.js, which pages in 3D need; install another: "
            "pip install 'trimesh>=4.8.3'"
        ) from error
