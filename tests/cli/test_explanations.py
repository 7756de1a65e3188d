import contextlib
import io
import re
import shlex

import pytest

from meshgait.cli import COMMANDS, main
from meshgait.cli._examples import EXAMPLES
from meshgait.cli._explanations import comments_of

MORE = ["train SMPLGait", "train FusionGait", "train LidarGaitPP"]


def help_of(words):
    out = io.StringIO()
    with contextlib.redirect_stdout(out), pytest.raises(SystemExit):
        main([*words.split(), "--help"])
    return out.getvalue()


def options_of(text):
    """What is said of each option, by its long name."""
    found, name = {}, None
    for line in text.splitlines():
        if begins := re.match(r"  (?:-\w[^,]*, )?(--[\w.-]+)", line):
            name = begins[1]
            found[name] = re.sub(r"^  .*?(?:  |$)", "", line, count=1).strip()
            rest = re.search(r"\s{2,}(\S.*)$", line[3:])
            found[name] = rest[1] if rest else ""
        elif name and line.startswith(" " * 10):
            found[name] += " " + line.strip()
        else:
            name = None
    return found


@pytest.mark.parametrize("words", [*COMMANDS, *MORE])
def test_every_option_has_a_line_of_help(words):
    for name, said in options_of(help_of(words)).items():
        assert said.strip(), name
        assert not said.strip().startswith("("), f"{name} says only its type: {said}"


@pytest.mark.parametrize("verb", COMMANDS)
def test_examples_use_options_that_there_are(verb):
    text = help_of(verb)
    assert "examples:\n" in text
    for line in EXAMPLES[verb]:
        assert line in text
        words = shlex.split(line)
        assert words[:2] == ["meshgait", verb]
        of = " ".join(words[1:3]) if verb in ("train", "zoo") and words[2][0] != "-" else verb
        known = options_of(help_of(of)) | {"--recipe": ""}
        assert {w.split("=")[0] for w in words if w.startswith("--")} <= known.keys()


def test_usage_is_one_line_and_classes_are_named_by_what_they_are():
    text = help_of("train SMPLGait")
    assert text.startswith("usage: meshgait train SMPLGait [--option VALUE ...]\n")
    assert "<class" not in text
    assert "\nrecipe: How long and how to train" in text


class Settings:
    """`third` is said here, not beside it."""

    first: int = 1  # beside it
    # Above it,
    # on two lines.
    second: int = 2
    third: int = 3
    fourth: int = 4
    """Below it."""


def test_help_is_what_is_written_at_the_field():
    assert comments_of(Settings) == {
        "first": "beside it", "second": "Above it, on two lines.",
        "third": "`third` is said here, not beside it", "fourth": "Below it.",
    }  # fmt: skip
