"""The file of a gallery: SQLite, which nobody else may read, and an exact search through it.

A killed process leaves what was there before it or all of what it wrote. Vectors are read in
blocks, so a search takes little memory whatever the size, and how near clips are to each other is
kept, so that a search reads each of them once; `benchmarks/gallery.py` compares engines.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from meshgait.errors import DataError, StorageError
from meshgait.files.regular import require_file
from meshgait.gallery.neighbours import Clips, Near, nearest_to

_FORMAT = 2
_BLOCK = 128  # vectors that are in memory at once: they stay in a processor's cache
_PAGE = 16384  # bytes; a vector of 8,000 numbers takes two
_AGAIN = 256  # clips for which a nearest one is looked for at once
_TABLES = """
create table about (key text primary key, value text not null);
create table clips (
  id integer primary key, name text not null, source text not null, consent text not null,
  added text not null, vector blob not null
);
create index names on clips (name);
create table near (
  id integer primary key, own real not null, other real not null, rival integer
);
"""
_OF = "select id from clips where name = ?"
_NEAR = "insert or replace into near values (?, ?, ?, ?)"


class GalleryFile:
    """Names, vectors of one length, and facts."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, path: Path, about: dict[str, Any]) -> GalleryFile:
        """A new file that its owner alone may read; `DataError` where there is one.

        One whose making was ended before there was anything in it is made anew.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        except OSError as error:
            raise StorageError(f"{path} cannot be written: {error.strerror}") from error
        made = cls(path)
        with made._writing() as connection:
            if not _is_blank(connection):
                raise DataError(f"{path} is there already")
            for statement in _TABLES.split(";"):
                connection.execute(statement)
            rows = {"format": _FORMAT, **about}.items()
            connection.executemany(
                "insert into about values (?, ?)", [(key, json.dumps(v)) for key, v in rows]
            )
        return made

    @classmethod
    def is_blank(cls, path: Path) -> bool:
        """Whether there is no file, or one whose making was ended before there was anything."""
        if not path.exists():
            return True
        require_file(path)
        try:
            with cls(path)._connected() as connection:
                return _is_blank(connection)
        except sqlite3.DatabaseError:
            return False

    @classmethod
    def open(cls, path: Path) -> GalleryFile:
        """Raises `FileNotFoundError` for none, `DataError` for a file of another kind."""
        require_file(path)
        if os.name == "posix" and path.stat().st_mode & 0o077:
            path.chmod(0o600)
        found = cls(path)
        try:
            form = found.about().get("format")
        except sqlite3.DatabaseError as error:
            raise DataError(f"{path} is no gallery: {error}") from error
        if form != _FORMAT:
            raise DataError(f"{path} is a gallery of format {form}, this version reads {_FORMAT}")
        return found

    def about(self) -> dict[str, Any]:
        """Facts by name."""
        with self._connected() as connection:
            rows = connection.execute("select key, value from about").fetchall()
        return {key: json.loads(value) for key, value in rows}

    def add(
        self, name: str, vectors: Float[np.ndarray, "N D"], sources: Sequence[str], consent: str,
        added: str,
    ) -> list[tuple[Near, str | None]]:  # fmt: skip
        """Add clips of somebody, all or none; to whom each is near, and the rival's name."""
        command = "insert into clips (name, source, consent, added, vector) values (?, ?, ?, ?, ?)"
        with self._writing() as connection:
            ids = []
            for vector, source in zip(vectors, sources, strict=True):
                row = (name, source, consent, added, vector.astype("<f4").tobytes())
                ids.append(connection.execute(command, row).lastrowid)
            known = {row[0]: Near(*row) for row in connection.execute("select * from near")}
            some = Clips(np.array(ids), np.array([name] * len(ids)), vectors)
            near = nearest_to(some, self._clips(connection, vectors.shape[1]), known)
            connection.executemany(_NEAR, near)
            new = near[len(near) - len(ids) :]
            who = "select name from clips where id = ?"
            rivals = [connection.execute(who, (each.rival,)).fetchone() for each in new]
        return [(each, row and row[0]) for each, row in zip(new, rivals, strict=True)]

    def remove(self, name: str) -> int:
        """Forget somebody: how many clips there were. What is deleted is overwritten."""
        with self._writing() as connection:
            gone = {row[0] for row in connection.execute(_OF, (name,))}
            rivals = connection.execute("select id, rival from near").fetchall()
            lost = [each for each, rival in rivals if rival in gone and each not in gone]
            connection.executemany("delete from near where id = ?", [(each,) for each in gone])
            count = connection.execute("delete from clips where name = ?", (name,)).rowcount
            for start in range(0, len(lost), _AGAIN):  # whose nearest was of who is forgotten
                some = self._some(connection, lost[start : start + _AGAIN])
                blocks = self._clips(connection, some.vectors.shape[1])
                connection.executemany(_NEAR, nearest_to(some, blocks))
            return count

    def near(self) -> tuple[list[str], Float[np.ndarray, "2 N"]]:
        """Of each clip whose it is, and how near are own other clips and those of others."""
        query = "select name, own, other from clips join near using (id) order by id"
        with self._connected() as connection:
            rows = connection.execute(query).fetchall()
        return [row[0] for row in rows], np.array([row[1:] for row in rows], float).reshape(-1, 2).T

    def rows(self) -> list[tuple[str, str, str, str]]:
        """Name, source, consent and day of each clip, in the order of `blocks`."""
        query = "select name, source, consent, added from clips order by id"
        with self._connected() as connection:
            return connection.execute(query).fetchall()

    def blocks(self, length: int) -> Iterator[Float[np.ndarray, "n D"]]:
        """All vectors, some at a time; `DataError` for one of another length."""
        with self._connected() as connection:
            for clips in self._clips(connection, length):
                yield clips.vectors

    def _clips(self, connection: sqlite3.Connection, length: int) -> Iterator[Clips]:
        cursor = connection.execute("select id, name, vector from clips order by id")
        while rows := cursor.fetchmany(_BLOCK):
            if any(len(row[2]) != 4 * length for row in rows):
                raise DataError(f"{self.path} is damaged: a vector has not {length} numbers")
            yield _clips_of(rows)

    @staticmethod
    def _some(connection: sqlite3.Connection, ids: Sequence[int]) -> Clips:
        query = "select id, name, vector from clips where id = ?"
        return _clips_of([connection.execute(query, (each,)).fetchone() for each in ids])

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=30.0)
        with closing(connection):
            connection.execute("pragma secure_delete = on")  # no trace of who is forgotten
            connection.execute(f"pragma page_size = {_PAGE}")  # of a new file
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """All that is done inside, or nothing of it."""
        with self._connected() as connection:
            try:
                connection.execute("begin immediate")
                yield connection
                connection.execute("commit")
            except sqlite3.OperationalError as error:
                raise StorageError(
                    f"{self.path} cannot be written: {error}; wait for other processes that write "
                    "it, free some space, or see after its permissions"
                ) from error


def _clips_of(rows: Sequence[tuple[int, str, bytes]]) -> Clips:
    ids, names, blobs = zip(*rows, strict=True)
    vectors = np.frombuffer(b"".join(blobs), "<f4").reshape(len(rows), -1)
    return Clips(np.array(ids), np.array(names), vectors)


def _is_blank(connection: sqlite3.Connection) -> bool:
    return not connection.execute("select count(*) from sqlite_master").fetchone()[0]
