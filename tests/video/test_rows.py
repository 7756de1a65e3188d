from dataclasses import replace

import numpy as np

from meshgait.modalities import normalize_silhouette
from meshgait.video.region import Patch
from meshgait.video.rows import Rows, row_of, rows_of
from meshgait.video.track import Seen
from tests.video.stage import HEIGHT, WIDTH, rows, sighting, walk_across


def test_silhouettes_are_normalised_as_the_field_does():
    blob = np.zeros((HEIGHT, WIDTH), bool)
    blob[40:150, 100:130] = True
    blob[100:150, 130:150] = True
    mask = Patch(blob[30:160, 90:160].astype(np.uint8) * 255, 90, 30)
    seen = replace(sighting((90, 30, 160, 160)), mask=mask)
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    kept = rows_of([row_of(Seen(1, seen, 0.0), 0, 0.0, picture)])
    np.testing.assert_array_equal(kept.silhouette[0], normalize_silhouette(blob))
    np.testing.assert_array_equal(kept.box[0], [100, 40, 150, 150])
    assert kept.area[0] == blob.sum()
    assert not kept.at_border[0]


def test_the_square_holds_the_mask():
    kept = rows(walk_across(1, 100, 0))
    left, top, side = kept.square[0]
    drawn = np.argwhere(kept.masks()[0])
    low, high = drawn.min(0)[::-1] * side / 128, (drawn.max(0)[::-1] + 1) * side / 128
    corner = np.array([left, top])
    np.testing.assert_allclose(corner + low, kept.box[0, :2], atol=side / 128)
    np.testing.assert_allclose(corner + high, kept.box[0, 2:], atol=side / 128)


def test_rows_come_back_from_the_disk(tmp_path):
    kept = rows(walk_across(4, 100, 3))
    kept.save(tmp_path / "rows.npz", more=np.arange(3))
    again = Rows.load(tmp_path / "rows.npz")
    for name, value in vars(kept).items():
        np.testing.assert_array_equal(getattr(again, name), value)
    assert len(Rows.join([again, kept])) == 8
    assert len(Rows.join([])) == 0


def test_whoever_is_cut_by_the_border_is_marked():
    assert rows([np.array([-10.0, 50, 20, 150])]).at_border.tolist() == [True]


def test_colours_are_told_above_and_below():
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    picture[:100] = [250, 10, 10]
    seen = Seen(1, sighting((100, 50, 130, 150)), 0.0)
    above, below = rows_of([row_of(seen, 0, 0.0, picture)]).look[0]
    assert above[48] == 1  # all red: the fourth step of it
    assert below[0] == 1  # all black
