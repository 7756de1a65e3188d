"""Links from signatures to what others document, without inventories, which are downloaded."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

_PYTHON = "https://docs.python.org/3/library"
_NUMPY = "https://numpy.org/doc/stable/reference"
_TORCH = "https://docs.pytorch.org/docs/stable"
_JAXTYPING = "https://docs.kidger.site/jaxtyping"
# Names as signatures have them: the page, where \1 stands for the first group, and the anchor.
_PAGES = {
    r"(?:torch\.)?(Tensor)": f"{_TORCH}/tensors.html#torch.Tensor",
    r"torch\.(device|dtype)": rf"{_TORCH}/tensor_attributes.html#torch.\1",
    r"torch\._C\.(Generator)": rf"{_TORCH}/generated/torch.\1.html#torch.\1",
    r"torch\.nn\.modules\.\w+\.(\w+)": rf"{_TORCH}/generated/torch.nn.\1.html#torch.nn.\1",
    r"(?:np\.|numpy\.)?(ndarray)": rf"{_NUMPY}/generated/numpy.\1.html#numpy.\1",
    r"numpy\.random\._generator\.(Generator)": rf"{_NUMPY}/random/generator.html#numpy.random.\1",
    r"(?:jaxtyping\.)?(Bool|Float|Int|Real|Shaped|UInt8)": f"{_JAXTYPING}/api/array/",
    r"collections\.abc\.(\w+)": rf"{_PYTHON}/collections.abc.html#collections.abc.\1",
    r"pathlib\.(Path)": rf"{_PYTHON}/pathlib.html#pathlib.\1",
    r"abc\.(ABC)": rf"{_PYTHON}/abc.html#abc.\1",
}


def link(app: Sphinx, env: Any, node: Any, shown: nodes.TextElement) -> nodes.reference | None:
    """What a reference that is to nothing of ours leads to, if it is known."""
    for name, page in _PAGES.items():
        if found := re.fullmatch(name, node.get("reftarget", "")):
            return nodes.reference("", "", shown, internal=False, refuri=found.expand(page))
    return None
