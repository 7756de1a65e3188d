"""What is known of every network, as data: what each eats, costs and reached.

`python -m meshgait.zoo.catalogue` writes `catalogue.json` anew, which a test compares with what
this computes. `meshgait zoo` reads the file alone, without torch.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from meshgait.files.regular import read_json
from meshgait.files.storage import written_whole
from meshgait.models import networks
from meshgait.zoo.cost import Cost, count_cost
from meshgait.zoo.results import results_of

CATALOGUE = Path(__file__).with_name("catalogue.json")


def describe_network(name: str) -> dict[str, Any]:
    """All that the catalogue says of a network but for its cost."""
    model_type = networks()[name]
    module = sys.modules[model_type.__module__]
    first = (module.__doc__ or "").split("\n", maxsplit=1)[0]
    return {
        "inputs": list(model_type.inputs),
        "about": first.rstrip("."),
        "published_weights": hasattr(module, "OFFICIAL_NAMES"),
        "results": [
            {key: value for key, value in asdict(result).items() if key != "model"}
            for result in results_of(name)
        ],
    }


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
