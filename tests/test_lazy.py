import sys
from importlib import import_module

import pytest

from meshgait import _lazy
from meshgait._lazy import when_touched

ROOM = '''
"""A room."""

import sys
from typing import TYPE_CHECKING

from meshgait._lazy import when_touched

if TYPE_CHECKING:
    from lazy_room.shelf import Cup, Plate

__all__ = ["Cup", "Plate"]

__getattr__, __dir__ = when_touched(sys.modules[__name__])
'''


@pytest.fixture
def room(tmp_path, monkeypatch):
    """A package of two names that live in a module of it."""
    (tmp_path / "lazy_room").mkdir()
    (tmp_path / "lazy_room" / "__init__.py").write_text(ROOM)
    (tmp_path / "lazy_room" / "shelf.py").write_text("class Cup: pass\nPlate = Cup()\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield import_module("lazy_room")
    for name in ("lazy_room", "lazy_room.shelf"):
        sys.modules.pop(name, None)


def test_a_name_is_loaded_when_it_is_touched_and_is_the_same_ever_after(room):
    assert "lazy_room.shelf" not in sys.modules
    cup = room.Cup
    assert cup is room.Cup is sys.modules["lazy_room.shelf"].Cup
    assert vars(room)["Cup"] is cup


def test_modules_inside_are_touched_too_and_all_is_listed(room):
    assert dir(room) == ["Cup", "Plate", "shelf"]
    assert room.shelf is sys.modules["lazy_room.shelf"]


def test_what_is_not_there_is_an_attribute_error(room):
    get, _ = when_touched(room)
    with pytest.raises(AttributeError, match="module 'lazy_room' has no attribute 'Bowl'"):
        get("Bowl")


def test_its_folder_is_listed_once(room, monkeypatch):
    listed = []
    monkeypatch.setattr(_lazy, "iter_modules", lambda path: listed.append(path) or [])
    get, names = when_touched(room)
    for name in ("Bowl", "Spoon"):
        with pytest.raises(AttributeError):
            get(name)
    assert names() == ["Cup", "Plate"]
    assert len(listed) == 1
