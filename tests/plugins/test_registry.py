import sys

import pytest

from meshgait.errors import ConfigError
from meshgait.plugins import Registry
from tests.plugins.installed import install

GROUP = "meshgait.numbers"


@pytest.fixture
def numbers(tmp_path, monkeypatch):
    """Numbers of ours, and of a package with good and broken ones."""
    modules = {
        "good_numbers": "SEVEN, TEXT, ONE = 7, 'seven', 100",
        "broken_numbers": "raise RuntimeError('out of\\norder')",
        "leaving_numbers": "raise SystemExit(3)",
    }
    entries = {
        "seven": "good_numbers:SEVEN", "text": "good_numbers:TEXT", "one": "good_numbers:ONE",
        "broken": "broken_numbers:X", "absent": "nowhere_at_all:X", "lacking": "good_numbers:NINE",
        "leaving": "leaving_numbers:X",
    }  # fmt: skip
    install(tmp_path, modules, {GROUP: entries})
    monkeypatch.syspath_prepend(tmp_path)
    yield Registry(
        "number", GROUP, {"one": 1, "Two": 2},
        what="a whole number", accepts=lambda thing: isinstance(thing, int),
    )  # fmt: skip
    for module in modules:
        sys.modules.pop(module, None)


def test_ours_and_theirs_are_found_in_any_case(numbers):
    assert numbers.find("two") == 2
    assert numbers.find("SEVEN") == 7


def test_no_plug_in_replaces_ours(numbers):
    assert numbers.find("one") == 1
    assert numbers.names().count("one") == 1


def test_only_what_is_named_is_imported(numbers):
    assert "broken" in numbers.names()
    numbers.find("two")
    assert "good_numbers" not in sys.modules
    numbers.find("seven")
    assert "good_numbers" in sys.modules
    assert "broken_numbers" not in sys.modules


def test_an_unknown_name_is_answered_with_the_nearest(numbers):
    with pytest.raises(ConfigError, match=r"no number 'sevn'; did you mean 'seven'\?"):
        numbers.find("sevn")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("broken", "of their-package) cannot be imported: RuntimeError: out of order"),
        ("absent", "cannot be imported: ModuleNotFoundError"),
        ("lacking", "cannot be imported: AttributeError"),
        ("leaving", "cannot be imported: SystemExit"),
        ("text", "is no number: it must be a whole number, got 'seven'"),
    ],
)
def test_a_broken_plug_in_is_one_sentence(numbers, name, text):
    with pytest.raises(ConfigError) as caught:
        numbers.find(name)
    assert f"the plug-in {name!r} (" in str(caught.value)
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)


def test_in_a_list_a_broken_plug_in_is_a_warning_and_the_others_are_there(numbers):
    with pytest.warns(UserWarning, match="plug-in") as told:
        found = numbers.everything()
    assert found == {"one": 1, "Two": 2, "seven": 7}
    assert len(told) == 5


def test_what_a_user_typed_is_imported(numbers):
    assert numbers.find_typed("good_numbers:SEVEN") == 7
    with pytest.raises(ConfigError, match="is no number"):
        numbers.find_typed("good_numbers:TEXT")
    with pytest.raises(ConfigError, match="there is no number"):
        numbers.find("good_numbers:SEVEN")
    with pytest.raises(ConfigError, match="a number of your own is named as my_pack"):
        numbers.find_typed("good/numbers.py:SEVEN")
