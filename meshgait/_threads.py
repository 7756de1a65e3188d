"""Our own threads for the numba kernels.

numba's `prange` and OpenMP end a process that was forked after their first use, as the workers of
a DataLoader are. These threads are forgotten at a fork and started anew when the child needs them.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
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
    turn = itertools.count()

    def work() -> None:
        while (i := next(turn)) < len(todo):
            results[i] = task(todo[i])

    if threads > 1:
        if threads not in _pools:
            _pools.setdefault(threads, ThreadPoolExecutor(threads - 1, "meshgait"))
        pool = _pools[threads]
        helpers = [pool.submit(work) for _ in range(threads - 1)]
    else:
        helpers = []
    work()
    for helper in helpers:
        helper.result()
    return [results[i] for i in range(len(todo))]


def blocks(total: int, *, most: int) -> list[slice]:
    """Cut `total` frames into equal parts of at most `most`, at least one per thread."""
    parts = max(-(-total // most), min(total, torch.get_num_threads()))
    borders = [total * i // max(parts, 1) for i in range(parts + 1)]
    return [slice(a, b) for a, b in itertools.pairwise(borders)]
