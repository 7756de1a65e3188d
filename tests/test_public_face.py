import subprocess
import sys
from pathlib import Path

import pytest

import meshgait

ROOT = Path(__file__).parents[1]


def test_what_there_is_is_listed_and_there():
    listed = dir(meshgait)
    assert listed == sorted(set(listed))
    assert set(meshgait.__all__) <= set(listed)
    rooms = {path.stem for path in (ROOT / "meshgait").glob("[a-z]*") if path.suffix in ("", ".py")}
    assert rooms <= set(listed)
    for name in listed:
        assert getattr(meshgait, name) is not None


def test_rooms_are_loaded_when_they_are_touched():
    code = (
        "import sys, meshgait\n"
        "before = 'meshgait.io' in sys.modules, 'meshgait.walker' in sys.modules\n"
        "print(before, meshgait.io.read.__name__, meshgait.walker.walk.__name__)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == ["(False,", "False)", "read", "walk"]


def test_what_is_not_there_is_an_attribute_error():
    for name in ("evaluat", "_nothing", "__wrapped__", "walkers"):
        with pytest.raises(AttributeError, match=name):
            getattr(meshgait, name)
