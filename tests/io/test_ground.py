from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from meshgait.errors import DataError
from meshgait.io.ground import find_floor, judged_axes, sole_heights, up_axis
from meshgait.io.place_body import forward
from meshgait.io.size import embedded_body, smpl_rest
from meshgait.io.track import UPRIGHT, body_track
from tests.io.samples import body, motion


def steps(*, slope=(0.0, 0.0), height=0.0, noise=0.0, frames=200):
    """Soles and feet of somebody who walks 4 m along z, 100 frames a second."""
    generator = np.random.default_rng(0)
    seconds = np.arange(frames) / 100
    feet = np.zeros((frames, 2, 3))
    soles = np.empty((frames, 2))
    for side, sign in ((0, 1), (1, -1)):
        feet[:, side, 0] = 0.1 * sign
        feet[:, side, 2] = 2 * seconds
        lift = np.maximum(0.0, sign * np.sin(2 * np.pi * seconds))
        ground = height + feet[:, side, [0, 2]] @ slope
        soles[:, side] = ground + 0.1 * lift + noise * generator.normal(size=frames)
    return soles, feet


def test_the_floor_is_where_soles_rest_however_high_feet_swing():
    floor = find_floor(*steps(height=-0.3), 100.0)
    assert floor.height == pytest.approx(-0.3, abs=1e-3)
    np.testing.assert_allclose(floor.level, np.eye(3), atol=1e-3)


def test_a_laboratory_that_tilts_a_little_is_made_level():
    soles, feet = steps(slope=(0.0, 0.02), height=0.1)
    floor = find_floor(soles, feet, 100.0)
    angle = np.degrees(np.arcsin(np.linalg.norm(floor.level[[0, 2], 1])))
    assert angle == pytest.approx(np.degrees(0.02), rel=0.2)
    places = feet.copy()
    places[..., 1] = soles
    level = places @ floor.level.T
    standing = np.sort(level[..., 1].min(axis=1))[:150] - floor.height
    assert np.abs(standing).max() < 0.01


def test_a_ramp_stays_a_ramp():
    assert (find_floor(*steps(slope=(0.0, 0.15)), 100.0).level == np.eye(3)).all()


def test_a_frame_alone_has_a_floor():
    assert find_floor(np.array([[0.2, 0.3]]), np.zeros((1, 2, 3)), 25.0).height == 0.2


def test_the_sole_is_the_lowest_point_of_the_foot_that_stands():
    body, rest = embedded_body(), smpl_rest()
    turns = np.tile(np.eye(3), (1, 24, 1, 1))
    found = sole_heights(forward(turns, rest, rest[:1]), turns, np.zeros(10, np.float32), body)
    np.testing.assert_allclose(found, float(body.layer.v_template[:, 1].min()), atol=2e-3)


def test_up_is_the_way_from_the_ankles_to_the_head_in_most_frames():
    frames = np.zeros((5, 3))
    up = np.tile([0.1, 0.2, 1.7], (5, 1))
    up[0] = [1.7, 0, 0]  # a first frame that lies
    points = {"left_ankle": frames, "right_ankle": frames, "head": up}
    assert up_axis(points) == "z up"
    assert up_axis({**points, "head": -up}) == "z down"
    with pytest.raises(DataError, match="in one place"):
        up_axis({**points, "head": frames})


def test_who_walks_stands_upright_whatever_axes_the_format_has():
    whole = motion(frames=40)
    for told in ("y up", "z up"):
        for axes, turn in UPRIGHT.items():
            back, pose = turn.inv(), whole.pose.reshape(-1, 24, 3).astype(np.float64)
            pose[:, 0] = (back * Rotation.from_rotvec(pose[:, 0])).as_rotvec()
            track = body_track(frames=None, pose=pose, betas=whole.betas, axes=told,
                               transl=back.apply(whole.transl), fps=30)  # fmt: skip
            assert judged_axes(track, body()) == axes
            still = replace(track, transl=0 * track.transl)  # he may be lying
            assert judged_axes(still, body()) == told
            crawls = replace(track, transl=back.apply(whole.transl[:, [0, 2, 1]]))
            assert judged_axes(crawls, body()) == told
            unknown = replace(track, transl=None)
            assert judged_axes(unknown, body()) == told
