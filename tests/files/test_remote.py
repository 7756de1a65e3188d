import functools
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import fsspec
import numpy as np
import pytest

from meshgait.data import Store, write_store
from meshgait.data.recorded import Recorded
from meshgait.errors import DataError, DependencyError
from meshgait.files.remote import fetched, url_of
from meshgait.sequence import GaitSequence


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MESHGAIT_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def storage():
    """Object storage in memory."""
    files = fsspec.filesystem("memory")
    files.store.clear()
    yield files
    files.store.clear()


def clip(subject, seed):
    images = np.random.default_rng(seed).integers(0, 2, (3, 8, 8)).astype(np.uint8) * 255
    return GaitSequence(subject, "nm", "0", {"silhouette": images})


def make(folder, seed=0, name="first"):
    """A store for each split, of two shards."""
    for split, people in (("train", "ab"), ("test", "cd")):
        shards = [lambda p=p: [clip(p, seed)] for p in people]
        write_store(folder / split, shards, fingerprint=name)


def put(files, folder, url="/bucket/gait"):
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            files.pipe_file(f"{url}/{path.relative_to(folder).as_posix()}", path.read_bytes())


def same(found, folder):
    whole = Store(folder)
    assert found.records == whole.records
    for one, other in zip(found, whole, strict=True):
        np.testing.assert_array_equal(one.frames["silhouette"], other.frames["silhouette"])


def test_a_store_on_object_storage_is_the_store(storage, tmp_path):
    make(tmp_path / "own")
    put(storage, tmp_path / "own")
    for address in ("memory://bucket/gait", Path("memory://bucket/gait")):
        for split in ("train", "test"):
            same(Recorded(address, split), tmp_path / "own" / split)


def test_what_has_been_fetched_is_not_fetched_again_until_it_is_another(
    storage, tmp_path, monkeypatch
):
    make(tmp_path / "own")
    put(storage, tmp_path / "own")
    calls, get = [], type(storage).get_file

    def counted(files, where, *more, **named):
        calls.append(where)
        return get(files, where, *more, **named)

    monkeypatch.setattr(type(storage), "get_file", counted)
    url = "memory://bucket/gait"
    fetched(url)
    first = len(calls)
    assert first == 8  # an index and an array for each of four shards
    fetched(url)
    assert len(calls) == first
    make(tmp_path / "new", seed=1, name="second")
    put(storage, tmp_path / "new")
    same(Recorded(url, "train"), tmp_path / "new" / "train")
    assert len(calls) == 2 * first


def test_a_copy_that_was_cut_short_is_completed(storage, tmp_path, monkeypatch):
    make(tmp_path / "own")
    put(storage, tmp_path / "own")
    get, calls = type(storage).get_file, []

    def broken(files, *row, **named):
        calls.append(row)
        if len(calls) == 3:
            raise ConnectionResetError("the line is down")
        return get(files, *row, **named)

    url = "memory://bucket/gait"
    with monkeypatch.context() as patch:
        patch.setattr(type(storage), "get_file", broken)
        with pytest.raises(
            DataError, match="memory://bucket/gait cannot be read: the line is down"
        ):
            fetched(url)
    copies = list((tmp_path / "cache").rglob("store.json"))
    assert not copies
    same(Recorded(url, "test"), tmp_path / "own" / "test")


def test_a_store_is_read_over_http(tmp_path):
    make(tmp_path / "own")
    handler = functools.partial(_Quiet, directory=tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found = Recorded(f"http://127.0.0.1:{server.server_port}/own", "train")
        server.shutdown()
    same(found, tmp_path / "own" / "train")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def test_names_that_are_not_of_a_store_are_left_where_they_are(storage, tmp_path):
    make(tmp_path / "own")
    put(storage, tmp_path / "own")
    storage.pipe_file("/bucket/gait/train/notes.txt", b"x")
    storage.pipe_file("/bucket/gait/train/deep/00000.json", b"{}")
    copy = fetched("memory://bucket/gait")
    assert not list(copy.rglob("notes.txt"))
    assert not list(copy.rglob("deep"))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("memory://nowhere/x", "holds no store|cannot be read"),
        ("nonsense://x/y", "cannot be read: Protocol not known: nonsense"),
    ],
)
@pytest.mark.usefixtures("storage")
def test_what_is_no_store_is_told_in_a_sentence(url, reason):
    with pytest.raises(DataError, match=reason):
        fetched(url)


def test_what_speaks_to_the_storage_is_named_where_it_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(DependencyError, match=r"s3://bucket/x cannot be read: .*s3fs"):
        fetched("s3://bucket/x")


def test_paths_of_this_machine_are_no_addresses(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s3:" / "bucket").mkdir(parents=True)
    assert url_of("s3:/bucket") is None
    assert url_of("C:/data") is None
    assert url_of("/data/x") is None
    assert url_of(Path("gs://bucket/x")) == "gs://bucket/x"
