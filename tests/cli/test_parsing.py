"""Settings in YAML: what a few lines may not cost, and what is not lost in silence."""

import os

import pytest

from meshgait.cli._parsing import load_settings, parse
from meshgait.cli.train import _parser
from meshgait.errors import MeshgaitError
from meshgait.models import SLN

LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(12)
)


def _read(path):
    return parse(_parser("SLN", SLN), ["--config", str(path)])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (LAUGHS.encode(), "no references"),
        (b"a: " * 1 + b"[" * 5000, "50 deep"),
        (b"recipe:\n  steps: 3\n  steps: 4\n", "steps is given twice, in lines 2 and 3"),
        (b"recipe:\n  steps: " + b"9" * 100_000, "digits"),
        (b"a: \xa0", "cannot be read as text"),
        (b"recipe: !!python/object/apply:os.system ['true']\n", "constructor"),
        (b"x: 1\n" + b" " * (1 << 20), "letters"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused_at_once(tmp_path, content, reason):
    (tmp_path / "x.yaml").write_bytes(content)
    with pytest.raises(MeshgaitError, match=reason) as caught:
        _read(tmp_path / "x.yaml")
    assert "\n" not in str(caught.value)


def test_settings_in_a_pipe_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for arguments in (["--config", str(tmp_path / "pipe")], [f"--config={tmp_path / 'pipe'}"]):
        with pytest.raises(MeshgaitError, match="is a pipe"):
            parse(_parser("SLN", SLN), arguments)


def test_plain_settings_are_read(tmp_path):
    (tmp_path / "x.yaml").write_text("recipe:\n  steps: 3\n  batch: {subjects: 2}\n")
    chosen = _read(tmp_path / "x.yaml")
    assert (chosen.recipe.steps, chosen.recipe.batch.subjects) == (3, 2)
    assert load_settings("1e-4") == 1e-4
    assert load_settings("[1, 2]") == [1, 2]
