"""The command line: one file for each verb, read only when it is asked for."""

from __future__ import annotations

import ast
import os
import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from meshgait._version import __version__
from meshgait.errors import MeshgaitError, nearest

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
    "represent",
    "view",
    "convert",
    "zoo",
    "info",
    "datasets",
    "doctor",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `meshgait VERB ...`; the exit status.

    Whatever a user can cause ends in one sentence on stderr and status 2; the environment
    variable MESHGAIT_DEBUG shows the traceback instead. `--trust-size` admits files that ask for
    more memory than their size seems to need (see `meshgait.files.limits`).
    """
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if not arguments or arguments[0] in ("-h", "--help"):
        print(_help())
        return 0
    if arguments[0] == "--version":
        print(f"meshgait {__version__}")
        return 0
    from meshgait.files.limits import trusted  # not for --help: it brings numpy and torch

    try:
        trust = "--trust-size" in arguments
        arguments = [word for word in arguments if word != "--trust-size"]
        with warnings.catch_warnings(), trusted(wanted=trust):
            warnings.formatwarning = _format_warning
            import_module(f"meshgait.cli.{_command(arguments[0])}").run(arguments[1:])
    except (MeshgaitError, OSError, MemoryError) as error:
        if os.environ.get("MESHGAIT_DEBUG"):
            raise
        print(f"meshgait: {_sentence(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("meshgait: interrupted", file=sys.stderr)
        return 130
    return 0


def _format_warning(message: Warning | str, *_: object, **__: object) -> str:
    return f"meshgait: {message}\n"


def _command(word: str) -> str:
    if word in COMMANDS:
        return word
    raise MeshgaitError(f"there is no command {word!r}; did you mean {nearest(word, COMMANDS)!r}?")


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, MemoryError):
        return f"out of memory: {error}"
    return str(error)


def _help() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:{width}}  {_purpose(name)}" for name in COMMANDS]
    more = (
        "meshgait VERB --help tells more; with --trust-size any verb reads files that ask for\n"
        "more memory than their size should need."
    )
    return "\n".join(["usage: meshgait VERB ...", "", *lines, "", more])


def _purpose(name: str) -> str:
    """The first line of a verb's file, without importing all that the verb needs."""
    source = Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(source)) or "").split("\n", maxsplit=1)[0]
