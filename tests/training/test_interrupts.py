import signal
import threading

import pytest

from meshgait.training import interrupts
from meshgait.training.interrupts import interrupts_noted, leave_interrupts_to_main_process


@pytest.fixture
def clock(monkeypatch):
    """Set `clock[0]` to tell the time."""
    now = [100.0]
    monkeypatch.setattr(interrupts.time, "monotonic", lambda: now[0])
    return now


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_is_noted_and_an_impatient_one_interrupts(clock, number):
    with interrupts_noted() as noted:
        assert not noted
        signal.raise_signal(number)
        clock[0] += 0.9
        signal.raise_signal(number)
        assert noted == [100.0, 100.9]
        clock[0] += 0.1
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)


def test_the_usual_effect_comes_back_after_an_error_too():
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with pytest.raises(ZeroDivisionError), interrupts_noted():
        raise ZeroDivisionError
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_other_threads_note_nothing_and_change_nothing():
    found = []

    def work():
        before = signal.getsignal(signal.SIGINT)
        with interrupts_noted() as noted:
            found.append((list(noted), signal.getsignal(signal.SIGINT) is before))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [([], True)]


def test_a_worker_lives_on():
    before = signal.getsignal(signal.SIGINT)
    try:
        leave_interrupts_to_main_process(0)
        signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
