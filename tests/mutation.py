"""One token of the package changed at a time: do the tests notice?

`python -m tests.mutation --sample 200` (`make mutation`) draws changes at random, each of an
operator, a number or a truth value, makes it in a copy of the tree and runs the file's doctests and
the tests that mirror it, then those that name what it defines, then the room's, until one fails
that passes without the change. What survives is printed; what was tried is kept in `--out`, so
that a run that is killed goes on where it was. A survivor is equivalent to the code, and
`equivalent_changes.json` says why, or a law is missing. With `--again` the survivors in `--out` are
tried anew, and `--until` ends a run after so many seconds. Changes of the kernels for Triton can be
noticed only where it is installed, as torch's wheels for CUDA do it.
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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

os.environ["OMP_NUM_THREADS"] = os.environ["LOKY_MAX_CPU_COUNT"] = "1"

import cv2  # noqa: F401  for the forks, as all below
import matplotlib.pyplot as plt  # noqa: F401
import numba  # noqa: F401
import pytest
import scipy.stats
import smplx  # noqa: F401
import torch._dynamo  # noqa: F401
import trimesh  # noqa: F401

ROOT = Path(__file__).parents[1]
EQUIVALENT = Path(__file__).with_name("equivalent_changes.json")  # by name of change: why
ROOMS = (
    "render", "body", "camera", "modalities", "metrics", "losses", "nn", "models", "io", "data",
)  # fmt: skip
SWAPS = {
    "+": "-", "-": "+", "*": "/", "/": "*", "<": "<=", "<=": "<", ">": ">=", ">=": ">",
    "==": "!=", "!=": "==", "and": "or", "or": "and", "True": "False", "False": "True",
    "min": "max", "max": "min",
}  # fmt: skip
LONGEST_S = 300  # a change that makes a test hang is noticed
# Tests of every network, function or reader, which name none of them, and which of these are meant.
TESTS_OF_ALL = {
    "models": ("tests/models/test_contract.py", "tests/models/test_references.py"),
    "io": ("tests/io/test_read.py",),
    **dict.fromkeys(("render", "modalities", "camera"), ("tests/contracts/test_functions.py",)),
}
DEFAULTS = "tests/test_defaults.py"
PART_OF_ALL = {
    "render": "render",
    "modalities": "modalities",
    "camera": "Camera or WeakPerspective",
}


class Change(NamedTuple):
    """The token at a row and column of a file, and what it becomes."""

    file: str
    row: int
    column: int
    old: str
    new: str
    line: str

    @property
    def name(self) -> str:
        """What it is called wherever the line moves in its file."""
        end = self.column + len(self.old)
        changed = f"{self.line[: self.column]}[{self.old} -> {self.new}]{self.line[end:]}"
        return f"{self.file}: {changed.strip()}"

    @property
    def changed(self) -> str:
        """The line with the new token."""
        return self.line[: self.column] + self.new + self.line[self.column + len(self.old) :]


def changes_of(path: Path) -> list[Change]:
    """All changes of a file; not of imports, decorators, `__all__` and signatures' bare stars."""
    found = []
    lines = path.read_text(encoding="utf-8").splitlines()
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
            (row, column), place = token.start, str(path.relative_to(ROOT))
            found.append(Change(place, row, column, token.string, new, lines[row - 1]))
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
    room = path.parts[0]
    wanted = " or ".join(names) if room == "models" else PART_OF_ALL.get(room, "")
    of_all = TESTS_OF_ALL.get(room, ())
    first = [file, DEFAULTS, *([mirror] if (ROOT / mirror).exists() else [])]
    others = [test for test in near or naming if test not in (*first, *of_all)]
    folder = next(p for p in (ROOT / "tests" / path).parents if p.is_dir())
    had = [f"--ignore={test}" for test in (*first[1:], *of_all, *others)]
    rest = [str(folder.relative_to(ROOT)), *had]
    parts = [[test, *(["-k", wanted] if wanted else [])] for test in of_all]
    return [first, *([test] for test in others), *parts, rest]


