"""What `--help` says: a line for each option, from the comments beside the fields, and examples."""

from __future__ import annotations

import argparse
import ast
import inspect
import io
import re
import textwrap
import tokenize
import typing
from dataclasses import is_dataclass
from functools import cache
from typing import Any

from jsonargparse import ArgumentParser, DefaultHelpFormatter

from meshgait.cli._examples import EXAMPLES, WORDS

_PLAIN = {
    "help": "show this, and end",
    "print_config": "print all settings as YAML, and end (=skip_default: those that were changed)",
}


class Formatter(argparse.RawDescriptionHelpFormatter, DefaultHelpFormatter):
    """Types and defaults in plain words, examples line by line."""

    def _expand_help(self, action: argparse.Action) -> str:
        text = super()._expand_help(action).strip()
        found = re.search(r" \(((?:required|type: |default: ).*)\)$", text)
        if found is None:
            return text
        said, tail = text[: found.start()], found[1]
        words = _in_plain_words(tail) if action.nargs != 0 else ""  # a flag is not there, or is
        return f"{said} ({words})" if words else said


def _in_plain_words(tail: str) -> str:
    """Whether it is a number, the default, and the choices where nothing else says them."""
    tail = re.sub(r"\bmeshgait\.(?:\w+\.)*(\w+)", r"\1", tail)
    tail = re.sub(r"\{'class_path': '(\w+)', 'init_args': \{(.*?)\}\}", r"\1 \2", tail)
    tail, _, classes = tail.partition(", known subclasses: ")
    kind, _, default = tail.partition("default: ")
    if default in ("null", "[]", "()"):
        default = ""
    if "tuple" in kind:  # as it is typed
        default = default.replace(",)", "]").replace(")", "]").replace("(", "[")
    number = re.match(r"type: (int|float)\b", kind)
    named = re.search(r"(?:Optional|list)\[Literal\[(.*?)\]", kind)
    choices = classes or (named[1] if named else "")
    return ", ".join(filter(None, (
        number[1] if number else "",
        f"default: {default}" if default else "",
        f"of {choices}" if choices else "",
    ))).replace("'", "")  # fmt: skip


