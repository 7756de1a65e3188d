from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from meshgait.errors import ConfigError
from meshgait.io import fill_gaps, resample, smooth
from meshgait.io.smooth import nearest_signs
from meshgait.io.track import body_track


def turning(frames, degrees_per_frame=40.0):
    """Somebody who turns evenly about y, several times, and walks ahead."""
    frames = np.asarray(frames)
    turn = Rotation.from_rotvec(np.outer(np.radians(frames * degrees_per_frame), [0, 1, 0]))
    pose = np.zeros((len(frames), 24, 3))
    pose[:, 0] = turn.as_rotvec()  # the rotation vector leaps where the angle passes half a turn
    transl = np.outer(np.minimum(frames, 99), [1.0, 0, 0])
    cam = 0.1 * transl
    return body_track(frames=frames, pose=pose, transl=transl, cam=cam, axes="y up")


def degrees_apart(a, b):
    a, b = (Rotation.from_rotvec(pose.reshape(-1, 3).astype(float)) for pose in (a, b))
    return np.degrees((a * b.inv()).magnitude()).max()


def test_gaps_are_filled_along_the_sphere_across_half_a_turn():
    whole = turning(range(20))
    holes = turning([t for t in range(20) if t not in (3, 4, 5, 11)])
    found = fill_gaps(holes)
    assert found.frames.tolist() == list(range(20))
    assert degrees_apart(found.pose, whole.pose) < 0.01
    np.testing.assert_allclose(found.transl, whole.transl, atol=1e-5)
    np.testing.assert_allclose(found.camera.cam, whole.camera.cam, atol=1e-5)


def test_long_gaps_stay_and_cost_nothing():
    track = turning([0, 1, 5, 10**12])
    assert fill_gaps(track, longest=3).frames.tolist() == [0, 1, 2, 3, 4, 5, 10**12]
    assert fill_gaps(track, longest=2) is track
    assert fill_gaps(track, longest=0) is track
    with pytest.raises(ConfigError, match="the longest gap must be 0"):
        fill_gaps(track, longest=-1)


def test_an_even_turn_is_not_changed_by_smoothing_inside():
    track = turning(range(30))
    found = smooth(track, 1.0)
    assert degrees_apart(found.pose[8:-8], track.pose[8:-8]) < 0.05


def test_smoothing_takes_jitter_out_of_rotations_near_half_a_turn():
    generator = np.random.default_rng(0)
    angle = np.pi + 0.1 * generator.standard_normal(200)
    pose = np.zeros((200, 24, 3))
    pose[:, 0] = Rotation.from_rotvec(np.outer(angle, [0, 1, 0])).as_rotvec()
    track = body_track(frames=None, pose=pose, axes="y up")
    still = np.zeros((200, 24, 3))
    still[:, 0, 1] = np.pi
    assert degrees_apart(smooth(track, 5.0).pose, still) < 0.5 * degrees_apart(track.pose, still)


def test_smoothing_does_not_reach_across_a_gap():
    track = turning([0, 1, 2, 50, 51, 52], degrees_per_frame=0)
    places = np.repeat(np.where(track.frames < 9, 0.0, 5.0)[:, None], 3, axis=1)
    moved = replace(track, transl=places.astype(np.float32))
    np.testing.assert_array_equal(smooth(moved, 2.0).transl, moved.transl)
    with pytest.raises(ConfigError, match="frames to smooth over"):
        smooth(track, 0.0)


def test_signs_follow_the_neighbour_and_rotations_stay():
    quaternions = Rotation.random(50, random_state=1).as_quat().reshape(25, 2, 4)
    found = nearest_signs(quaternions)
    assert ((found[1:] * found[:-1]).sum(-1) >= 0).all()
    np.testing.assert_array_equal(np.abs(found), np.abs(quaternions))


def test_a_track_at_another_rate_passes_the_same_moments_and_keeps_its_gaps():
    track = replace(turning([0, 1, 2, 3, 6, 7, 8]), fps=30.0)
    fast = resample(track, 60.0)
    assert fast.fps == 60
    assert fast.frames.tolist() == [0, 1, 2, 3, 4, 5, 6, 12, 13, 14, 15, 16]
    assert degrees_apart(fast.pose[[0, 2, 4, 6, 7, 9, 11]], track.pose) < 1e-3
    np.testing.assert_allclose(fast.transl[1], [0.5, 0, 0], atol=1e-6)
    assert resample(track, 10.0).frames.tolist() == [0, 1, 2]
    for broken, rate in ((track, 0.0), (replace(track, fps=None), 60.0)):
        with pytest.raises(ConfigError, match="both rates must be known and above 0"):
            resample(broken, rate)
