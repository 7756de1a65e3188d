import numpy as np

from meshgait.body import JOINT_NAMES
from meshgait.io import read
from tests.io.samples import points, write_humanml3d


def test_joints_keep_their_names_and_places(tmp_path):
    track = read(write_humanml3d(tmp_path)).track()
    assert (track.unit, track.axes, track.fps) == ("m", "y up", 20)
    assert track.names == JOINT_NAMES[:22]
    np.testing.assert_array_equal(track.points, points(JOINT_NAMES[:22]))


def test_joints_that_were_not_turned_have_z_up(tmp_path):
    path = write_humanml3d(tmp_path)
    x, y, z = np.moveaxis(np.load(path), -1, 0)
    np.save(path, np.stack([x, -z, y], axis=-1))
    assert read(path).track().axes == "z up"
