"""Seconds until a small command is done, from a new process on, beside Python's and torch's own.

`python benchmarks/commands.py --runs 9`; they take turns. Files are read once before, as they are
by whoever uses the program twice. `--peer PATH` times the same commands of another tree of
meshgait beside these, such as an older one.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from _machine import machine, versions

PACKAGES = ("meshgait", "torch", "numpy")
ROOT = Path(__file__).parents[1]
OTHERS = {"python": ["-c", "pass"], "import torch": ["-c", "import torch"]}
COMMANDS = ("--help", "zoo", "info --help", "info SMPLGait", "doctor")


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="of each command")
    parser.add_argument("--peer", type=Path, help="another tree of meshgait")
    parser.add_argument("--json", type=Path, help="also write everything to this file")
    options = parser.parse_args(argv)
    report = {"machine": machine(), "versions": versions(PACKAGES)}
    for name, value in report.items():
        print(f"{name}: {value}")
    runs = {name: (ROOT, words) for name, words in OTHERS.items()}
    for command in COMMANDS:
        words = ["-m", "meshgait", *command.split()]
        runs[f"meshgait {command}"] = (ROOT, words)
        if options.peer:
            runs[f"meshgait {command} (peer)"] = (options.peer, words)
    figures = {name: [] for name in runs}
    for turn in range(options.runs + 1):
        for name, (tree, words) in runs.items():
            seconds = once(tree, words)
            if turn:
                figures[name].append(seconds)
    print(f"\n{'':34} {'seconds (quartiles)':>24}")
    report["rows"] = {name: summary(own) for name, own in figures.items()}
    for name, row in report["rows"].items():
        text = f"{row['median']:.2f} ({row['low']:.2f} - {row['high']:.2f})"
        print(f"{name:34} {text:>24}")
    if options.json:
        options.json.write_text(json.dumps(report, indent=1))


def once(tree, words):
    before = time.perf_counter()
    subprocess.run(  # noqa: S603
        [sys.executable, *words], check=True, stdout=subprocess.DEVNULL, cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree.resolve())},
    )  # fmt: skip
    return time.perf_counter() - before


def summary(figures):
    low, median, high = statistics.quantiles(figures, n=4)
    return {"median": median, "low": low, "high": high, "calls": len(figures)}


if __name__ == "__main__":
    main()
