"""Walkers, silhouettes, two networks and a ranked gallery, with a report to look at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from meshgait._optional import require
from meshgait.cli._parsing import again, make_parser, parse


def run(arguments: Sequence[str]) -> None:
    """Make the report and say where it is."""
    from meshgait.demo import DemoConfig, run_demo
    from meshgait.training.memory import keep_freed_memory

    parser = make_parser("demo", __doc__)
    parser.add_argument(
        "-o", "--out", type=Path, default=Path("out/demo"), help="folder of the report"
    )
    parser.add_class_arguments(DemoConfig, "demo")
    chosen = parse(parser, arguments)
    require("lightning_fabric", extra="train")  # now, not when the data is made
    keep_freed_memory()
    print(f"open {run_demo(chosen.out, chosen.demo, command=again('demo', arguments))}")
