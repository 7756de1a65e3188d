import numpy as np
import pytest

from meshgait.video.detect import PoseDetector, anchors, decode, overlap, suppress, tiles
from tests.video.scene import moments


def test_anchors_are_the_middles_of_three_grids():
    places = anchors()
    assert places.shape == (2254, 2)
    np.testing.assert_allclose(places[[0, 1, 2]] * 28, [[0.5, 0.5], [0.5, 0.5], [1.5, 0.5]])
    np.testing.assert_allclose(places[2 * 784] * 14, [0.5, 0.5])
    np.testing.assert_allclose(places[-1] * 7, [6.5, 6.5])


def test_a_box_is_the_circle_around_the_body():
    raw, logits = np.zeros((2254, 12), np.float32), np.full((2254, 1), -9.0, np.float32)
    raw[100, 4:8] = [22.4, 0.0, 22.4, -44.8]  # hips aside of the anchor, the circle's top above
    logits[100] = 2.0
    boxes, scores = decode(raw, logits, anchors())
    x, y = anchors()[100] + [0.1, 0.0]
    np.testing.assert_allclose(boxes, [[x - 0.084, y - 0.2, x + 0.084, y + 0.2]], rtol=1e-6)
    np.testing.assert_allclose(scores, 1 / (1 + np.exp(-2.0)))


def test_of_two_boxes_of_one_person_the_likelier_stays():
    boxes = np.array([[0, 0, 10, 20], [1, 0, 11, 20], [40, 0, 50, 20]], float)
    kept, scores = suppress(boxes, np.array([0.6, 0.9, 0.7]))
    np.testing.assert_array_equal(kept, boxes[[1, 2]])
    assert scores.tolist() == [0.9, 0.7]
    assert overlap(boxes[0], boxes[2]) == 0
    assert overlap(boxes[0], boxes[0]) == 1


@pytest.mark.parametrize(("size", "share"), [((90, 160), 1), ((160, 90), 1), ((90, 160), 0.6)])
def test_tiles_cover_the_picture_and_overlap_by_half(size, share):
    counted = np.zeros(size, int)
    places = list(tiles(size, share))
    for left, top, side in places:
        assert left >= 0
        assert top >= 0
        assert left + side <= size[1]
        assert top + side <= size[0]
        counted[top : top + side, left : left + side] += 1
    assert counted.min() >= 1
    if share == 1:
        assert len(places) == 3
        steps = np.diff(sorted(max(left, top) for left, top, _ in places))
        assert steps.max() <= 45


def test_a_painted_walker_is_found_where_she_is():
    truth = moments()[1]
    boxes, scores = PoseDetector().detect(truth.picture)
    assert len(boxes) == 1
    assert 0.5 <= scores[0] <= 1
    rows, columns = np.nonzero(truth.seen[0])
    box = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1], float)
    assert overlap(boxes[0], box) > 0.5


def test_an_empty_picture_has_nobody_in_it():
    boxes, scores = PoseDetector().detect(np.full((64, 100, 3), 90, np.uint8))
    assert boxes.shape == (0, 4)
    assert scores.shape == (0,)
