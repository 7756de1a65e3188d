import os
import signal
import threading

import pytest

from meshgait.errors import ConfigError
from meshgait.files import lock
from meshgait.files.lock import locked, remove_if_empty


@pytest.fixture(params=["folders are locked", "files are locked"])
def _system(request, monkeypatch):
    if request.param == "files are locked":  # as on Windows
        monkeypatch.setattr(lock, "fcntl", None)


@pytest.mark.usefixtures("_system")
def test_a_folder_is_held_by_one_at_a_time(tmp_path):
    second = locked(tmp_path / "out")
    refused = pytest.raises(ConfigError, match=r"another process is writing into .*out; wait")
    with locked(tmp_path / "out"), refused:
        second.__enter__()
    with locked(tmp_path / "out"):
        pass


@pytest.mark.usefixtures("_system")
def test_who_waits_says_so_and_comes_next(tmp_path, monkeypatch):
    held, told, order = threading.Event(), threading.Event(), []

    def hold():
        with locked(tmp_path):
            held.set()
            told.wait()
            order.append("first")

    def tell(message, stacklevel):
        order.append(message)
        told.set()

    monkeypatch.setattr(lock.warnings, "warn", tell)
    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    with locked(tmp_path, wait=True):
        order.append("second")
    thread.join()
    assert order == [f"waiting for another process that writes into {tmp_path}", "first", "second"]


@pytest.mark.usefixtures("_system")
def test_an_empty_folder_goes_and_another_stays(tmp_path):
    for name in ("empty", "full"):
        with locked(tmp_path / name):
            (tmp_path / "full").mkdir(exist_ok=True)
    (tmp_path / "full" / "mine.txt").touch()
    for name in ("empty", "full"):
        remove_if_empty(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["full"]
    assert (tmp_path / "full" / "mine.txt").exists()


def _hold_and_fork(folder, forked, end):
    with locked(folder):
        if os.fork() == 0:
            os.write(forked, b"x")
        os.read(end, 1)


def test_a_forked_process_does_not_hold_the_folder_longer_than_its_parent(tmp_path):
    (read, forked), (end, until) = os.pipe(), os.pipe()
    parent = os.fork()
    if parent == 0:
        try:
            os.close(until)
            _hold_and_fork(tmp_path, forked, end)
        finally:
            os._exit(0)
    os.read(read, 1)
    with pytest.raises(ConfigError, match="another process"), locked(tmp_path):
        pass
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    with locked(tmp_path):
        os.close(until)
