import os
import signal
import sqlite3
import stat

import numpy as np
import pytest

from meshgait.errors import DataError, StorageError
from meshgait.gallery import Gallery
from meshgait.gallery.file import GalleryFile
from tests.alone import killed_at_events


def vectors(count, length=8, value=1.0):
    return np.full((count, length), value, np.float32)


@pytest.fixture
def file(tmp_path):
    return GalleryFile.create(tmp_path / "g.db", {"network": "abc"})


def test_only_its_owner_reads_it(file):
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    file.path.chmod(0o644)
    GalleryFile.open(file.path)
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_what_was_added_is_there_in_its_order(file):
    file.add("ann", vectors(2), ["a", "b"], "form", "2026-01-01")
    file.add("bob", vectors(1, value=2.0), ["c"], "form", "2026-01-02")
    assert [row[:2] for row in file.rows()] == [("ann", "a"), ("ann", "b"), ("bob", "c")]
    np.testing.assert_array_equal(np.concatenate(list(file.blocks(8)))[:, 0], [1, 1, 2])
    assert GalleryFile.open(file.path).about()["network"] == "abc"


def test_who_is_forgotten_leaves_no_trace_in_the_file(file):
    file.add("somebody-special", vectors(3, 64), ["walk-of-somebody"] * 3, "form", "2026-01-01")
    assert b"somebody-special" in file.path.read_bytes()
    assert file.remove("somebody-special") == 3
    assert file.remove("somebody-special") == 0
    assert b"somebody-special" not in file.path.read_bytes()


def test_a_failure_in_the_middle_leaves_what_was_there(file, monkeypatch):
    file.add("ann", vectors(1), ["a"], "form", "2026-01-01")
    with pytest.raises(ValueError, match="shorter"):
        file.add("bob", vectors(2), ["b"], "form", "2026-01-01")
    assert [row[0] for row in file.rows()] == ["ann"]


def test_another_process_that_writes_is_waited_for_and_then_told_of(file, monkeypatch):
    holder = sqlite3.connect(file.path, isolation_level=None)
    holder.execute("begin immediate")
    plain = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: plain(*a, **{**k, "timeout": 0.01}))
    with pytest.raises(StorageError, match="cannot be written: database is locked"):
        file.remove("ann")
    holder.close()


@pytest.mark.parametrize("content", [b"text\n" * 300, b"", b"SQLite format 3\x00" + bytes(200)])
def test_files_of_another_kind_are_one_sentence(content, tmp_path):
    path = tmp_path / "g.db"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"g.db is no gallery"):
        GalleryFile.open(path)


def test_a_vector_of_another_length_is_damage(file):
    file.add("ann", vectors(1), ["a"], "form", "2026-01-01")
    with pytest.raises(DataError, match="not 9 numbers"):
        list(file.blocks(9))
    with pytest.raises(DataError, match="is there already"):
        GalleryFile.create(file.path, {})


def test_a_process_that_is_killed_while_it_adds_leaves_what_was_there(file):
    file.add("ann", vectors(1), ["a"], "form", "2026-01-01")
    child = os.fork()
    if child == 0:
        try:
            with file._writing() as connection:
                connection.execute("delete from clips")
                connection.execute("insert into about values ('half', '1')")
                os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    assert [row[0] for row in file.rows()] == ["ann"]
    assert "half" not in file.about()
    file.add("bob", vectors(1), ["b"], "form", "2026-01-01")
    assert len(GalleryFile.open(file.path).rows()) == 2


@pytest.mark.slow
def test_killed_at_10_moments_while_enrolling_nobody_is_lost_or_there_by_half(tmp_path):
    found = killed_at_events("enrol", 10, tmp_path)
    assert found["events"] > 30
    assert found["killed"] == 10
    assert found["different"] == []


@pytest.mark.parametrize("ended", ["before anything", "in the middle"])
def test_a_gallery_whose_making_was_ended_is_made_anew(ended, tmp_path):
    path = tmp_path / "g.db"
    path.touch(0o600)
    if ended == "in the middle":
        child = os.fork()
        if child == 0:
            try:
                with GalleryFile(path)._writing() as connection:
                    connection.execute("create table about (key text, value text)")
                    os.kill(os.getpid(), signal.SIGKILL)
            finally:
                os._exit(1)
        os.waitpid(child, 0)
    assert Gallery.open(path, "network", (4, 16), create=True).people() == []
    with pytest.raises(DataError, match="is there already"):
        GalleryFile.create(path, {})
