from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from meshgait.data.layouts.frame_times import Pairing, frame_times
from meshgait.data.layouts.source import Track

MS = 1_000_000
times = st.lists(st.integers(0, 60), min_size=1, max_size=8, unique=True).map(sorted)


def track(modality, numbers):
    return Track(modality, Path(modality), np.array(numbers) * 7, tuple(numbers), tuple(numbers))


@given(slow=times, fast=times, later=st.integers(0, 9), within=st.integers(0, 9))
def test_each_scan_has_the_nearest_picture_if_it_is_near(slow, fast, later, within):
    pairs = {}
    for scan in slow:
        nearest = min(fast, key=lambda picture, scan=scan: abs(scan + later - picture))
        if abs(scan + later - nearest) <= within:
            pairs[scan] = 7 * nearest
    tracks = [track("silhouette", fast), track("points", slow)]
    pictures, scans = Pairing(("points",), later, within)(tracks)
    assert scans is tracks[1]
    assert dict(zip(pictures.numbers, pictures.frames.tolist(), strict=True)) == pairs


def test_what_has_no_times_and_one_sensor_alone_stay_as_they_are():
    pairing = Pairing(("points",), 50 * MS, 20 * MS)
    alone = [track("silhouette", [1, 2])]
    assert pairing(alone) == alone
    pickled = Track("skeleton2d", Path("p"), np.zeros(3))
    assert pairing([track("points", [1, 2]), pickled])[1] is pickled


def test_names_of_ten_digits_and_fractions_are_nanoseconds():
    names = ["1657081234.5.pcd", "1657081234.pcd", "1657081234000000001999.jpg", "12.pcd", "a.jpg"]
    assert [*frame_times(names).values()] == [
        1657081234_500_000_000, 1657081234_000_000_000, 1657081234_000_000_001, None, None
    ]  # fmt: skip
