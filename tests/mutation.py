"""One token of the package changed at a time: do the tests notice?

`python -m tests.mutation --sample 200` (`make mutation`) draws changes at random, each of an
operator, a number or a truth value, makes it in a copy of the tree and runs the tests that mirror
the file, then those of its room. What survives is printed; what was tried is kept in `--out`, so
that a run that is killed goes on where it was. A survivor is equivalent to the code, or a law is
missing.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import tokenize
from pathlib import Path
from typing import NamedTuple

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
LONGEST_S = 900  # a change that makes a test hang is noticed


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


def tests_of(file: str) -> list[str]:
    """The tests that mirror a file, then all of its room."""
    path = Path(file).relative_to("meshgait")
    mirror = ROOT / "tests" / path.parent / f"test_{path.stem.strip('_')}.py"
    room = f"tests/{path.parts[0]}"
    return [*([str(mirror.relative_to(ROOT))] if mirror.exists() else []), room]


def is_noticed(tree: Path, change: Change) -> bool:
    """Whether a test fails in the copy when the change is made there."""
    path = tree / change.file
    whole = path.read_text(encoding="utf-8")
    lines = whole.splitlines(keepends=True)
    line, end = lines[change.row - 1], change.column + len(change.old)
    lines[change.row - 1] = line[: change.column] + change.new + line[end:]
    path.write_text("".join(lines), encoding="utf-8")
    words = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    try:
        return any(
            subprocess.run(
                [*words, tests], cwd=tree, capture_output=True, timeout=LONGEST_S, check=False
            ).returncode
            for tests in tests_of(change.file)
        )
    except subprocess.TimeoutExpired:
        return True
    finally:
        path.write_text(whole, encoding="utf-8")


def main(argv: list[str] | None = None) -> None:
    """Try a sample, as far as it was not tried yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=ROOT / "out/mutation.json")
    options = parser.parse_args(argv)
    files = sorted(file for room in ROOMS for file in (ROOT / "meshgait" / room).rglob("*.py"))
    everything = [change for file in files for change in changes_of(file)]
    sample = random.Random(options.seed).sample(everything, options.sample)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    tried = json.loads(options.out.read_text("utf-8")) if options.out.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        skipped = shutil.ignore_patterns(".*", "out", "assets")
        shutil.copytree(ROOT, tree, ignore=skipped)
        for number, change in enumerate(sample, start=1):
            name = "{}:{}:{} {} -> {}".format(*change)
            if name not in tried:
                tried[name] = is_noticed(tree, change)
                options.out.write_text(json.dumps(tried, indent=1), encoding="utf-8")
            print(f"{number:4} {'noticed' if tried[name] else 'SURVIVED'} {name}", flush=True)
    noticed = sum(tried[key] for key in tried)
    print(f"{noticed} of {len(tried)} changes were noticed ({100 * noticed / len(tried):.0f} %)")


if __name__ == "__main__":
    main()
