"""How verbs read their arguments: flags and YAML made from dataclasses by jsonargparse."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from jsonargparse import ArgumentError, ArgumentParser, Namespace

from meshgait.errors import ConfigError


def make_parser(verb: str, purpose: str | None, **options: Any) -> ArgumentParser:
    """A parser that raises its errors instead of leaving the program."""
    return ArgumentParser(
        prog=f"meshgait {verb}",
        description=purpose,
        exit_on_error=False,
        allow_abbrev=False,
        **options,
    )


def parse(parser: ArgumentParser, arguments: Sequence[str]) -> Namespace:
    """The arguments, every dataclass among them made; `ConfigError` names the nearest key."""
    try:
        return parser.instantiate(parser.parse_args(list(arguments)))
    except ArgumentError as error:
        text = " ".join(str(error).split())
        raise ConfigError(f"{text}{_suggestion(text, parser)}") from error


def _suggestion(text: str, parser: ArgumentParser) -> str:
    """The key nearest to the first word of the message that is none."""
    known = list(parser.get_defaults().keys(branches=True))
    by_last_part = {key.rsplit(".", maxsplit=1)[-1]: key for key in reversed(known)}
    for found in re.findall(r"--([\w.]+)|['\"]([\w.]+)['\"]", text):
        word = next(filter(None, found))
        if word in known:
            continue
        last = word.rsplit(".", maxsplit=1)[-1]
        near = get_close_matches(word, known, n=1) or [
            by_last_part[part] for part in get_close_matches(last, by_last_part, n=1)
        ]
        return f"; did you mean {near[0]!r}?" if near else ""
    return ""
