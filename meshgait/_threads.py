"""Our own threads for the numba kernels.

numba's `prange` and OpenMP end a process that was forked after their first use, as the workers of
a DataLoader are. These threads are forgotten at a fork and started anew when the child needs them.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

import torch

Item = TypeVar("Item")
Result = TypeVar("Result")

_pools: dict[int, ThreadPoolExecutor] = {}
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pools.clear)


def in_parallel(task: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """`[task(item) for item in items]` on `torch.get_num_threads()` threads, this one included.

    >>> in_parallel(abs, [1, -2, 3])
    [1, 2, 3]
    """
    todo = list(items)
    if len(todo) == 1:
        return [task(todo[0])]
    threads = min(torch.get_num_threads(), len(todo))
    results: dict[int, Result] = {}
    turn, failed = itertools.count(), threading.Event()

    def work() -> None:
        try:
            while not failed.is_set() and (i := next(turn)) < len(todo):
                results[i] = task(todo[i])
        except BaseException:
            failed.set()  # the others end with what they have in hand
            raise

    if threads > 1:
        if threads not in _pools:
            _pools.setdefault(threads, ThreadPoolExecutor(threads - 1, "meshgait"))
        pool = _pools[threads]
        helpers = [pool.submit(work) for _ in range(threads - 1)]
    else:
        helpers = []
    try:
        work()
        for helper in helpers:
            helper.result()
    except BaseException:
        failed.set()
        wait(helpers)
        raise
    return [results[i] for i in range(len(todo))]


def each_alone(task: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """As `in_parallel`, for tasks of many small steps of torch on the CPU.

    Each task has one thread, so that none waits for another at every step. A single one has all.
    """
    todo, threads = list(items), torch.get_num_threads()

    def alone(item: Item) -> Result:
        torch.set_num_threads(1)  # of the thread that calls it
        return task(item)

    try:
        return in_parallel(task if len(todo) == 1 else alone, todo)
    finally:
        torch.set_num_threads(threads)


def blocks(total: int, *, most: int) -> list[slice]:
    """Cut `total` frames into equal parts of at most `most`, at least one per thread."""
    parts = max(-(-total // most), min(total, torch.get_num_threads()))
    borders = [total * i // max(parts, 1) for i in range(parts + 1)]
    return [slice(a, b) for a, b in itertools.pairwise(borders)]
