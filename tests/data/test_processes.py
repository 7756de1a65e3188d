import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import loky
import pytest

from meshgait.data import processes as module
from meshgait.data.processes import ReadAhead, as_done, in_turn, interrupts_held_back, processes
from meshgait.errors import DataError, MeshgaitError

ROOT = Path(__file__).parents[2]

# A pool whose workers have a bar, say who they are and sleep.
AT_WORK = """
import os, sys, time
import loky
from tqdm import tqdm
from meshgait.data.processes import in_turn, processes
loky.cpu_count = lambda: 2
def work(number):
    tqdm(disable=True)
    print("pid", os.getpid(), flush=True)
    time.sleep(600)
with processes(2) as pool:
    list(in_turn(pool, work, range(6)))
"""


@pytest.fixture(autouse=True)
def _two_processors(monkeypatch):
    monkeypatch.setattr(loky, "cpu_count", lambda: 2)


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_processes_end_with_the_one_they_work_for(number):
    process = subprocess.Popen(
        [sys.executable, "-c", AT_WORK], cwd=ROOT, start_new_session=True, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    workers = [int(process.stdout.readline().split()[1]) for _ in range(2)]
    assert all(map(is_alive, workers))
    process.send_signal(number)
    # The pipe ends when the last of them has ended.
    error = process.communicate(timeout=60)[1]
    assert not any(map(is_alive, workers))
    assert ("KeyboardInterrupt" in error) == (number == signal.SIGINT)
    assert "InvalidState" not in error
    assert "Failed to kill" not in error
    assert number != signal.SIGINT or "leaked semaphore" not in error


def test_a_process_that_is_killed_is_told_of_in_a_sentence():
    with pytest.raises(MeshgaitError, match="has ended before its time"), processes(2) as pool:
        list(in_turn(pool, os._exit, [3]))


def test_in_turn_is_map_and_an_error_of_one_ends_the_others_at_once():
    assert list(in_turn(None, divmod, [7, 9], [2, 2])) == [(3, 1), (4, 1)]
    found = []

    def share():
        with processes(2) as pool:
            found.extend(in_turn(pool, divmod, [7, 9], [2, 2]))
            list(in_turn(pool, eval, ["1 / 0", "__import__('time').sleep(600)"]))

    with pytest.raises(ZeroDivisionError):
        share()
    assert found == [(3, 1), (4, 1)]


def test_interrupts_come_after_they_were_held_back():
    held = []

    def interrupted():
        with interrupts_held_back():
            signal.raise_signal(signal.SIGINT)
            held.extend(signal.sigpending())

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert held == [signal.SIGINT]


def test_without_signals_that_can_be_held_back_readers_ignore_them(monkeypatch):
    monkeypatch.setattr(module, "signal", SimpleNamespace(**{
        name: value for name, value in vars(signal).items() if name != "pthread_sigmask"
    }))  # fmt: skip
    assert list(ReadAhead(Handlers(), workers=1)) == [signal.SIG_IGN]


class Handlers:
    """Data that says what a process that reads it does with Ctrl-C."""

    def __len__(self):
        return 1

    def __getitem__(self, index):
        return signal.getsignal(signal.SIGINT)


class Bad:
    """Data whose entry 1 cannot be read."""

    def __len__(self):
        return 2

    def __getitem__(self, index):
        if index:
            raise DataError("a.npz is damaged: throw it away")
        return index


class Killed(Bad):
    def __getitem__(self, index):
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("workers", [0, 1])
def test_an_error_of_a_reader_is_the_sentence_it_was(workers):
    with pytest.raises(DataError) as raised:
        list(ReadAhead(Bad(), workers))
    assert str(raised.value) == "a.npz is damaged: throw it away"


def test_a_reader_that_is_killed_is_told_of_in_a_sentence():
    with pytest.raises(MeshgaitError, match="has ended before its time"):
        list(ReadAhead(Killed(), 1))


def test_entries_come_in_the_order_asked_for():
    reader = ReadAhead([10, 11, 12], 1, range(1, 3))
    assert len(reader) == 2
    assert list(reader) == [11, 12]


def test_results_come_as_they_are_done_and_an_error_is_what_it_was():
    first = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        done = as_done(pool, lambda wait: wait and first.wait(), [True, False])
        assert next(done) is False
        first.set()
        assert list(done) == [True]
        with pytest.raises(ZeroDivisionError):
            list(as_done(pool, divmod, [7], [0]))
    assert list(as_done(None, divmod, [7, 9], [2, 2])) == [(3, 1), (4, 1)]
