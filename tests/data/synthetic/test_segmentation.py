import numpy as np
import pytest

from meshgait.data.synthetic.segmentation import Occluder, SegmentationNoise, occlude, segment


@pytest.fixture
def disc():
    y, x = np.mgrid[:60, :50] + 0.5
    image = np.clip(15.5 - np.hypot(y - 30, x - 25), 0, 1).astype(np.float32)
    return np.broadcast_to(image, (40, 60, 50))


def test_without_noise_the_cut_is_at_one_half(disc):
    clean = segment(disc, SegmentationNoise(0, 1, 0), np.random.default_rng(0))
    np.testing.assert_array_equal(clean, disc > 0.5)


def test_noise_moves_the_edge_and_nothing_else(disc):
    ragged = segment(disc, SegmentationNoise(0.25, 1.5, 0), np.random.default_rng(0))
    y, x = np.mgrid[:60, :50] + 0.5
    distance = np.hypot(y - 30, x - 25)
    assert ragged[:, distance < 12].all()
    assert not ragged[:, distance > 19].any()
    wrong = (ragged != (disc > 0.5)).sum((1, 2))
    assert wrong.min() > 0
    assert abs(ragged.mean() / (disc > 0.5).mean() - 1) < 0.05


def test_holes_are_bitten_out_of_their_share_of_frames(disc):
    bitten = segment(disc, SegmentationNoise(0, 1, 0.5), np.random.default_rng(0))
    frames = (bitten != (disc > 0.5)).any((1, 2)).mean()
    assert 0.3 < frames < 0.7
    assert (bitten <= (disc > 0.5)).all()


def test_an_occluder_stands_still_while_the_crop_moves():
    mask = np.ones((3, 4, 6), dtype=bool)
    corner = np.array([[0.0, 0], [1, 0], [2, 1]])
    hidden = ~occlude(mask, Occluder(2, -np.inf, 4, 3), corner)
    assert np.flatnonzero(hidden[0, 0]).tolist() == [2, 3]
    assert np.flatnonzero(hidden[1, 0]).tolist() == [1, 2]
    assert np.flatnonzero(hidden[2, 0]).tolist() == [0, 1]
    assert np.flatnonzero(hidden[0, :, 2]).tolist() == [0, 1, 2]
    assert np.flatnonzero(hidden[2, :, 0]).tolist() == [0, 1]


def test_a_pixel_is_hidden_where_its_middle_is():
    generator = np.random.default_rng(0)
    mask = np.ones((2, 5, 6), dtype=bool)
    for _ in range(50):
        corner, low = generator.uniform(0, 3, (2, 2)), generator.uniform(0, 4, 2)
        high = low + generator.uniform(0, 4, 2)
        hidden = ~occlude(mask, Occluder(*low, *high), corner)
        for frame, y, x in np.ndindex(mask.shape):
            middle = corner[frame] + [x + 0.5, y + 0.5]
            assert hidden[frame, y, x] == ((low <= middle) & (middle < high)).all()


def test_noise_smaller_than_what_is_sure_changes_nothing():
    sure = np.full((3, 20, 20), 0.8, np.float32)
    assert segment(sure, SegmentationNoise(0.01, 1.5, 0), np.random.default_rng(0)).all()
