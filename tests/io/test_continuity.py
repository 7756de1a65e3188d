from dataclasses import replace

import numpy as np
import pytest

from meshgait.io import find_jumps, read
from tests.io.samples import write_coco, write_phalp, write_vibe


@pytest.fixture
def track(tmp_path):
    return read(write_phalp(tmp_path)).body()


def test_a_walk_has_no_jumps(track, tmp_path):
    assert find_jumps(track) == ()
    assert find_jumps(read(write_vibe(tmp_path)).body()) == ()
    assert find_jumps(read(write_coco(tmp_path)).track()) == ()
    assert find_jumps(replace(track, **{k: getattr(track, k)[:1] for k in
                              ("frames", "pose", "betas", "transl")})) == ()  # fmt: skip


def test_another_person_another_direction_and_another_place_are_told(track):
    betas, pose, transl = track.betas.copy(), track.pose.copy(), track.transl.copy()
    betas[2:] += 1.0
    pose[3:, 0] = [0, 0, 1.5]
    transl[4:] += 2
    jumps = find_jumps(replace(track, betas=betas, pose=pose, transl=transl))
    assert [(jump.frame, jump.what) for jump in jumps] == [
        (2, "shape"), (3, "direction"), (4, "place"),
    ]  # fmt: skip
    assert jumps[0].size == pytest.approx(np.sqrt(10), rel=1e-4)


def test_a_gap_excuses_a_longer_way_but_not_another_shape(track):
    frames, transl, betas = track.frames.copy(), track.transl.copy(), track.betas.copy()
    frames[3:] += 9
    transl[3:] += 1.0
    betas[3:] += 1.0
    jumps = find_jumps(replace(track, frames=frames, transl=transl, betas=betas))
    assert [(jump.frame, jump.what) for jump in jumps] == [(12, "shape")]


def test_points_that_leap_are_told(tmp_path):
    track = read(write_coco(tmp_path)).track()
    points = track.points.copy()
    points[3:] += 100
    assert [jump.frame for jump in find_jumps(replace(track, points=points))] == [3]
