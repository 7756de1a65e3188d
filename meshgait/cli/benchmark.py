"""Train and score methods on SyntheticGait-Wild under one budget; the table of all of them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from jsonargparse import ArgumentParser, Namespace

from meshgait._optional import require
from meshgait.cli._parsing import again, make_parser, parse
from meshgait.errors import ConfigError

if TYPE_CHECKING:
    from meshgait.benchmark import Method


def run(arguments: Sequence[str]) -> None:
    """Fill the table, as far as it is not filled yet, and say where it is."""
    from meshgait.benchmark import (
        ABLATIONS,
        PRESETS,
        Budget,
        all_methods,
        forecast,
        run_benchmark,
        shipped_methods,
    )
    from meshgait.cli.train import take_option
    from meshgait.training.memory import keep_freed_memory

    preset, rest = take_option("--preset", list(arguments))
    if preset is not None and preset not in PRESETS:
        raise ConfigError(f"there is no preset {preset!r}, only {', '.join(PRESETS)}")
    chosen = parse(_parser(preset), rest)
    known = ABLATIONS if chosen.ablation else (*all_methods(), *shipped_methods())
    if chosen.list:
        print("\n".join(method.name for method in known))
        return
    methods = _chosen_methods(chosen, known)
    budget = Budget(**{field.name: chosen[field.name] for field in fields(Budget)})
    if any(method.model and not method.weights for method in methods):
        require("lightning_fabric", extra="train")  # now, not when the data is made
    keep_freed_memory()
    if chosen.dry_run:
        for line in forecast(methods, budget):
            print(line, flush=True)
        return
    if chosen.calibration:
        require("sklearn.linear_model", extra="video")
    fpir = chosen.fpir if chosen.calibration else None
    page = run_benchmark(
        methods, budget, out=chosen.out, motion=chosen.motion, fpir=fpir, report=_tell,
        command=again("benchmark", arguments),
    )  # fmt: skip
    print((chosen.out / "results.md").read_text(encoding="utf-8"))
    print(f"open {page}")


def _chosen_methods(chosen: Namespace, known: Sequence[Method]) -> Sequence[Method]:
    """The rows that were named, or those that answer what was asked."""
    from meshgait.benchmark import SHORT, find_methods

    if chosen.methods == ["all"]:
        return [method for method in known if not method.weights]
    if chosen.methods or not (chosen.ablation or chosen.calibration):
        return find_methods(chosen.methods or SHORT, known)
    return known if chosen.ablation else [method for method in known if method.weights]


def _parser(preset: str | None) -> ArgumentParser:
    from meshgait.benchmark import PRESETS, Budget
    from meshgait.cli.train import to_plain

    parser = make_parser("benchmark", __doc__)
    parser.add_argument(
        "-o", "--out", type=Path, default=Path("out/benchmark"), help="folder to write"
    )
    parser.add_argument(
        "--methods",
        nargs="+",
        type=str,
        default=[],
        help="rows, or all; without it those that say whether bodies help",
    )
    parser.add_argument("--ablation", action="store_true", help="the rows of the ablation instead")
    parser.add_argument(
        "--motion", type=Path | None, default=None,
        help="folder of motion capture whose people are a second test (see synth --motion)",
    )  # fmt: skip
    parser.add_argument(
        "--calibration", action="store_true", help="learn from half of the test people how sure "
        "matches are, and try it on the others; without --methods for the weights that ship",
    )  # fmt: skip
    parser.add_argument(
        "--fpir", type=float, default=0.01, help="with --calibration: share of strangers let in"
    )
    parser.add_argument("--list", action="store_true", help="print the rows there are, and end")
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="try a few steps of every row, say the hours, and end",
    )
    parser.add_argument("--preset", help=f"defaults of the rest: {', '.join(PRESETS)}")
    parser.add_class_arguments(Budget)
    if preset is not None:
        parser.set_defaults(to_plain(PRESETS[preset]))
    return parser


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
