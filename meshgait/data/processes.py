"""Processes that share the work of making data."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext

import loky
import torch

_LOOK_EVERY_S = 0.2


def processes(jobs: int) -> AbstractContextManager[Executor | None]:
    """As many as there are cores and jobs, with one thread each; none for a single one.

    They end soon after the process that started them, however that ends.
    """
    workers = min(len(os.sched_getaffinity(0)), jobs)
    if workers < 2:
        return nullcontext()
    # Spawned, since a forked copy of torch's threads may hang; by loky, so that scripts need no
    # `if __name__ == "__main__"`.
    return loky.ProcessPoolExecutor(
        workers, timeout=None, initializer=_begin, initargs=(os.getpid(),)
    )


def _begin(parent: int) -> None:
    torch.set_num_threads(1)  # many small steps gain nothing from threads
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """A process that was killed cannot tell its workers, and their pipes stay open."""
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY_S)
    os._exit(1)
