import pytest

from meshgait.errors import DataError
from meshgait.io import read
from tests.io.samples import write_coco, write_wham


def test_a_track_is_named_or_the_longest(tmp_path):
    recording = read(write_wham(tmp_path))
    assert recording.longest() == 4
    assert recording.track() is recording.track("4")
    with pytest.raises(DataError, match="there is no track '5', only 4"):
        recording.track("5")
    with pytest.raises(DataError, match="COCO keypoints holds points, not SMPL parameters"):
        read(write_coco(tmp_path)).body()
