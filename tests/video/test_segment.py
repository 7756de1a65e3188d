import numpy as np

from meshgait.video.region import Patch
from meshgait.video.segment import as_picture, common_share, largest_part, within


def patch(rows, left=0, top=0):
    return Patch(np.array(rows, np.uint8) * 255, left, top)


def test_only_the_largest_part_stays():
    found = largest_part(patch([[1, 0, 0], [0, 0, 1], [0, 1, 1]]))
    np.testing.assert_array_equal(found.pixels, [[0, 0, 0], [0, 0, 255], [0, 255, 255]])


def test_a_mask_lies_in_the_picture_where_it_was_cut():
    whole = as_picture(patch([[1, 1]], left=2, top=1), (3, 5, 3))
    np.testing.assert_array_equal(np.argwhere(whole), [[1, 2], [1, 3]])


def test_what_others_cover_is_counted_once():
    mine = patch([[1, 1, 1, 1]])
    assert common_share(mine, []) == 0
    assert common_share(mine, [patch([[1, 1]], left=3), patch([[1]], left=3)]) == 0.25
    assert common_share(patch([[0]]), [mine]) == 0


def test_of_a_mask_that_reaches_beyond_the_picture_a_part_is_within():
    found = within(patch([[1, 0, 0], [0, 1, 0], [0, 0, 1]], left=-1, top=1), (3, 1, 3))
    assert (found.left, found.top) == (0, 1)
    np.testing.assert_array_equal(found.pixels, [[0], [255]])
    assert within(patch([[1]], left=9), (3, 3)).pixels.size == 0
