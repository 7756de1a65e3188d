"""The program as the system sees it: signals, streams, exit status. Its work is made up here."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from meshgait import cli
from meshgait.cli import _program

ROOT = Path(__file__).parents[2]

# Does not end for an interrupt, as what waits for others in a library does not.
DEAF = """
while True:
    try:
        print("begun", flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        pass
"""


@pytest.fixture
def start():
    """`meshgait` with some work instead of a command, after some preparation."""
    started = []

    def start(work, before="", **options):
        lines = "".join(f"    {line}\n" for line in work.strip().splitlines())
        code = "import sys, time\nfrom meshgait import cli\nfrom meshgait.cli import _program\n"
        code += f"{before}\ndef work(arguments):\n{lines}    return 0\n"
        code += "cli._obey = work\nsys.exit(cli.main())"
        process = subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, start_new_session=True, text=True,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options,
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def begun(process):
    assert process.stdout.readline() == "begun\n"
    return process


# What Windows lacks: pipes that do not block or can be waited for, signals that are held back.
WINDOWS = """
import os, select, signal, socket
del os.set_blocking, signal.pthread_sigmask
usual = select.select
def of_sockets(read, *others):
    assert all(isinstance(each, socket.socket) for each in read)
    return usual(read, *others)
select.select = of_sockets
"""


def test_an_interrupt_is_a_sentence_on_windows_too(start):
    process = begun(start("print('begun', flush=True); time.sleep(60)", WINDOWS))
    process.send_signal(signal.SIGINT)
    assert process.communicate() == ("", "meshgait: interrupted\n")
    assert process.returncode == 130


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_is_a_sentence_and_a_status(start, number):
    process = begun(start("print('begun', flush=True); time.sleep(60)"))
    process.send_signal(number)
    assert process.communicate() == ("", "meshgait: interrupted\n")
    assert process.returncode == 130


def test_a_program_that_is_to_outlive_its_terminal_does(start):
    before = "import signal\nsignal.signal(signal.SIGHUP, signal.SIG_IGN)"
    process = begun(start("print('begun', flush=True); sys.stdin.read(); print('done')", before,
                          stdin=subprocess.PIPE))  # fmt: skip
    process.send_signal(signal.SIGHUP)
    assert process.communicate("") == ("done\n", "")
    assert process.returncode == 0


def test_a_terminal_that_has_gone_is_no_second_failure(start):
    before = "import os\nusual = os.write\n"
    before += "def gone(number, text):\n    raise OSError(5, 'Input/output error')\n"
    process = begun(start("os.write = gone; print('begun', flush=True); time.sleep(60)", before))
    process.send_signal(signal.SIGHUP)
    assert process.communicate()[1] == ""
    assert process.returncode == 130


def test_a_current_folder_that_was_removed_is_a_sentence(tmp_path):
    code = f"import os; os.chdir({str(tmp_path)!r}); os.rmdir({str(tmp_path)!r})"
    code += f"; import sys; sys.path.insert(0, {str(ROOT)!r})"
    code += "; from meshgait.cli import main; sys.exit(main(['info', 'x']))"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert found.stderr == "meshgait: the current folder was removed; go to another one (cd)\n"
    assert found.returncode == 2


@pytest.mark.parametrize("name", ["torch._C", None])
def test_a_package_that_fails_to_load_is_a_sentence(monkeypatch, capsys, name):
    def fail(arguments):
        raise ImportError("libtorch_cpu.so: failed to map segment", name=name)

    monkeypatch.setattr(cli, "_obey", fail)
    assert cli.main(["info", "x"]) == 2
    assert "cannot be loaded here: libtorch_cpu.so: failed to map" in capsys.readouterr().err


def test_a_name_that_our_own_files_lack_is_no_users_doing(monkeypatch):
    def fail(arguments):
        raise ImportError("cannot import name", name="meshgait.body")

    monkeypatch.setattr(cli, "_obey", fail)
    with pytest.raises(ImportError):
        cli.main(["info", "x"])


def test_work_that_does_not_end_is_ended_and_what_it_has_done_is_saved(start, tmp_path):
    before = f"""
_program.PATIENCE_S = 0.1
import types
saved = lambda: open({str(tmp_path / "saved")!r}, "w").close()
sys.modules["meshgait.training.interrupts"] = types.SimpleNamespace(RESCUES=[saved])
"""
    process = begun(start(DEAF, before))
    process.send_signal(signal.SIGINT)
    assert process.communicate()[1] == "meshgait: interrupted\n"
    assert process.returncode == 130
    assert (tmp_path / "saved").exists()


def test_the_second_interrupt_ends_it_at_once(start):
    process = begun(start(DEAF, "_program.PATIENCE_S = 1e6"))
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline()
    process.send_signal(signal.SIGINT)
    assert process.wait() == 130


def test_two_interrupts_that_came_before_anybody_looked_are_two():
    here, there = socket.socketpair()
    with here, there:
        there.send(bytes([signal.SIGINT] * 2))
        found = [_program._await_interrupt(here, 0) for _ in range(3)]
    assert found == [True, True, False]


def test_a_reader_that_goes_is_no_error(start):
    process = start("for i in range(99999): print(i)")
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait() == 141


def test_a_reader_that_is_gone_before_the_end_is_no_error(start):
    process = start(
        "print('begun', flush=True); sys.stdin.readline(); print(1)", stdin=subprocess.PIPE
    )
    begun(process).stdout.close()
    process.stdin.write("\n")
    process.stdin.close()
    assert process.stderr.read() == ""
    assert process.wait() == 141


def test_closed_streams_swallow_what_is_said(start):
    work = (
        "print(1); print(2, file=sys.stderr); print([open(__file__).fileno() for _ in '1'][0] > 2)"
    )
    process = start(
        work.replace("__file__", repr(__file__)), preexec_fn=lambda: os.closerange(0, 3)
    )
    assert process.wait() == 0


def test_output_that_cannot_be_written_is_a_sentence(start):
    with open("/dev/full", "w") as full:
        process = start("print(1)", stdout=full)
        assert "cannot be written: No space left" in process.communicate()[1]
    assert process.returncode == 2


def test_names_of_any_bytes_are_shown(start):
    process = start(r"print('\udcff')")
    assert process.communicate() == ("\\udcff\n", "")
    assert process.returncode == 0


NAME = "walk\x1b[2J\x07\x9b1m.npz"


def test_names_of_files_do_not_steer_the_terminal(start):
    process = start(f"print({NAME!r}); raise cli.MeshgaitError({NAME!r} + ' is none')")
    shown = r"walk\x1b[2J\x07\x9b1m.npz"
    assert process.communicate() == (f"{shown}\n", f"meshgait: {shown} is none\n")


def test_progress_bars_still_move_and_help_has_colours(tmp_path, start):
    said = "10 %\r20 %\x1b[A\x1b[1;34mhelp\x1b[m"
    with (tmp_path / "said").open("wb") as file:
        start(f"print({said!r}, file=sys.stderr)", stderr=file).wait()
    assert (tmp_path / "said").read_bytes() == f"{said}\n".encode()


def test_output_that_is_not_to_wait_does_not(start, monkeypatch):
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    process = start("import os; print('begun'); os.kill(os.getpid(), 9)")
    assert process.communicate()[0] == "begun\n"
