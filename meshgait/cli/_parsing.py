"""How verbs read their arguments: flags and YAML made from dataclasses by jsonargparse."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from difflib import get_close_matches
from itertools import pairwise
from typing import Any

import yaml
from jsonargparse import (
    ArgumentError,
    ArgumentParser,
    Namespace,
    get_loader,
    set_loader,
    set_parsing_settings,
)

from meshgait.cli._explanations import Parser, explain
from meshgait.cli._wrong_values import explain_value
from meshgait.errors import ConfigError
from meshgait.plugins import is_typed


def make_parser(verb: str, purpose: str | None, **options: Any) -> Parser:
    """A parser that raises its errors instead of leaving the program."""
    return Parser(
        prog=f"meshgait {verb}",
        description=purpose,
        exit_on_error=False,
        allow_abbrev=False,
        **options,
    )


def again(verb: str, arguments: Sequence[str]) -> str:
    """The line that was typed, for pages to say how they are made again."""
    return shlex.join(["meshgait", verb, *arguments])


def load_settings(text: str) -> Any:
    """What YAML says, if it is plain; `YAMLError` for references, depth and keys given twice.

    A reference may stand for millions of others: a few lines that take for ever to go through.
    """
    if _SPECIAL.search(text):
        _require_plain(text)
    try:
        return _load_yaml(text)
    except ValueError as error:  # a number of a million digits, a day that does not exist
        raise yaml.YAMLError(str(error)) from error


def _require_plain(text: str) -> None:
    if len(text) > _MOST_LETTERS:
        raise yaml.YAMLError(f"settings of more than {_MOST_LETTERS} letters are none")
    depth = 0
    for token in yaml.scan(text):
        if isinstance(token, (yaml.AliasToken, yaml.AnchorToken)):
            raise yaml.YAMLError("settings have no references (& and *); write the value itself")
        depth += isinstance(token, _OPENING)
        if depth > _DEEPEST:
            raise yaml.YAMLError(f"settings are not nested more than {_DEEPEST} deep")
        depth -= isinstance(token, _CLOSING)
    _require_single_keys(yaml.compose(text, Loader=yaml.SafeLoader))


def _require_single_keys(node: yaml.Node | None) -> None:
    if isinstance(node, yaml.SequenceNode):
        for entry in node.value:
            _require_single_keys(entry)
    elif isinstance(node, yaml.MappingNode):
        lines: dict[str, int] = {}
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            line = key.start_mark.line + 1
            if key.value in lines:
                raise yaml.YAMLError(
                    f"the key {key.value} is given twice, in lines {lines[key.value]} and {line}; "
                    "keep one of them"
                )
            lines[key.value] = line
        for _, entry in node.value:
            _require_single_keys(entry)


_SPECIAL = re.compile(r"[\n&*\[{]")
_MOST_LETTERS, _DEEPEST = 1 << 20, 50
_OPENING = (
    yaml.BlockMappingStartToken, yaml.BlockSequenceStartToken, yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)  # fmt: skip
_CLOSING = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)
_load_yaml = get_loader("yaml")
set_loader("yaml", load_settings, (yaml.YAMLError,))


_CAPTURED: ContextVar[list[ArgumentParser] | None] = ContextVar("captured", default=None)


class _Taken(Exception):  # noqa: N818
    """The parser is there, and nothing is to be done with it."""


def parser_of(run: Callable[[Sequence[str]], object], arguments: Sequence[str]) -> ArgumentParser:
    """The parser that a verb would read these arguments with."""
    found: list[ArgumentParser] = []
    token = _CAPTURED.set(found)
    try:
        run(arguments)
    except _Taken:
        return found[0]
    finally:
        _CAPTURED.reset(token)
    raise ConfigError("this command has no options")


def parse(
    parser: ArgumentParser,
    arguments: Sequence[str],
    within: Callable[[Namespace], AbstractContextManager[object]] = nullcontext,
) -> Namespace:
    """The arguments, every dataclass among them made; `ConfigError` names the nearest key.

    They are made `within` what that gives for the arguments.

    A file of settings may name classes of meshgait, and those that `arguments` name, too: nothing
    is imported because a file says so.
    """
    set_parsing_settings(
        import_path_denylist=["*"], import_path_allowlist=["meshgait", *_typed_names(arguments)]
    )
    captured = _CAPTURED.get()
    if captured is not None:
        captured.append(parser)
        raise _Taken
    if isinstance(parser, Parser) and {"-h", "--help"} & set(arguments):
        explain(parser, parser.prog.removeprefix("meshgait "))
    config = _UNNAMED
    for before, word in pairwise(["", *arguments]):
        option, _, value = word.partition("=")
        if before == "--config" or (option == "--config" and value):
            config = value or word
            from meshgait.files.regular import require_file  # brings torch

            require_file(config)
    try:
        plain = parser.parse_args([_FILE.sub(r"\1./\2", w) for w in arguments])
        _require_other_file(plain)
        with within(plain):
            return parser.instantiate(plain)
    except UnicodeDecodeError as error:
        raise ConfigError(f"a file of settings cannot be read as text: {error}") from error
    except (ArgumentError, ImportError) as error:
        raise _explained(error, parser, arguments, config) from error


def _require_other_file(chosen: Namespace) -> None:
    """Raise `ConfigError` where the file to write is one of those that are read."""
    values = [(key, each) for key, value in vars(chosen.as_flat()).items() for each in _each(value)]
    outs = [each for key, each in values if key == "out" and os.path.isfile(each)]
    for key, value in values:
        if key != "out" and os.path.isfile(value):
            for out in outs:
                if os.path.samefile(out, value):
                    raise ConfigError(
                        f"{out} is read, and would be written over; choose another --out"
                    )


def _each(value: Any) -> Sequence[str | os.PathLike[str]]:
    """The texts and paths of a value."""
    several = value if isinstance(value, (list, tuple)) else [value]
    return [each for each in several if isinstance(each, (str, os.PathLike))]


def _explained(
    error: Exception, parser: ArgumentParser, arguments: Sequence[str], config: str
) -> ConfigError:
    """What jsonargparse has against the arguments or the file `config`, for people."""
    text = " ".join(str(error).split()).replace("Problems parsing config", config, 1)
    if denied := _DENIED.findall(text):
        return _refusal(config, denied[-1])
    if sentence := explain_value(text):
        placed = [action.dest for action in parser._actions if not action.option_strings]
        if sentence.split()[0].removeprefix("--") in placed:
            return ConfigError(sentence.removeprefix("--"))
        is_typed_there = any(w.partition("=")[0] == sentence.split()[0] for w in arguments)
        where = "" if is_typed_there or config == _UNNAMED else f"{config}: "
        return ConfigError(f"{where}{sentence}")
    return ConfigError(f"{text}{_suggestion(text, parser)}")


def typed(name: str, arguments: Sequence[str], option: str) -> str:
    """The name, if it is no `my_package.my_module:Thing` that only a file of settings says."""
    if is_typed(name) and not any(name in (word, word.partition("=")[2]) for word in arguments):
        raise _refusal("the settings", name, option)
    return name


def _typed_names(arguments: Sequence[str]) -> Iterator[str]:
    """What may be imported for it: `my_package.my_module:Thing` and `my_package.my_module.Thing`.

    They may be the value of an option, and stand in JSON. The name of a file is none.
    """
    for word in arguments:
        for part in re.split(r"[\s=,\"'{}\[\]]", word):
            if is_typed(part):
                yield part.partition(":")[0]
            elif "." in part and is_typed(f"{part}:x") and not os.path.exists(part):
                yield part


def _refusal(where: str, name: str, option: str = "--OPTION") -> ConfigError:
    if _FILE.fullmatch(name):
        return ConfigError(f"{where} names {name} where a class may be, too; write ./{name}")
    return ConfigError(
        f"{where} may name classes of meshgait, not {name}: no file decides what is imported; say "
        f"it on the command line ({option} {name})",
        code="own-network",
    )


_UNNAMED = "the settings"
# A file of settings whose name could be that of a class.
_FILE = re.compile(r"^(|--[\w.-]+=)([^\W\d]\w*(?:\.\w+)*\.(?:yaml|yml|json))$")
_DENIED = re.compile(r"Importing '([^']+)' is not allowed")


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
