"""Compiled loops: what the disk does to their cache is no matter of what they compute."""

import importlib.util
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from meshgait._jit import kernel, numba

SOURCE = """
def twice(x):
    return 2 * x
"""


@pytest.fixture
def twice(tmp_path, monkeypatch):
    """A function in a file of its own, whose machine code is kept in another folder."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "loops.py").write_text(SOURCE)
    spec = importlib.util.spec_from_file_location("loops", tmp_path / "loops.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.twice


def test_machine_code_is_kept_on_disk(twice):
    assert kernel(twice)(3) == 6
    again = kernel(twice)
    assert again(3) == 6
    assert sum(again.stats.cache_hits.values()) == 1


def test_a_full_disk_costs_time_and_not_the_work(twice):
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, limit[1]))
    try:
        assert kernel(twice)(3) == 6
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)


def test_damaged_machine_code_is_made_anew(twice, tmp_path):
    assert kernel(twice)(3) == 6
    for path in (tmp_path / "cache").rglob("*.nb*"):
        path.write_bytes(path.read_bytes()[:9])
    assert kernel(twice)(3) == 6


def test_kernels_that_are_switched_off_are_a_missing_package_and_something_else_draws():
    code = "import torch\nfrom meshgait.render import mask\nfrom meshgait.render.backend import *\n"
    code += "square = torch.tensor([[0., 0], [4, 0], [0, 4]])\n"
    code += "print(int(mask(square, torch.tensor([[0, 1, 2]]), (4, 4)).sum()))"
    found = {
        off: subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False,
            env={**os.environ, "NUMBA_DISABLE_JIT": off}, cwd=Path(__file__).parents[1],
        )
        for off in "01"
    }  # fmt: skip
    assert found["0"].stdout == found["1"].stdout != "", found["1"].stderr
