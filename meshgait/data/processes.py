"""Processes that share the work of making or reading data, and end with the one they work for."""

from __future__ import annotations

import os
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sized
from concurrent.futures import Executor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NoReturn, TypeVar

import torch
from torch.utils.data import DataLoader
from tqdm import tqdm

from meshgait.data.cluster import cluster
from meshgait.errors import ConfigError, MeshgaitError

Result = TypeVar("Result")

_LOOK_EVERY_S = 0.2
_SHARED_BY: ContextVar[int | str | None] = ContextVar("shared_by", default=None)


@contextmanager
def shared_by(workers: int | None = None, cluster: str | None = None) -> Iterator[None]:
    """Data that is made meanwhile is made by so many processes, or by a Dask cluster.

    `cluster` is the address of its scheduler, as tcp://host:8786; all its machines see the same
    files. The result is the same to the last byte. Raises `ConfigError` for both or for no process.

    >>> with shared_by(workers=1), processes(jobs=100) as pool:
    ...     pool is None
    True
    """
    if workers is not None and cluster is not None:
        raise ConfigError("workers are those of this machine, a cluster has its own: give one")
    if workers is not None and workers < 1:
        raise ConfigError(f"the work needs 1 worker or more, not {workers}")
    token = _SHARED_BY.set(cluster if workers is None else workers)
    try:
        yield
    finally:
        _SHARED_BY.reset(token)


@contextmanager
def processes(jobs: int) -> Iterator[Executor | None]:
    """As many as there are cores and jobs, with one thread each; none for a single one.

    Cores are those that this process may use: a container or `LOKY_MAX_CPU_COUNT` may allow fewer,
    and `shared_by` asks for another number, or for a cluster. They end soon after the process that
    started them, however that ends, and at once when the work fails or is interrupted; a cluster's
    go on with what they have in hand.
    """
    import loky

    chosen = _SHARED_BY.get()
    if isinstance(chosen, str):
        with cluster(chosen) as machines:
            yield machines
        return
    workers = min(chosen or loky.cpu_count(), jobs)
    if workers < 2:
        yield None
        return
    # Spawned, since a forked copy of torch's threads may hang; by loky, so that scripts need no
    # `if __name__ == "__main__"`.
    with warnings.catch_warnings():
        # The meshes of one long clip are no leak; and loky kills without psutil and pgrep, too.
        warnings.filterwarnings("ignore", "A worker (stopped|was restarted)|Failed to kill")
        pool = None
        try:
            with interrupts_held_back():
                pool = loky.ProcessPoolExecutor(
                    workers, timeout=None, initializer=_begin, initargs=(os.getpid(),)
                )
                pool.submit(os.getpid)  # the first job starts them all
            yield pool
        except BaseException as error:
            if pool is not None:
                pool.shutdown(wait=True, kill_workers=True)
            if isinstance(error, BrokenProcessPool):
                _tell_of_an_ended_process(error)
            raise
        pool.shutdown(wait=True)


def in_turn(
    pool: Executor | None, function: Callable[..., Result], *columns: Iterable[Any]
) -> Iterator[Result]:
    """As `map`, by the processes of `pool`, if there is one.

    Unlike `pool.map` it does not cancel what is left after an error, which a pool that is ended at
    once would complain of.
    """
    if pool is None:
        return map(function, *columns)
    futures = [pool.submit(function, *row) for row in zip(*columns, strict=True)]
    return (future.result() for future in futures)


def as_done(
    pool: Executor | None, function: Callable[..., Result], *columns: Iterable[Any]
) -> Iterator[Result]:
    """As `in_turn`, each result as soon as it is there."""
    if pool is None:
        return map(function, *columns)
    futures = [pool.submit(function, *row) for row in zip(*columns, strict=True)]
    return (future.result() for future in as_completed(futures))


@contextmanager
def one_thread() -> Iterator[None]:
    """Meanwhile this process works with one thread, as all do that share the work of others.

    >>> with one_thread():
    ...     torch.get_num_threads()
    1
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def interrupts_held_back() -> Iterator[None]:
    """Processes that are started meanwhile never see Ctrl-C, which a terminal sends to all.

    This one sees it afterwards. On Windows, which holds nothing back, they ignore it themselves.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class ReadAhead:
    """The entries of `data` (at the indices in `order`), read by so many processes.

    An error of theirs is raised as it was, without the traceback that torch writes into it.
    """

    def __init__(self, data: Any, workers: int, order: Sized | None = None) -> None:
        self._loader: DataLoader[Any] = DataLoader(
            data, batch_size=None, sampler=order,  # type: ignore[arg-type]
            num_workers=workers, worker_init_fn=_begin_reader,
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self._loader)

    def __iter__(self) -> Iterator[Any]:
        try:
            with interrupts_held_back():
                entries = iter(self._loader)
            yield from entries
        except MeshgaitError as error:
            *_, sentence = str(error).rsplit(f"{type(error).__name__}: ", maxsplit=1)
            raise type(error)(sentence.strip()) from error
        except RuntimeError as error:
            if not str(error).startswith("DataLoader worker"):
                raise
            _tell_of_an_ended_process(error)


def _tell_of_an_ended_process(error: Exception) -> NoReturn:
    raise MeshgaitError(
        "a process that shared the work has ended before its time, perhaps for want of memory, or "
        "of open files (ulimit -n); what is finished is kept: go on with fewer processes",
        code="ended-process",
    ) from error


def _begin_reader(worker: int) -> None:
    _end_with(os.getppid())


def _begin(parent: int) -> None:
    torch.set_num_threads(1)  # many small steps gain nothing from threads
    # A bar's usual lock is a semaphore, which a process that is ended at once leaves behind.
    tqdm.set_lock(threading.RLock())
    _end_with(parent)


def _end_with(parent: int) -> None:
    """A process that was killed cannot tell its workers, and their pipes stay open."""
    if not hasattr(signal, "pthread_sigmask"):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY_S)
    os._exit(1)
