import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshgait.data.layouts.clouds import PcdFile, read_pcd, resample_cloud
from meshgait.errors import DataError
from tests.data.layouts import recent


@given(points=st.integers(1, 40), count=st.integers(1, 90), frame=st.integers(0, 9))
def test_a_cloud_gives_all_its_points_before_any_of_them_twice(points, count, frame):
    cloud = np.arange(4.0 * points).reshape(points, 4)
    found = resample_cloud(cloud, count, frame=frame)
    assert found.shape == (count, 3)
    times = [int((found == row[:3]).all(1).sum()) for row in cloud]
    assert sum(times) == count
    assert max(times) - min(times) <= 1
    np.testing.assert_array_equal(resample_cloud(cloud, count, frame=frame), found)


def test_points_that_are_nowhere_are_left_out_and_an_empty_cloud_is_refused():
    cloud = np.array([[1.0, 2.0, np.nan], [1.0, 2.0, 3.0], [np.inf, 0.0, 0.0]])
    assert resample_cloud(cloud, 3).tolist() == [[1, 2, 3]] * 3
    for empty in (cloud[:1], np.zeros((0, 3))):
        with pytest.raises(DataError, match="has no point"):
            resample_cloud(empty, 3)


@pytest.mark.parametrize("form", ["ascii", "binary", "binary_compressed"])
def test_pcl_files_are_read_in_text_and_binary(tmp_path, form):
    cloud = np.random.default_rng(1).normal(size=(30, 3)).astype(np.float32)
    recent.write_pcd(tmp_path / "a.pcd", cloud, form)
    np.testing.assert_array_equal(read_pcd(tmp_path / "a.pcd"), cloud)
    points, note = PcdFile(30)(tmp_path / "a.pcd")
    assert note is None
    assert {*map(tuple, points.tolist())} == {*map(tuple, cloud.tolist())}


SIZES = bytes([13, 0, 0, 0, 12, 0, 0, 0])  # of one point, packed and as it is
HEAD = b"FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nPOINTS 1\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no line that begins with DATA"),
        (HEAD + b"DATA zip\n", "is a zip .pcd; ascii, binary, binary_compressed ones"),
        (HEAD + b"DATA binary_compressed\n", "header or numbers are damaged"),
        (HEAD + b"DATA binary_compressed\n" + SIZES + b"\x0a" + bytes(12), "more or less than"),
        (HEAD + b"DATA binary_compressed\n" + SIZES + b"\x20" + bytes(12), "are damaged"),
        (HEAD + b"DATA binary_compressed\n" + SIZES[4:] * 2, "holds other than so many"),
        (HEAD + b"DATA ascii\n1 2\n", "points of other than 3 numbers"),
        (HEAD + b"DATA ascii\n1 2 a\n", "header or numbers are damaged"),
        (HEAD + b"DATA ascii\n", "announces 1 points and has 0"),
        (HEAD + b"DATA binary\n1234", "announces 1 points and ends before"),
        (HEAD.replace(b"z", b"w") + b"DATA ascii\n1 2 3\n", "it has no z"),
        (HEAD.replace(b"F F F", b"F F Q") + b"DATA ascii\n1 2 3\n", "it has no Q"),
        (HEAD.replace(b"TYPE", b"KIND") + b"DATA ascii\n1 2 3\n", "it has no TYPE"),
        (HEAD.replace(b"4 4 4", b"4 4") + b"DATA ascii\n1 2 3\n", "damaged"),
        (HEAD.replace(b"POINTS 1", b"POINTS -1") + b"DATA binary\n", "damaged"),
        (HEAD.replace(b"POINTS 1", b"POINTS 99999999999999") + b"DATA binary\n", "ends before"),
    ],
)
def test_other_files_are_refused_in_one_sentence(tmp_path, content, reason):
    path = tmp_path / "a.pcd"
    path.write_bytes(content)
    with pytest.raises(DataError, match=reason) as refused:
        read_pcd(path)
    assert "\n" not in str(refused.value)


def test_lzf_repeats_what_came_before_also_into_itself(tmp_path):
    # x is written out; y and z are 8 bytes from 4 before, which begin to repeat themselves.
    packed = b"\x03" + np.float32(1.5).tobytes() + bytes([6 << 5, 3])
    content = HEAD + b"DATA binary_compressed\n" + bytes([len(packed), 0, 0, 0, 12, 0, 0, 0])
    (tmp_path / "a.pcd").write_bytes(content + packed)
    assert read_pcd(tmp_path / "a.pcd").tolist() == [[1.5, 1.5, 1.5]]
