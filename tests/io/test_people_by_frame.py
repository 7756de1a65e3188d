import pytest

from meshgait.errors import DataError
from meshgait.io.people_by_frame import frame_numbers, people_by_frame, shows_people

ANN, BERTA = {"who": "ann"}, {"who": "berta"}


def is_person(value):
    return isinstance(value, dict) and "who" in value


@pytest.mark.parametrize(
    ("content", "frames"),
    [
        (ANN, {0: [ANN]}),
        ([ANN, BERTA], {0: [ANN, BERTA]}),
        ([[ANN], [], [BERTA, ANN]], {0: [ANN], 2: [BERTA, ANN]}),
        ({"img_03.jpg": [ANN], "img_05.jpg": BERTA}, {3: [ANN], 5: [BERTA]}),
        ({7: [ANN], 9: [ANN]}, {7: [ANN], 9: [ANN]}),
        ({"humans": [ANN]}, {0: [ANN]}),
    ],
)
def test_people_are_found_in_whatever_holds_them(content, frames):
    assert shows_people(content, is_person)
    assert people_by_frame(content, is_person) == frames


@pytest.mark.parametrize("content", [{}, [], None, 3, [[[]]], {"a": 1}])
def test_where_nobody_is_nobody_is_found(content):
    assert not shows_people(content, is_person)
    with pytest.raises(DataError, match="nobody"):
        people_by_frame(content, is_person)


def test_names_without_numbers_are_frames_in_their_order():
    assert frame_numbers(["a", "b"]) == [0, 1]
    assert frame_numbers(["a1", "b1_2"]) == [0, 1]
