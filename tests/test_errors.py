import ast
import pickle
import re
from pathlib import Path

import pytest

from meshgait import errors
from meshgait.errors import DataError, MeshgaitError, nearest

ROOT = Path(__file__).parents[1]
CLASSES = [x for x in vars(errors).values() if isinstance(x, type) and issubclass(x, MeshgaitError)]


def _codes_of_the_package():
    """The `code=` of every call of one of our errors."""
    names = {one.__name__ for one in CLASSES}
    for path in (ROOT / "meshgait").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in names:
                yield from (word.value for word in node.keywords if word.arg == "code")


@pytest.mark.parametrize("page", ["errors.md", "errors.zh-CN.md"])
def test_the_page_explains_every_code_that_is_used_and_no_other(page):
    text = (ROOT / "docs" / "reference" / page).read_text("utf-8")
    explained = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert sorted(explained) == sorted({ast.literal_eval(code) for code in _codes_of_the_package()})


@pytest.mark.parametrize("kind", CLASSES)
def test_a_code_ends_the_message_and_outlives_what_is_done_to_it(kind):
    error = kind("no body", code="other-network")
    assert str(error) == "no body [other-network]"
    again = pickle.loads(pickle.dumps(error))
    named = kind(f"walk.pkl: {again}")
    assert [x.code for x in (error, again, named)] == ["other-network"] * 3


@pytest.mark.parametrize(
    "sentence", ["", "no body", "pip install 'meshgait[train]'", "got [3, 4]", "[body] is not here"]
)
def test_a_message_without_a_code_is_left_as_it_is(sentence):
    error = DataError(sentence)
    assert (str(error), error.code) == (sentence, "")


@pytest.mark.parametrize(
    ("word", "known", "expected"),
    [
        ("gaitset", ("GaitPart", "GaitSet"), "GaitSet"),
        ("tarin", ("train", "embed"), "train"),
        ("GAITSET", ("xgait", "GaitSet"), "GaitSet"),
        ("", ("train",), "train"),
        ("???", ("train",), "train"),
        ("smplgait/gait3D-128", ("smplgait/gait3d", "smplgait/gait3d-128"), "smplgait/gait3d-128"),
    ],
)
def test_there_is_always_a_nearest_name(word, known, expected):
    assert nearest(word, known) == expected
