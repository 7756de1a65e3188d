"""How verbs read their arguments: flags and YAML made from dataclasses by jsonargparse."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
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
    _refuse_repeated_keys(arguments)
    try:
        return parser.instantiate(parser.parse_args(list(arguments)))
    except ArgumentError as error:
        text = " ".join(str(error).split())
        raise ConfigError(f"{text}{_suggestion(text, parser)}") from error


def _refuse_repeated_keys(arguments: Sequence[str]) -> None:
    """In files of settings: YAML lets the last one win, and nobody sees which that is."""
    for word in arguments:
        path = Path(word.rpartition("=")[2])
        if path.suffix not in (".yaml", ".yml", ".json") or not path.is_file():
            continue
        with contextlib.suppress(yaml.YAMLError, UnicodeError):  # told of when it is read
            _refuse_repeated(yaml.compose(path.read_text(encoding="utf-8")), path, "", set())


def _refuse_repeated(node: Any, path: Path, above: str, seen: set[int]) -> None:
    if id(node) in seen:  # named by an alias
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for entry in node.value:
            _refuse_repeated(entry, path, above, seen)
    elif isinstance(node, yaml.MappingNode):
        lines: dict[str, int] = {}
        for key, value in node.value:
            name, line = f"{above}{key.value}", key.start_mark.line + 1
            if name in lines:
                raise ConfigError(
                    f"{path} gives {name} twice, in lines {lines[name]} and {line}; keep one"
                )
            lines[name] = line
            _refuse_repeated(value, path, f"{name}.", seen)


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
