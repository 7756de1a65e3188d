"""The lowest versions that setup.py admits, as constraints for pip.

python tests/minimum.py > constraints.txt. torch stays the one of constraints.txt: older wheels of
it bring gigabytes of CUDA.
"""

import itertools
import re
import runpy
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).parents[1]


def named():
    """What setup.py asks for, each extra's packages on their own."""
    with mock.patch("setuptools.setup") as setup:
        runpy.run_path(str(ROOT / "setup.py"))
    asked = setup.call_args.kwargs
    return [*itertools.chain(asked["install_requires"], *asked["extras_require"].values())]


def admitted():
    """The lowest version of every package that setup.py names, whatever needs it."""
    bounds = (line.partition(";")[0] for line in named())
    return dict(bound.split(">=") for bound in bounds if ">=" in bound)


def tested(name):
    """The version in constraints.txt."""
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    return re.search(rf"^{name}==(.*)$", text, re.MULTILINE)[1]


if __name__ == "__main__":
    for name, version in (admitted() | {"torch": tested("torch")}).items():
        print(f"{name}=={version}")