class Parser(ArgumentParser):
    """A parser that remembers of which classes its options are the fields."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, formatter_class=Formatter, **kwargs)
        self.classes: list[tuple[type, str]] = []

    def add_class_arguments(self, theclass: type, nested_key: str | None = None, **kwargs: Any):  # type: ignore[no-untyped-def]
        self.classes.append((theclass, nested_key or ""))
        return super().add_class_arguments(theclass, nested_key, **kwargs)


def explain(parser: Parser, verb: str) -> None:
    """Give every option its line, every group its title, and the end its examples."""
    known: dict[str, str] = {}
    titles: dict[str, str] = {}
    kinds = dict(parser.classes)
    for kind, key in parser.classes:
        _collect(kind, key, known, titles, kinds)
    for action in parser._actions:
        action.help = _PLAIN.get(action.dest, action.help)
        if not action.help and action.dest in known:
            action.help = known[action.dest]
        elif action.help in (None, "Path to a configuration file.") and action.option_strings:
            action.help = f"YAML file of all --{action.dest}.*" if action.dest in titles else None
        if action.help is not None and action.help is not argparse.SUPPRESS:
            action.help = re.sub(r"%(?![(%])", "%%", action.help)
    for group in parser._action_groups:
        for kind, key in kinds.items():
            if group.title == str(kind):
                group.title = f"{key or 'settings'}: {_first_line(kind)}"
    names = " ".join(_shown(action) for action in parser._actions if not action.option_strings)
    parser.usage = f"%(prog)s {names + ' ' if names else ''}[--option VALUE ...]"
    if examples := EXAMPLES.get(verb.split(maxsplit=1)[0]):
        parser.epilog = "\n".join([*([parser.epilog, ""] if parser.epilog else []), "examples:",
                                   *(f"  {line}" for line in examples)])  # fmt: skip


def _shown(action: argparse.Action) -> str:
    name = str(action.metavar or action.dest).upper()
    return {"?": f"[{name}]", "+": f"{name} ...", "*": f"[{name} ...]"}.get(str(action.nargs), name)


def _collect(
    kind: type, key: str, known: dict[str, str], titles: dict[str, str], kinds: dict[type, str]
) -> None:
    """What is known of the fields of a class and of those of its fields, by option."""
    titles[key] = _first_line(kind)
    comments, types = comments_of(kind), _types(kind)
    for name, annotation in types.items():
        dest = f"{key}.{name}" if key else name
        inner = annotation if is_dataclass(annotation) and isinstance(annotation, type) else None
        if inner is not None:
            kinds.setdefault(inner, dest)
            _collect(inner, dest, known, titles, kinds)
        own = WORDS.get(f"{kind.__name__}.{name}")
        text = own or comments.get(name) or WORDS.get(name) or (_first_line(inner) if inner else "")
        if text and "those of" in text:
            text = WORDS.get(name, text)
        if text:
            known[dest] = text


def _types(kind: type) -> dict[str, Any]:
    target = kind if is_dataclass(kind) else kind.__init__  # type: ignore[misc]
    try:
        return typing.get_type_hints(target)
    except (NameError, TypeError):
        return dict(getattr(target, "__annotations__", {}))


def _first_line(kind: type) -> str:
    return _plain((inspect.getdoc(kind) or kind.__name__).split("\n", maxsplit=1)[0].rstrip("."))


@cache
def comments_of(kind: type) -> dict[str, str]:
    """What is written beside, above or as a string below each field, or argument of `__init__`.

    Those of the classes it is made of, too.
    """
    found: dict[str, str] = {}
    for base in reversed(kind.__mro__[:-1]):
        try:
            source = textwrap.dedent(inspect.getsource(base))
        except (OSError, TypeError):
            continue
        found |= {name: text for name, text in _said_of(base).items() if name not in found}
        found |= _comments_in(source)
    return found


_FIELD = r"`[a-z_]+`"
_NAMED = re.compile(rf"(?:^|, (?:and )?)({_FIELD}(?:(?:, | and |, and ){_FIELD})*) ")
_VERB = re.compile(r"^(?:is|are|lists?|counts?|names?|says?) ")


def _said_of(kind: type) -> dict[str, str]:
    """What a docstring says of the names in backticks.

    Of those that begin a clause the rest of it; of one that stands alone in a sentence all of it.
    """
    text = " ".join(f"{kind.__doc__ or ''} {kind.__init__.__doc__ or ''}".split())  # type: ignore[misc]
    found: dict[str, str] = {}
    for sentence in re.split(r"(?<=[.;:]) ", text):
        before, *clauses = _NAMED.split(sentence.rstrip(".;:"))
        names = re.findall(r"`(\w+)`", sentence)
        if not before:
            for named, said in zip(clauses[::2], clauses[1::2], strict=True):
                for name in re.findall(r"\w+", named.replace(" and ", " ")):
                    found.setdefault(
                        name, _plain(re.sub("^times ", "weight of ", _VERB.sub("", said)))
                    )
        elif len(set(names)) == 1:
            found.setdefault(names[0], _plain(sentence.rstrip(".;:")))
    return found


def _plain(text: str) -> str:
    """As it is read on a terminal: nothing is set in another type."""
    return text.replace("`", "")


def _comments_in(source: str) -> dict[str, str]:
    lines = source.splitlines()
    beside = {
        token.start[0]: token.string.lstrip("# ")
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT and "fmt:" not in token.string
    }
    body = ast.parse(source).body[0].body  # type: ignore[attr-defined]
    found = {}
    for place, node in enumerate(body):
        if isinstance(node, ast.FunctionDef) and node.name == "__init__":
            for argument in [*node.args.args, *node.args.kwonlyargs]:
                if argument.lineno in beside:
                    found[argument.arg] = beside[argument.lineno]
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
            continue
        own = [beside[k] for k in range(node.lineno, (node.end_lineno or 0) + 1) if k in beside]
        above: list[str] = []
        line = node.lineno - 1
        while line in beside and lines[line - 1].lstrip().startswith("#"):
            above, line = [beside[line], *above], line - 1
        after = body[place + 1] if place + 1 < len(body) else None
        if own or above:
            found[node.target.id] = " ".join(own or above)
        elif isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            found[node.target.id] = str(after.value.value).split("\n", maxsplit=1)[0]
    return found
