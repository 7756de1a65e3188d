import numpy as np
import pytest

from meshgait.video.region import Region


def picture(height=40, width=60):
    rows, columns = np.mgrid[:height, :width]
    return np.stack([3 * columns, 4 * rows, 0 * rows], axis=-1).astype(np.uint8)


def test_a_square_of_the_same_size_is_cut_as_it_is():
    whole = picture()
    np.testing.assert_array_equal(Region(30, 20, 20).cut(whole, 20), whole[10:30, 20:40])


def test_beyond_the_picture_there_is_black():
    cut = Region(0, 0, 20).cut(picture(), 20)
    assert not cut[:10].any()
    np.testing.assert_array_equal(cut[10:, 10:], picture()[:10, :10])


def test_a_large_square_is_averaged_not_sampled():
    stripes = np.zeros((400, 400, 3), np.uint8)
    stripes[:, ::2] = 200
    cut = Region(200, 200, 400).cut(stripes, 40)
    assert (cut[5:-5, 5:-5] == 100).all()


@pytest.mark.parametrize("angle", [0.0, 0.4, -2.0])
def test_what_is_pasted_lies_where_it_was_cut(angle):
    region = Region(31.0, 19.0, 16.0, angle)
    mark = np.zeros((32, 32), np.float32)
    mark[4:9, 20:25] = 1  # middle at 22.5, 6.5
    patch = region.paste(mark, (40, 60))
    rows, columns = np.nonzero(patch.pixels > 127)
    found = [columns.mean() + patch.left + 0.5, rows.mean() + patch.top + 0.5]
    expected = region.to_picture(np.array([22.5, 6.5]) / 32)
    assert np.abs(found - expected).max() < 0.5  # of a pixel: the mask was cut at one half


def test_the_circle_of_an_upright_person_is_that_of_the_box():
    region = Region.of_circle(np.array([50.0, 60.0]), np.array([50.0, 20.0]))
    assert region == Region.around(np.array([33.2, 20.0, 66.8, 100.0]))
    assert region.angle == 0


def test_a_person_who_lies_to_the_right_is_set_upright():
    region = Region.of_circle(np.array([50.0, 50.0]), np.array([90.0, 50.0]))
    np.testing.assert_allclose(region.to_picture(np.array([0.5, 0.1])), [90.0, 50.0])


def test_nothing_is_pasted_beside_the_picture():
    assert Region(-100, -100, 20).paste(np.ones((8, 8)), (40, 60)).pixels.size == 0
