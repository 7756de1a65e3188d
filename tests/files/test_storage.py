import contextlib
import errno
import io
import os
import resource
import stat
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from meshgait.errors import ConfigError, DataError, StorageError
from meshgait.files.storage import cache_dir, read_npz, write_npz, written_whole
from meshgait.sequence.kind import names_in
from meshgait.weights.checkpoint import save_checkpoint


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


@pytest.fixture
def small_files(request):
    """No file may be larger than a few kB."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def _write(path):
    with written_whole(path) as part:
        part.write_bytes(bytes(30_000))


def _write_arrays(path):
    write_npz(path, a=np.random.default_rng(0).random(9_000))


def _write_checkpoint(path):
    save_checkpoint(path, {"weights": torch.zeros(9_000)})


@pytest.mark.parametrize("write", [_write, _write_arrays, _write_checkpoint])
def test_a_file_that_cannot_grow_leaves_the_old_one_and_a_sentence(tmp_path, small_files, write):
    (tmp_path / "file").write_text("old")
    with pytest.raises(StorageError) as raised:
        write(tmp_path / "file")
    assert str(raised.value) == (
        f"{tmp_path / 'file'} cannot be written: File too large; raise the limit of a file's size "
        "(ulimit -f) [writing]"
    )
    assert (tmp_path / "file").read_text() == "old"
    assert os.listdir(tmp_path) == ["file"]


def test_a_path_through_a_file_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("old")
    with pytest.raises(StorageError, match=r"file/new cannot be written: .*lead through a file"):
        _write(tmp_path / "file" / "new")


def test_what_is_not_about_the_file_is_not_blamed_on_it(tmp_path):
    with pytest.raises(PermissionError), written_whole(tmp_path / "file"):
        raise PermissionError(errno.EACCES, "Permission denied", "/elsewhere/source")
    with pytest.raises(RuntimeError, match="not about files"), written_whole(tmp_path / "file"):
        raise RuntimeError("not about files")


def test_without_a_home_the_way_out_is_named(monkeypatch):
    for name in ("MESHGAIT_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)

    def unknown():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", unknown)
    with pytest.raises(ConfigError, match="set MESHGAIT_CACHE"):
        cache_dir()


def _archive(path, *members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)


def _array(values, **options):
    content = io.BytesIO()
    np.lib.format.write_array(content, values, **options)
    return content.getvalue()


def test_what_lies_beside_the_arrays_of_an_archive_is_no_reason_to_refuse_them(tmp_path):
    kept = ("pose.npy", _array(np.arange(3)))
    others = [("notes.txt", "hello"), ("more/", ""), ("__MACOSX/._pose.npy", "\0\5\x16\7")]
    _archive(tmp_path / "x.npz", *others, kept)
    assert names_in(tmp_path / "x.npz") == ("pose",)
    np.testing.assert_array_equal(read_npz(tmp_path / "x.npz")["pose"], [0, 1, 2])
    _archive(tmp_path / "x.npz", *others)
    with pytest.raises(DataError, match=r"no arrays: the first of its parts is 'notes\.txt'"):
        read_npz(tmp_path / "x.npz")


def test_the_array_that_cannot_be_read_is_named_in_one_line_of_ours(tmp_path):
    deep = "{'descr': " + "[" * 6000 + "]" * 6000 + ", 'fortran_order': False, 'shape': (1,)}\n"
    header = b"\x93NUMPY\1\0" + len(deep).to_bytes(2, "little") + deep.encode()
    _archive(tmp_path / "x.npz", ("good.npy", _array(np.arange(3))), ("bad.npy", header))
    with pytest.raises(DataError) as caught:
        read_npz(tmp_path / "x.npz")
    assert str(caught.value).endswith("x.npz cannot be read as .npz: bad: an array with a header "
                                      "that is none")  # fmt: skip


def test_an_encrypted_part_is_said_to_be_one(tmp_path):
    path = tmp_path / "x.npz"
    _archive(path, ("pose.npy", _array(np.arange(3))))
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match="pose: it is encrypted; unpack"):
        read_npz(path)


def test_a_path_of_here_is_told_of_like_one_from_the_root(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkdir("a.npz")
    for name in ("a.npz", "x" * 300):
        with pytest.raises(StorageError, match=f"^{name} cannot be written: "):
            write_npz(name, x=np.zeros(1))
    assert os.listdir() == ["a.npz"]