class Tree:
    """A copy of the tree, in which tests run with and without a change."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.sound: dict[tuple[str, ...], bool] = {}

    def notices(self, change: Change) -> bool:
        """Whether a test fails when the change is made that passes when it is not."""
        return any(self.break_one_of(tests, change) for tests in tests_of(change.file))

    def break_one_of(self, tests: list[str], change: Change) -> bool:
        """The same of some tests; what fails anyway is left out, and the others are run again."""
        left_out: list[str] = []
        while True:
            with self.changed(change):
                failing = self.failing([*tests, *left_out])
            if not failing or self.is_sound(failing):
                return bool(failing)
            if failing == [*tests, *left_out]:  # they do not end
                return False
            left_out.append(f"--deselect={failing[0]}")
            tests = [test for test in tests if test not in failing]  # what cannot be imported

    @contextmanager
    def changed(self, change: Change) -> Iterator[None]:
        """Make a change, for a while."""
        path = self.root / change.file
        whole, times = path.read_text(encoding="utf-8"), path.stat()
        lines = whole.splitlines(keepends=True)
        lines[change.row - 1] = change.changed + "\n"
        path.write_text("".join(lines), encoding="utf-8")
        try:
            yield
        finally:
            path.write_text(whole, encoding="utf-8")
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))

    def is_sound(self, tests: list[str]) -> bool:
        """Whether they pass without a change; found out once."""
        if tuple(tests) not in self.sound:
            self.sound[tuple(tests)] = not self.failing(tests)
            if not self.sound[tuple(tests)]:
                print(f"     fails without any change, so does not count: {tests}", flush=True)
        return self.sound[tuple(tests)]

    def failing(self, tests: list[str]) -> list[str]:
        """The first test that fails (all, if they do not end): in a fork, which imports less."""
        report = self.root.with_name("failing.json")
        report.unlink(missing_ok=True)
        child = os.fork()
        if child == 0:
            try:
                os._exit(run_pytest(self.root, tests, report))
            finally:  # nothing of this process may go on in the fork
                os._exit(pytest.ExitCode.INTERNAL_ERROR)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            return []
        return json.loads(report.read_text(encoding="utf-8")) if report.exists() else tests


class FirstFailure:
    """Writes down what fails, or cannot be collected."""

    def __init__(self, report: Path) -> None:
        self.report = report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.report.write_text(json.dumps([report.nodeid]), encoding="utf-8")

    pytest_collectreport = pytest_runtest_logreport


def run_pytest(tree: Path, tests: list[str], report: Path) -> int:
    """Its exit status; it says nothing."""
    os.chdir(tree)
    sys.modules.pop("tests", None)
    sys.path[:] = [str(tree), *(place for place in sys.path if Path(place).resolve() != ROOT)]
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    signal.alarm(LONGEST_S)
    flags = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    return int(pytest.main([*flags, *tests], plugins=[FirstFailure(report)]))


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
    options.out.parent.mkdir(parents=True, exist_ok=True)
    tried = json.loads(options.out.read_text("utf-8")) if options.out.exists() else {}
    equivalent = json.loads(EQUIVALENT.read_text("utf-8"))
    sample = random.Random(options.seed).sample(everything, options.sample)
    if options.again:
        survived = {name for name in tried if not tried[name]} - equivalent.keys()
        sample = list({each.name: each for each in everything if each.name in survived}.values())
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MESHGAIT_CACHE"] = str(Path(folder) / "cache")  # changed code writes no other
        tree = Tree(Path(folder) / "tree")
        shutil.copytree(ROOT, tree.root, ignore=shutil.ignore_patterns(".*", "out"))
        for number, change in enumerate(sample, start=1):
            start = time.monotonic()
            if start - begun > options.until:
                break
            if change.name not in tried or options.again:
                tried[change.name] = tree.notices(change)
                options.out.write_text(json.dumps(tried, indent=1), encoding="utf-8")
            became = "noticed" if tried[change.name] else "SURVIVED"
            became = "equivalent" if change.name in equivalent else became
            took_s = time.monotonic() - start
            print(f"{number:4} {became:10} {took_s:4.0f} s {change.row}: {change.name}", flush=True)
    print(summary(tried, equivalent))


def summary(tried: dict[str, bool], equivalent: dict[str, str]) -> str:
    """How many were noticed, of all and of those that could be, and why others cannot be."""
    noticed, survivors = sum(tried.values()), [name for name in tried if not tried[name]]
    same = [name for name in survivors if name in equivalent]
    lines = [_share(noticed, len(tried))]
    lines += [f"without the equivalent ones {_share(noticed, len(tried) - len(same))}"]
    lines += [f"equivalent: {name}: {equivalent[name]}" for name in same]
    lines += [f"SURVIVED: {name}" for name in survivors if name not in equivalent]
    return "\n".join(lines)


def _share(some: int, count: int) -> str:
    """In per cent, with Wilson's interval of 95 %."""
    low, high = scipy.stats.binomtest(some, count).proportion_ci(method="wilson")
    share = f"{100 * some / count:.0f} % ({100 * low:.0f} to {100 * high:.0f})"
    return f"{some} of {count} changes were noticed: {share}"


if __name__ == "__main__":
    main()
