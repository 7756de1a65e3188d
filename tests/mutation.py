"""One token of the package changed at a time: do the tests notice?

`python -m tests.mutation --sample 200` (`make mutation`) draws changes at random, each of an
operator, a number or a truth value, makes it in a copy of the tree and runs the file's doctests and
the tests that mirror it, then those that name what it defines, until one fails. What survives is
printed; what was tried is kept in `--out`, so that a run that is killed goes on where it was. A
survivor is equivalent to the code, or a law is missing. With `--again` survivors are tried anew,
and `--until` ends a run after so many seconds.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
import tokenize
from pathlib import Path
from typing import NamedTuple

os.environ["OMP_NUM_THREADS"] = os.environ["LOKY_MAX_CPU_COUNT"] = "1"

import numba  # noqa: F401  for the forks, as all below
import pytest
import scipy.sparse  # noqa: F401
import torch  # noqa: F401

ROOT = Path(__file__).parents[1]
ROOMS = (
    "render",
    "body",
    "camera",
    "modalities",
    "metrics",
    "losses",
    "nn",
    "models",
    "io",
    "data",
)
SWAPS = {
    "+": "-", "-": "+", "*": "/", "/": "*", "<": "<=", "<=": "<", ">": ">=", ">=": ">",
    "==": "!=", "!=": "==", "and": "or", "or": "and", "True": "False", "False": "True",
    "min": "max", "max": "min",
}  # fmt: skip
LONGEST_S = 300  # a change that makes a test hang is noticed
# Tests of every network, function or reader, which name none of them.
TESTS_OF_ALL = {
    "models": ("tests/models/test_contract.py", "tests/models/test_references.py"),
    "io": ("tests/io/test_read.py",),
    **dict.fromkeys(("render", "modalities", "camera"), ("tests/contracts/test_functions.py",)),
}


class Change(NamedTuple):
    """The token at a row and column of a file, and what it becomes."""

    file: str
    row: int
    column: int
    old: str
    new: str


def changes_of(path: Path) -> list[Change]:
    """All changes of a file; not of imports, decorators, `__all__` and signatures' bare stars."""
    found = []
    with path.open("rb") as file:
        tokens = list(tokenize.tokenize(file.readline))
    for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        line = token.line.lstrip()
        if line.startswith(("import ", "from ", "@", "__all__")):
            continue
        new = SWAPS.get(token.string) if token.type in (tokenize.OP, tokenize.NAME) else None
        if token.type == tokenize.NUMBER:
            new = _other_number(token.string)
        is_star = token.string == "*" and (before.string in "(,*" or after.string in ",)")
        is_call = token.string not in ("min", "max") or after.string == "("
        if new and not is_star and is_call:
            place = str(path.relative_to(ROOT))
            found.append(Change(place, token.start[0], token.start[1], token.string, new))
    return found


def _other_number(text: str) -> str | None:
    try:
        return str(int(text) + 1)
    except ValueError:
        pass
    try:
        value = float(text)
    except ValueError:
        return None
    return repr(value * 1.5 if value else 1.0)


def tests_of(file: str) -> list[list[str]]:
    """What pytest is given, in turn: the file with the tests that mirror it, then who names it."""
    path = Path(file).relative_to("meshgait")
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    defined = [node for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)]
    names = [node.name for node in defined if not node.name.startswith("_")]
    module = ".".join(Path(file).with_suffix("").parts)
    words = re.compile("|".join(rf"\b{re.escape(word)}\b" for word in [module, *names]))
    mirror = f"tests/{path.parent}/test_{path.stem.strip('_')}.py"
    naming = sorted(
        str(test.relative_to(ROOT))
        for test in (ROOT / "tests").rglob("test_*.py")
        if words.search(test.read_text(encoding="utf-8"))
    )
    near = [test for test in naming if test.startswith(f"tests/{path.parts[0]}/")]
    of_all = [[test, *(["-k", " or ".join(names)] if path.parts[0] == "models" and names else [])]
              for test in TESTS_OF_ALL.get(path.parts[0], ())]  # fmt: skip
    first = [file, *([mirror] if (ROOT / mirror).exists() else [])]
    others = [test for test in near or naming if test not in first]
    folder = next(p for p in (ROOT / "tests" / path).parents if p.is_dir())
    return [first, *of_all, *([test] for test in others), [str(folder.relative_to(ROOT))]]


def is_noticed(tree: Path, change: Change) -> bool:
    """Whether a test fails in the copy when the change is made there."""
    path = tree / change.file
    whole = path.read_text(encoding="utf-8")
    lines = whole.splitlines(keepends=True)
    line, end = lines[change.row - 1], change.column + len(change.old)
    lines[change.row - 1] = line[: change.column] + change.new + line[end:]
    path.write_text("".join(lines), encoding="utf-8")
    try:
        return any(fails(tree, tests) for tests in tests_of(change.file))
    finally:
        path.write_text(whole, encoding="utf-8")


def fails(tree: Path, tests: list[str]) -> bool:
    """Whether pytest, in a fork that need not import what takes long, finds a failure."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(run_pytest(tree, tests))
        finally:  # nothing of this process may go on in the fork
            os._exit(pytest.ExitCode.INTERNAL_ERROR)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)


def run_pytest(tree: Path, tests: list[str]) -> int:
    """Its exit status; it says nothing."""
    os.chdir(tree)
    sys.modules.pop("tests", None)
    sys.path[:] = [str(tree), *(place for place in sys.path if Path(place).resolve() != ROOT)]
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    signal.alarm(LONGEST_S)
    return int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *tests]))


def main(argv: list[str] | None = None) -> None:
    """Try a sample, as far as it was not tried yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=ROOT / "out/mutation.json")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--until", type=float, default=float("inf"))
    options, begun = parser.parse_args(argv), time.monotonic()
    files = sorted(file for room in ROOMS for file in (ROOT / "meshgait" / room).rglob("*.py"))
    everything = [change for file in files for change in changes_of(file)]
    sample = random.Random(options.seed).sample(everything, options.sample)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    tried = json.loads(options.out.read_text("utf-8")) if options.out.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        skipped = shutil.ignore_patterns(".*", "out")
        shutil.copytree(ROOT, tree, ignore=skipped)
        for number, change in enumerate(sample, start=1):
            name = "{}:{}:{} {} -> {}".format(*change)
            if time.monotonic() - begun > options.until:
                break
            if name not in tried or (options.again and not tried[name]):
                tried[name] = is_noticed(tree, change)
                options.out.write_text(json.dumps(tried, indent=1), encoding="utf-8")
            print(f"{number:4} {'noticed' if tried[name] else 'SURVIVED'} {name}", flush=True)
    noticed = sum(tried[key] for key in tried)
    print(f"{noticed} of {len(tried)} changes were noticed ({100 * noticed / len(tried):.0f} %)")


if __name__ == "__main__":
    main()
