import numpy as np
import pytest
from scipy.spatial.transform import Rotation, Slerp

from meshgait.errors import ConfigError
from meshgait.sequence.resample import Moments, clock


def test_rotations_between_frames_are_scipys_slerp():
    known, wanted = np.array([0.0, 1.0, 3.0]), np.array([0.0, 0.4, 1.0, 2.9, 3.0])
    turns = Rotation.random(3, random_state=0)
    found = Moments.at(wanted, known).rotations(turns.as_rotvec()[:, None])
    theirs = Slerp(known, turns)(wanted)
    error = (Rotation.from_rotvec(found[:, 0]) * theirs.inv()).magnitude()
    assert error.max() < 1e-7


def test_numbers_between_frames_go_straight_and_hold_beyond_the_ends():
    known, wanted = np.array([1.0, 2.0, 4.0]), np.array([0.0, 1.5, 3.0, 9.0])
    rows = np.array([[0.0, 1.0], [1.0, 5.0], [2.0, -1.0]])
    columns = [np.interp(wanted, known, column) for column in rows.T]
    np.testing.assert_allclose(Moments.at(wanted, known).rows(rows), np.stack(columns, axis=1))


def test_a_single_frame_is_every_moment():
    moments = Moments.at(np.array([0.0, 1.0]), np.zeros(1))
    assert moments.rows(np.array([[7.0]])).tolist() == [[7.0], [7.0]]


def test_the_clock_ends_on_the_last_frame_where_one_falls_there():
    assert len(clock(59 / 30, 30.0)) == 60
    assert len(clock(0.99, 10.0)) == 10


def test_more_frames_than_anybody_walks_in_a_day_are_refused_before_they_are_made():
    assert len(clock(3600.0, 120.0)) == 432_001
    for seconds, fps in ((0.2, 1e9), (1e12, 25.0)):
        with pytest.raises(ConfigError, match="choose a lower rate"):
            clock(seconds, fps)
