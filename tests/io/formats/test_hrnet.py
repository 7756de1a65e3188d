import numpy as np
import pytest

from meshgait.errors import DataError
from meshgait.io import read
from meshgait.modalities import JOINT_SETS
from tests.io.samples import FRAMES, pixels, write_hrnet

NAMES = JOINT_SETS["coco17"].names


def test_a_folder_is_a_film_by_the_frame_ids_in_its_names(tmp_path):
    track = read(write_hrnet(tmp_path)).track()
    assert track.frames.tolist() == list(range(100, 100 + FRAMES))
    np.testing.assert_allclose(track.points, pixels(NAMES)[..., :2], rtol=1e-6)


def test_a_file_that_is_cut_is_named_by_its_frame(tmp_path):
    folder = write_hrnet(tmp_path)
    (folder / "human_crop_f103.txt").write_text("1,2,3")
    with pytest.raises(DataError, match="frame 103 has not 17 keypoints"):
        read(folder)
