"""Networks in folders as Hugging Face lays them out, and those of its hub."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from meshgait._optional import require
from meshgait.errors import DataError
from meshgait.nn import Network
from meshgait.weights.checkpoint import describe_model, load_model
from meshgait.weights.folder import CARD, CONFIG, WEIGHTS, Numbers, is_folder, write_folder

_ON_THE_HUB = re.compile(r"[\w.-]+/[\w.-]+")
_PLAIN_CARD = """---
library_name: meshgait
tags: [gait-recognition]
---
# {name}

{model} of [meshgait](https://pypi.org/project/meshgait): reads {inputs}, gives {parts} parts x
{channels} channels a walk.

```python
from meshgait.weights import from_pretrained

model = from_pretrained("{name}")
embedding = model.embed(walk)
```

What it was trained on, its scores and its licence: not said by who saved it.
"""


def save_pretrained(
    model: Network,
    folder: str | Path,
    *,
    numbers: Numbers = "float32",
    card: str | None = None,
    about: dict[str, Any] | None = None,
) -> None:
    """Write config.json, model.safetensors and the model card README.md into `folder`.

    With `numbers="float16"` matrices take half the room. `card` is Markdown; without it one is
    written that says what the network reads. A network of your own needs a `config` of plain
    values. Raises `ConfigError` for settings that JSON does not keep.
    """
    content = describe_model(model)
    if card is None:
        parts, channels = model.embedding_shape
        card = _PLAIN_CARD.format(
            name=Path(folder).name, model=content["model"], inputs=", ".join(model.inputs),
            parts=parts, channels=channels,
        )  # fmt: skip
    about = {"inputs": list(model.inputs), **(about or {})}
    write_folder(folder, content, numbers=numbers, card=card, about=about)


def from_pretrained(folder: str | Path, model: Network | type | None = None) -> Network:
    """The network that `save_pretrained` wrote, on the CPU, in evaluation mode, in float32.

    `owner/name` is downloaded from the Hugging Face hub where there is no folder `owner`, which
    needs the extra `hub`. `model` and errors are those of `load_model`; nothing of it is run.
    """
    # A folder that is not there, in one that is, was mistyped: it is no name of the hub.
    name = Path(folder).as_posix()
    if _ON_THE_HUB.fullmatch(name) and not Path(folder).parent.exists():
        hub = require("huggingface_hub", extra="hub")
        folder = hub.snapshot_download(name, allow_patterns=[CONFIG, WEIGHTS, CARD])
    if not is_folder(folder):
        raise DataError(f"{folder} is no folder of a network: {CONFIG} is not there")
    return load_model(folder, model)
