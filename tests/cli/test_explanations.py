import contextlib
import io
import re
import shlex
from dataclasses import fields

import pytest

from meshgait import models
from meshgait.cli import COMMANDS, main
from meshgait.cli._examples import EXAMPLES
from meshgait.cli._explanations import _collect, comments_of
from meshgait.models import networks

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


@pytest.mark.parametrize("words", [*COMMANDS, *MORE])
def test_an_option_has_its_own_words_and_no_code(words):
    text = help_of(words)
    assert not re.search(r"`|class_path|Literal|Optional|Union|\bnull\b|<class", text)
    for group in re.split(r"\n(?=\w[^\n]*:\n)", text):
        said = [re.sub(r" \([^()]*\)$", "", line.strip()) for line in options_of(group).values()]
        assert len(set(said)) == len(said), said
        assert not any(line.startswith(("of ", "the same")) for line in said)


@pytest.mark.parametrize("name", networks())
def test_every_setting_of_every_network_is_explained(name):
    config = getattr(getattr(models, name), "Config", None)
    if config is None:
        return
    known = {}
    _collect(config, "model", known, {}, {})
    assert {f"model.{field.name}" for field in fields(config)} <= known.keys()


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
    """`third` is said here, not beside it.

    `fifth` and `sixth` are of one clause, `seventh` that of another; both `fourth` and `fifth` no.
    """

    first: int = 1  # beside it
    # Above it,
    # on two lines.
    second: int = 2
    third: int = 3
    fourth: int = 4
    """Below it."""
    fifth: int = 5
    sixth: int = 6
    seventh: int = 7


def test_help_is_what_is_written_at_the_field():
    assert comments_of(Settings) == {
        "first": "beside it", "second": "Above it, on two lines.",
        "third": "said here, not beside it", "fourth": "Below it.",
        "fifth": "of one clause", "sixth": "of one clause", "seventh": "that of another",
    }  # fmt: skip
