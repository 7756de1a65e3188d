"""Interrupts (Ctrl-C, SIGTERM) as something to ask about between two steps of a long work."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_PATIENCE_S = 1.0


@contextmanager
def interrupts_noted() -> Iterator[list[float]]:
    """The times at which one came, instead of its usual effect; only in the main thread.

    One that comes a second or more after the first is a `KeyboardInterrupt` at once. One that
    comes earlier is not: torchrun repeats to its processes what the terminal told them already.
    """
    times: list[float] = []
    if threading.current_thread() is not threading.main_thread():
        yield times
        return

    def note(number: int, frame: object) -> None:
        times.append(time.monotonic())
        if times[-1] - times[0] >= _PATIENCE_S:
            raise KeyboardInterrupt

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield times
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def leave_interrupts_to_main_process(worker: int) -> None:
    """Start a worker of a `DataLoader` so that Ctrl-C, which reaches it too, does not end it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
