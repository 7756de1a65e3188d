"""What the command line is to the system: a program with signals, streams and an exit status."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import re
import select
import signal
import socket
import sys
import threading
import time
from typing import Any, NoReturn

PATIENCE_S = 2.0
"""An interrupt is given so long to end the work in an orderly way."""

INTERRUPTED = 130
UNREAD = 141  # of a program that SIGPIPE ends
# Windows has no terminal that hangs up.
_SIGNALS = (signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []))
_told: list[bool] = []
_OPEN: list[socket.socket] = []  # what the C handler writes into, for as long as the process lives


def begin() -> None:
    """Make sure that interrupts end this process, and that it can say what it has to say.

    SIGINT, SIGTERM and SIGHUP are `KeyboardInterrupt`; the process ends `PATIENCE_S` later even if
    it is deep in a library, and at once when a second one comes.
    """
    _open_streams()
    read, write = socket.socketpair()  # no pipe: Windows waits for sockets alone
    write.setblocking(False)
    _OPEN.append(write)
    for number in _SIGNALS:
        if signal.getsignal(number) is signal.SIG_DFL:  # `nohup` has asked to be left alone
            signal.signal(number, signal.default_int_handler)
    sys.unraisablehook = _tell_unless_interrupted
    # Told by the C handler itself, whatever the main thread is in.
    signal.set_wakeup_fd(write.fileno(), warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(read,), daemon=True).start()


def _tell_unless_interrupted(what: Any) -> None:
    """An interrupt that came while Python cleaned up is lost, and no reason for a traceback."""
    if not isinstance(what.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(what)


def _open_streams() -> None:
    """A stream that is closed swallows what it is told, and no file gets its number."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        stream = getattr(sys, name)
        if stream is None:
            # The lowest number that is free is that of the stream.
            stream = open(os.devnull, "r" if number == 0 else "w", encoding="utf-8")  # noqa: SIM115
            setattr(sys, name, stream)
        elif number:  # the other one stays open as `sys.__stdout__`
            setattr(sys, name, Tame(stream))


class Tame(io.TextIOWrapper):
    """A stream on which no name of a file or of an array in it steers the terminal.

    Line ends and colours stay, and what progress bars use: to the beginning of the line, and a line
    up. It waits with what it writes as long as `stream` did, before it and on the same file.
    """

    def __init__(self, stream: io.TextIOWrapper) -> None:
        super().__init__(
            stream.buffer, stream.encoding, "backslashreplace",  # names of files are any bytes
            line_buffering=stream.line_buffering, write_through=stream.write_through,
        )  # fmt: skip

    def write(self, text: str) -> int:
        """Write it, control characters as they are spelled in Python."""
        super().write(_STEERING.sub(lambda found: repr(found[0])[1:-1], text))
        return len(text)


_STEERING = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]|\x1b(?!\[(?:A|[\d;]*m))")


def tell_of_interrupt(more: str = "") -> None:
    """Say it once, whoever comes first: the work that ends, or who ends it."""
    if not _told:
        _told.append(True)
        with contextlib.suppress(OSError):  # the terminal may be what has gone
            os.write(2, f"meshgait: interrupted{more and '; '}{more}\n".encode(errors="replace"))


def end(status: int) -> NoReturn:
    """End without waiting: processes that read data end by themselves."""
    gc.collect()  # what is shared with processes is given back
    with contextlib.suppress(OSError, ValueError):
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    os._exit(status)


def _watch(signals: socket.socket) -> None:
    _await_interrupt(signals, None)
    first = time.monotonic()
    while _await_interrupt(signals, first + PATIENCE_S):
        if not _is_repeated(time.monotonic() - first):
            break
    else:
        rescue = threading.Thread(target=_rescue, daemon=True)
        rescue.start()
        while rescue.is_alive() and not _await_interrupt(signals, time.monotonic() + 0.05):
            pass
    tell_of_interrupt()
    os._exit(INTERRUPTED)


def _await_interrupt(signals: socket.socket, until: float | None) -> bool:
    """Whether one came before that time."""
    while True:
        rest = None if until is None else max(0.0, until - time.monotonic())
        if not select.select([signals], [], [], rest)[0]:
            return False
        if any(number in _SIGNALS for number in signals.recv(1)):  # each for itself
            return True


def _rescue() -> None:
    """Save what a work that cannot end in an orderly way has done so far."""
    interrupts = _of_training()
    for rescue in [] if interrupts is None else list(interrupts.RESCUES):
        rescue()


def _is_repeated(seconds: float) -> bool:
    interrupts = _of_training()
    return interrupts is not None and interrupts.is_repeated(seconds)


def _of_training() -> Any:
    """The module, if a training has loaded it: loading it takes seconds."""
    return sys.modules.get("meshgait.training.interrupts")
