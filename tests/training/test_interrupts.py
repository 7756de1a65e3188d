import signal
import threading

import pytest

from meshgait.training import interrupts
from meshgait.training.interrupts import interrupts_noted


@pytest.fixture
def clock(monkeypatch):
    """Set `clock[0]` to tell the time."""
    now = [100.0]
    monkeypatch.setattr(interrupts.time, "monotonic", lambda: now[0])
    return now


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_interrupt_is_noted_and_the_second_interrupts(clock, number):
    with interrupts_noted(print) as noted:
        assert not noted
        signal.raise_signal(number)
        assert noted == [100.0]
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)


def test_what_torchrun_repeats_at_once_is_no_second_interrupt(clock, monkeypatch):
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "run")
    with interrupts_noted(print) as noted:
        signal.raise_signal(signal.SIGINT)
        clock[0] += 0.9
        signal.raise_signal(signal.SIGTERM)
        assert noted == [100.0, 100.9]
        clock[0] += 0.1
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_a_program_can_save_what_is_done_while_interrupts_are_noted():
    with interrupts_noted(print):
        assert [print] == interrupts.RESCUES
    assert interrupts.RESCUES == []


def test_the_usual_effect_comes_back_after_an_error_too():
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with pytest.raises(ZeroDivisionError), interrupts_noted(print):
        raise ZeroDivisionError
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_other_threads_note_nothing_and_change_nothing():
    found = []

    def work():
        before = signal.getsignal(signal.SIGINT)
        with interrupts_noted(print) as noted:
            found.append((list(noted), signal.getsignal(signal.SIGINT) is before))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [([], True)]


def test_a_signal_that_is_ignored_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interrupts_noted(lambda: None) as times:
            signal.raise_signal(signal.SIGHUP)
        assert times == []
    finally:
        signal.signal(signal.SIGHUP, before)
