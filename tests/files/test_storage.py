import contextlib
import os
import stat

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshgait.errors import DataError
from meshgait.files.storage import cache_dir, read_npz, write_npz, written_whole


def test_the_cache_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("MESHGAIT_CACHE", str(tmp_path / "own"))
    assert cache_dir() == tmp_path / "own"
    monkeypatch.delenv("MESHGAIT_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_dir() == tmp_path / "xdg" / "meshgait"


def _write_half_and_stop(target):
    with written_whole(target) as part:
        part.write_text("half")
        raise KeyboardInterrupt


def test_a_failure_leaves_the_old_file_and_no_rubbish(tmp_path):
    target = tmp_path / "new" / "result.txt"
    with written_whole(target) as part:
        part.write_text("old")
    with pytest.raises(KeyboardInterrupt):
        _write_half_and_stop(target)
    assert target.read_text() == "old"
    assert os.listdir(target.parent) == ["result.txt"]


def test_results_have_ordinary_permissions(tmp_path):
    (tmp_path / "ordinary").write_text("")
    with written_whole(tmp_path / "ours") as part:
        part.write_text("x")
    ordinary, ours = ((tmp_path / name).stat().st_mode for name in ("ordinary", "ours"))
    assert stat.S_IMODE(ours) == stat.S_IMODE(ordinary)


def test_arrays_survive_and_objects_are_refused(tmp_path):
    np.savez(tmp_path / "good.npz", a=np.arange(3), b=np.eye(2))
    found = read_npz(tmp_path / "good.npz")
    np.testing.assert_array_equal(found["a"], [0, 1, 2])
    np.testing.assert_array_equal(found["b"], np.eye(2))
    np.savez(tmp_path / "objects.npz", a=np.array([{}]))
    with pytest.raises(DataError, match=r"objects\.npz cannot be read"):
        read_npz(tmp_path / "objects.npz")


@settings(max_examples=200)
@given(st.data())
def test_damaged_archives_end_in_our_error(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "damaged.npz"
    np.savez_compressed(path, a=np.arange(30), b=np.zeros((2, 3), np.float32))
    damaged = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(damaged[: data.draw(st.integers(0, len(damaged)))])
    with contextlib.suppress(DataError):
        read_npz(path)


def test_arrays_come_back_as_they_were_written(tmp_path):
    arrays = {"pose": np.arange(6.0).reshape(2, 3), "subject": np.array("Ærtebølge")}
    write_npz(tmp_path / "new" / "walk.npz", **arrays)
    found = read_npz(tmp_path / "new" / "walk.npz")
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
