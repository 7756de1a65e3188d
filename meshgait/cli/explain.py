"""What a trained network looks at: saliency on silhouettes and bodies, distances of parts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from meshgait.cli._data import add_data, make_data
from meshgait.cli._models import add_model, load_network
from meshgait.cli._parsing import again, make_parser, parse


def run(arguments: Sequence[str]) -> None:
    """Write the page and say where it is."""
    from meshgait.explain import write_explanation

    parser = make_parser("explain", __doc__)
    parser.add_argument("file", type=Path, help="checkpoint of meshgait train or benchmark, or "
                        "a name that meshgait zoo weights lists")  # fmt: skip
    parser.add_argument("--probes", type=int, default=3, help="how many are explained")
    parser.add_argument(
        "-o", "--out", type=Path, default=Path("out/explain"), help="folder to write"
    )
    add_model(parser)
    add_data(parser)
    chosen = parse(parser, arguments)
    model = load_network(chosen.file, chosen.model)
    data = make_data(chosen, "test", model)
    command = again("explain", arguments)
    page = write_explanation(model, data, chosen.out, probes=chosen.probes, command=command)
    print(f"open {page}")
