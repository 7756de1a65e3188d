import pytest

from meshgait.data.layouts.frame_numbers import frame_numbers


@pytest.mark.parametrize(
    ("names", "numbers"),
    [
        (["1.png", "2.png", "10.png"], [1, 2, 10]),
        (["0001_mask2.png", "0002_mask2.png", "0003_mask2.png"], [1, 2, 3]),
        (["0001_mask2.png", "0002_mask3.png", "0003_mask2.png"], [1, 2, 3]),
        (["075_0001_64x44.png", "075_0002_64x44.png"], [1, 2]),
        (["001-nm-01-000-001.png", "001-nm-01-000-002.png"], [1, 2]),
        (["human_crop_f17279.png", "human_crop_f17280.png"], [17279, 17280]),
        (["0.96.png", "1.00.png", "1.04.png"], [96, 100, 104]),
        (["0.5.png", "0.25.png", "1.0.png", "2.png"], [50, 25, 100, 200]),
        (["1.04.png", "1.08.png"], [4, 8]),
        (["3.9.png", "3.10.png", "3.1.png"], [9, 10, 1]),
        (["1520000000123456789.png", "1520000000163456789.png"],
         [1520000000123456789, 1520000000163456789]),
        (["-2.png", "-1.png", "0.png", "1.png"], [-2, -1, 0, 1]),
        (["t_-2.png", "t_-1.png", "t_0.png"], [-2, -1, 0]),
        (["1.png", "001.png", "02.png"], [1, 1, 2]),
        (["98_0001.png", "97_0002.png", "98_0003.png"], [1, 2, 3]),
        (["12_960.png", "13_000.png", "13_040.png"], [12960, 13000, 13040]),
        (["0001.png", "frame_0002.png", "no number.png"], [1, 2, None]),
        (["99999999999999999999.png", "1.png"], [None, 1]),
        (["0001_mask2.png"], [1]),
        (["075_0001_64x44.png"], [1]),
        (["001-nm-01-000-007.png"], [7]),
        ([], []),
    ],
)  # fmt: skip
def test_the_number_that_varies_counts_the_frames(names, numbers):
    assert frame_numbers(names) == dict(zip(names, numbers, strict=True))


def test_times_of_day_are_in_order():
    names = [
        f"2020-01-01T{hour:02}-{minute:02}-{second}.{part:03}.png"
        for hour, minute in ((10, 58), (10, 59), (11, 0))
        for second in ("00", "59")
        for part in (0, 40, 960)
    ]
    assert sorted(set(names), key=frame_numbers(names).__getitem__) == names


def test_nanoseconds_follow_their_seconds_in_whatever_order_names_come():
    parts = (7, 333000000, 666000001)
    names = [f"{second}_{part + second:09}.png" for second in range(9) for part in parts]
    assert sorted(set(names), key=frame_numbers(sorted(set(names))[::-1]).__getitem__) == names
