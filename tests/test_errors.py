import pytest

from meshgait.errors import nearest


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
