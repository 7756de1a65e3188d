"""Interrupts (Ctrl-C, SIGTERM, SIGHUP) as something to ask about between two steps of a work."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

# Windows has no SIGHUP; who started us by `nohup` has it ignored.
SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
TORCHRUN_REPEATS_S = 1.0
"""torchrun repeats to its processes, within this time, what the terminal told them already."""

RESCUES: list[Callable[[], object]] = []
"""What a program calls that must end in the middle of a step: it saves what was done before."""


def is_repeated(seconds: float) -> bool:
    """Whether an interrupt that comes so long after the first one is but its echo."""
    return "TORCHELASTIC_RUN_ID" in os.environ and seconds < TORCHRUN_REPEATS_S


@contextmanager
def rescued(rescue: Callable[[], object]) -> Iterator[None]:
    """Call `rescue` where an `OSError` ends the work, as when the reader of its lines has gone."""
    try:
        yield
    except OSError:
        with suppress(OSError):
            rescue()
        raise


@contextmanager
def interrupts_noted(rescue: Callable[[], object]) -> Iterator[list[float]]:
    """The times at which one came, instead of its usual effect; only in the main thread.

    The second one is a `KeyboardInterrupt` at once. `rescue` is what a program calls, from any
    thread, that cannot wait for the end of the step.
    """
    times: list[float] = []
    if threading.current_thread() is not threading.main_thread():
        yield times
        return

    def note(number: int, frame: object) -> None:
        times.append(time.monotonic())
        if len(times) > 1 and not is_repeated(times[-1] - times[0]):
            raise KeyboardInterrupt

    wanted = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, note) for number in wanted}
    RESCUES.append(rescue)
    try:
        yield times
    finally:
        RESCUES.remove(rescue)
        for number, handler in before.items():
            signal.signal(number, handler)
