"""Print what makes a shell complete commands and options: completion bash | zsh | fish."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from jsonargparse import ArgumentParser

from meshgait._optional import require
from meshgait.cli._explanations import explain
from meshgait.cli._parsing import make_parser, parse, parser_of

Shell = Literal["bash", "zsh", "fish"]
# Words after the verb that have options of their own; a network has those of its settings, too.
_FIRST: dict[str, tuple[str, ...]] = {"train": ("SLN",)}


def run(arguments: Sequence[str]) -> None:
    """Print the script for a shell; what the examples say puts it in its place."""
    parser = make_parser("completion", __doc__)
    parser.add_argument("shell", type=Shell, help="the shell that shall complete")
    chosen = parse(parser, arguments)
    shtab = require("shtab")
    print(shtab.complete(_whole(shtab), shell=chosen.shell))


def _whole(shtab: Any) -> argparse.ArgumentParser:
    """The whole command line as one plain parser."""
    from meshgait.cli import COMMANDS, purpose_of

    whole = argparse.ArgumentParser(prog="meshgait")
    verbs = whole.add_subparsers()
    for verb in COMMANDS:
        module = import_module(f"meshgait.cli.{verb}")
        explained = parser_of(module.run, [*_FIRST.get(verb, ()), "--help"])
        explain(explained, verb)  # type: ignore[arg-type]
        part = verbs.add_parser(verb, help=purpose_of(verb).replace("%", "%%"), add_help=False)
        _copy(explained, part, shtab, _words_after(verb))
    return whole


def _words_after(verb: str) -> Sequence[str]:
    """What may follow a verb at once, where that is one of a few words."""
    from meshgait.cli.zoo import ACTIONS
    from meshgait.data.layouts import ALL_LAYOUTS
    from meshgait.models import networks

    layouts = ALL_LAYOUTS.names()
    known = {"zoo": ACTIONS, "train": list(networks()), "datasets": layouts, "prepare": layouts}
    return known.get(verb, ())


def _copy(
    parser: ArgumentParser, part: argparse.ArgumentParser, shtab: Any, words: Sequence[str]
) -> None:
    placed = [action for action in parser._actions if not action.option_strings]
    if words and not placed:  # a word that the verb reads by itself
        part.add_argument("word", nargs="?", choices=words)
    for number, action in enumerate(placed):
        known = words if number == 0 and words else _choices(_kind(action))
        added = part.add_argument(action.dest, nargs=action.nargs, choices=known or None)
        if not known:
            added.complete = shtab.FILE  # type: ignore[attr-defined]
    for action in parser._actions:
        if not action.option_strings:
            continue
        flag = {"action": "store_true"} if action.nargs == 0 else {}
        help_ = (action.help or "").split(";")[0]
        added = part.add_argument(*action.option_strings, dest=action.dest, help=help_, **flag)  # type: ignore[arg-type]
        kind = _kind(action)
        choices = _choices(kind)
        if choices:
            added.choices = choices
        elif "Path" in str(kind) or kind is Path:
            added.complete = shtab.FILE  # type: ignore[attr-defined]


def _kind(action: argparse.Action) -> Any:
    return getattr(action, "_typehint", None) or action.type


def _choices(kind: Any) -> list[str]:
    """The words that a type admits, where it admits nothing else but None."""
    if get_origin(kind) is Literal:
        return [str(word) for word in get_args(kind)]
    return [
        word for part in get_args(kind) if get_origin(part) is Literal for word in get_args(part)
    ]
