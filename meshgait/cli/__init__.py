"""The command line: one file for each verb, read only when it is asked for."""

from __future__ import annotations

import ast
import os
import sys
import warnings
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from pathlib import Path

from meshgait._version import __version__
from meshgait.cli import _program
from meshgait.errors import MeshgaitError, nearest, reason, sentence

COMMANDS = (
    "demo",
    "synth",
    "prepare",
    "train",
    "embed",
    "evaluate",
    "experiment",
    "benchmark",
    "explain",
    "fit",
    "gait",
    "represent",
    "view",
    "app",
    "video",
    "enrol",
    "identify",
    "forget",
    "gallery",
    "convert",
    "zoo",
    "info",
    "datasets",
    "doctor",
    "completion",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `meshgait VERB ...`; the exit status.

    Whatever a user can cause ends in one sentence on stderr and status 2; the environment
    variable MESHGAIT_DEBUG shows the traceback instead. A verb that did a part of its work alone
    says so and is status 1. An interrupt is status 130, a reader of the output that has gone is 141
    and silent. `--trust-size` admits files that ask for more memory than their size seems to need
    (see `meshgait.files.limits`). Without `arguments` this is the program itself: it takes those of
    the command line and ends soon when it is interrupted.
    """
    if arguments is not None:
        return _run(list(arguments))
    _program.begin()
    status = _run(sys.argv[1:])
    return status if status in (0, 1, 2) else _program.end(status)


def _run(arguments: list[str]) -> int:
    try:
        with warnings.catch_warnings():
            warnings.formatwarning = _format_warning
            try:
                status = _obey(arguments)
            except SystemExit:
                sys.stdout.flush()
                raise
            sys.stdout.flush()  # now, while a failure can be told
    except KeyboardInterrupt as error:
        sys.stderr.flush()
        _program.tell_of_interrupt(str(error))
        return _program.INTERRUPTED
    except BrokenPipeError:
        return _program.UNREAD
    except (MeshgaitError, OSError, MemoryError, ImportError) as error:
        if os.environ.get("MESHGAIT_DEBUG") or _is_ours(error):
            raise
        print(f"meshgait: {_sentence(error)}", file=sys.stderr)
        return 2
    return status


def _is_ours(error: Exception) -> bool:
    """Whether a name is missing in our own files, which is no user's doing."""
    if isinstance(error, MeshgaitError) or not isinstance(error, ImportError):
        return False
    return (error.name or "").partition(".")[0] == "meshgait"


def _obey(arguments: list[str]) -> int:
    if arguments[:1] == ["help"]:
        arguments = [*arguments[1:2], "--help"]
    if not arguments or arguments[0] in ("-h", "--help"):
        print(_help())
    elif arguments[0] == "--version":
        print(f"meshgait {__version__}")
    else:
        _require_folder()
        rest = [word for word in arguments[1:] if word != "--trust-size"]
        command = _command(arguments[0])
        with _trusted() if "--trust-size" in arguments else nullcontext():
            return import_module(f"meshgait.cli.{command}").run(rest) or 0
    return 0


def _require_folder() -> None:
    """Libraries end the process without a word of sense where the current folder was removed."""
    try:
        os.getcwd()
    except FileNotFoundError as error:
        raise MeshgaitError("the current folder was removed; go to another one (cd)") from error


def _trusted() -> AbstractContextManager[None]:
    from meshgait.files.limits import trusted  # brings numpy and torch

    return trusted()


def _format_warning(message: Warning | str, *_: object, **__: object) -> str:
    return f"meshgait: {message}\n"


def _command(word: str) -> str:
    if word in COMMANDS:
        return word
    raise MeshgaitError(f"there is no command {word!r}; did you mean {nearest(word, COMMANDS)!r}?")


def _sentence(error: Exception) -> str:
    if isinstance(error, ImportError) and not isinstance(error, MeshgaitError):
        return (
            f"a package cannot be loaded here: {reason(error)}; install it anew, or give this "
            "process more memory"
        )
    if isinstance(error, OSError) and error.strerror and not error.filename:
        return f"what this says cannot be written: {error.strerror}; send it somewhere else"
    return sentence(error)


def _help() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:{width}}  {purpose_of(name)}" for name in COMMANDS]
    more = (
        "meshgait VERB --help tells more; with --trust-size any verb reads files that ask for\n"
        "more memory than their size should need. A word in brackets that ends an error, as\n"
        '[body], is explained on the page "Reading the errors" (docs/reference/errors.md).'
    )
    return "\n".join(["usage: meshgait VERB ...", "", *lines, "", more])


def purpose_of(name: str) -> str:
    """The first line of a verb's file, without importing all that the verb needs."""
    source = Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(source)) or "").split("\n", maxsplit=1)[0]
