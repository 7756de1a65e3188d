import joblib
import numpy as np
import pytest

from meshgait.errors import DataError
from meshgait.io import read
from tests.io.samples import body, motion, write_aist


def test_places_are_divided_by_the_scale(tmp_path):
    track = read(write_aist(tmp_path)).body()
    found = track.to_motion(body())
    assert found.fps == 60
    np.testing.assert_array_equal(found.pose, motion().pose)
    np.testing.assert_allclose(found.transl, motion().transl, atol=1e-6)


def test_a_scale_of_nothing_is_refused(tmp_path):
    content = joblib.load(write_aist(tmp_path)) | {"smpl_scaling": np.array([0.0])}
    joblib.dump(content, tmp_path / "x.pkl")
    with pytest.raises(DataError, match="smpl_scaling is"):
        read(tmp_path / "x.pkl")
