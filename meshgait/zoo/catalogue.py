"""What is known of every network, as data: what each eats, costs and reached.

`python -m meshgait.zoo.catalogue` writes `catalogue.json` anew, which a test compares with what
this computes. `meshgait zoo` and `meshgait info` read the file alone, without torch.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from torch import Tensor

from meshgait.files.regular import read_json
from meshgait.files.storage import written_whole
from meshgait.models import networks
from meshgait.recipes import RECIPES
from meshgait.zoo.cost import Cost, count_cost
from meshgait.zoo.export import ANY, SUPPORT
from meshgait.zoo.inputs import random_clips
from meshgait.zoo.results import results_of

CATALOGUE = Path(__file__).with_name("catalogue.json")


def describe_network(name: str) -> dict[str, Any]:
    """All that the catalogue says of a network but for its cost."""
    model_type = networks()[name]
    module = sys.modules[model_type.__module__]
    first = (module.__doc__ or "").split("\n", maxsplit=1)[0]
    model = model_type().eval()
    return {
        "inputs": list(model_type.inputs),
        "shapes": {key: _shape(clip) for key, clip in random_clips(model, 1, 1).items()},
        "embedding": list(model.embedding_shape),
        "about": first.rstrip("."),
        "config": {key: str(value) for key, value in asdict(model.config).items()},
        "export": str(SUPPORT.get(name, ANY)),
        "published_weights": hasattr(module, "OFFICIAL_NAMES"),
        "recipes": [key for key, published in RECIPES.items() if published.model == name],
        "results": [
            {key: value for key, value in asdict(result).items() if key != "model"}
            for result in results_of(name)
        ],
    }


def _shape(clips: Tensor) -> str:
    """As a reader takes it: `(B, T, 64, 44) uint8`."""
    rest = ", ".join(map(str, clips.shape[2:]))
    return f"(B, T, {rest}) {str(clips.dtype).removeprefix('torch.')}"


def build_catalogue() -> dict[str, dict[str, Any]]:
    """The whole of it, every cost counted anew; takes minutes."""
    return {
        name: describe_network(name) | {"cost": count_cost(name)._asdict()} for name in networks()
    }


def cost_of(name: str) -> Cost:
    """The cost of the network called `name`, as it is stored.

    >>> cost_of("SLN").parameters
    3176000
    """
    return Cost(**read_json(CATALOGUE)[name]["cost"])


if __name__ == "__main__":
    with written_whole(CATALOGUE) as part:
        text = json.dumps(build_catalogue(), indent=1, ensure_ascii=False)
        part.write_text(text + "\n", encoding="utf-8")
