"""What jsonargparse says of a value that does not fit its option, as a sentence for people."""

from __future__ import annotations

import ast
import re
from difflib import get_close_matches

_KEY = re.compile(r'Parser key "([\w.]+)"')
_EXPECTED = re.compile(r"Expected an? (?:<class '(\w+)'>|typing\.Literal(\[[^]]*\])|(tuple) with)")
_VALUE = re.compile(r"(?:Got value|Given value|import path string|load config): ?(.*)$")
_CLASS = "Expected a dot import path"
_WORDS = {
    "int": "a whole number", "float": "a finite number, as 1.5", "bool": "true or false",
    "str": "text", "tuple": "values in brackets, as many as its default",
    "list": "a list, as [1, 2]", "dict": "settings by name",
}  # fmt: skip


def explain_value(text: str) -> str | None:
    r"""The sentence; None for a message about something else.

    >>> explain_value('Parser key "recipe.steps": Expected a <class \'int\'>. Got value: abc')
    "--recipe.steps takes a whole number, got 'abc'"
    """
    value, keys = _VALUE.search(text), _KEY.findall(text)
    expected = [_words(*kinds) for kinds in _EXPECTED.findall(text)]
    if _CLASS in text:
        expected = ["the name of one of the classes that --help lists"]
    takes = " or ".join(dict.fromkeys(filter(None, expected)))
    if value is None or not keys or not takes:
        return None
    option = ".".join(dict.fromkeys(keys))
    return f"--{option} takes {takes}, got {value[1]!r}{_near(value[1], text)}"


def _words(kind: str, choices: str, tuple_: str) -> str:
    if choices:
        return f"one of {', '.join(map(str, ast.literal_eval(choices)))}"
    return _WORDS.get(kind or tuple_, "")


def _near(value: str, text: str) -> str:
    choices = [
        str(choice)
        for _, listed, _ in _EXPECTED.findall(text)
        if listed
        for choice in ast.literal_eval(listed)
    ]
    near = get_close_matches(value, choices, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
