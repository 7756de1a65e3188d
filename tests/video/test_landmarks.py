import numpy as np

from meshgait.body import JOINT_INDEX
from meshgait.video.landmarks import PoseLandmarker, refine
from meshgait.video.region import Region
from meshgait.video.segment import as_picture
from tests.video.scene import moments

# BlazePose's numbers of the joints that SMPL has, too.
SAME = {
    "left_hip": 23, "right_hip": 24, "left_knee": 25, "right_knee": 26, "left_ankle": 27,
    "right_ankle": 28, "left_shoulder": 11, "right_shoulder": 12,
}  # fmt: skip


def region_of(truth):
    rows, columns = np.nonzero(truth.seen[0])
    return Region.around(np.array([columns.min(), rows.min(), columns.max(), rows.max()], float))


def test_a_landmark_moves_to_the_middle_of_the_heat():
    heat = np.full((64, 64, 2), -9.0)
    heat[30:33, 20:23, 0] = 9.0
    found = refine(np.array([[19.5, 29.5], [40.0, 41.0]]) / 64, heat)
    np.testing.assert_allclose(found[0] * 64, [21.0, 31.0], atol=0.05)
    np.testing.assert_allclose(found[1] * 64, [40.0, 41.0])  # where it is cold it stays


def test_a_landmark_outside_of_the_map_stays():
    place = np.array([[-0.2, 1.3]])
    np.testing.assert_array_equal(refine(place, np.full((64, 64, 1), 9.0)), place)


def test_a_painted_walker_has_her_joints_and_her_pixels():
    truth, looker = moments()[1], PoseLandmarker()
    seen = looker.look(truth.picture, region_of(truth))
    assert seen.presence > 0.9
    again = looker.look(truth.picture, seen.region)
    height = np.ptp(np.nonzero(truth.seen[0])[0])
    off = [
        np.linalg.norm(again.points[number] - truth.joints_px[0, JOINT_INDEX[name]])
        for name, number in SAME.items()
    ]
    assert np.median(off) < 0.04 * height  # 6 pixels; joints are not defined to less
    mask = as_picture(again.mask, truth.picture.shape) >= 128
    assert (mask & truth.seen[0]).sum() / (mask | truth.seen[0]).sum() > 0.85


def test_metres_stay_upright_when_the_picture_is_turned():
    truth, looker = moments()[1], PoseLandmarker()
    region = region_of(truth)
    plain = looker.look(truth.picture, region)
    turned = looker.look(truth.picture, Region(region.x, region.y, region.side, 0.15))
    assert np.abs(plain.world[[11, 12, 27, 28], 1] - turned.world[[11, 12, 27, 28], 1]).max() < 0.06
