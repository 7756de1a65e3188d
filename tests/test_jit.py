"""Compiled loops: what the disk does to their cache is no matter of what they compute."""

import importlib.util
import resource

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
