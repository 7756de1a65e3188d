import numpy as np
import pytest
import torch
from torch.testing import assert_close

from meshgait import Camera
from meshgait.errors import DataError
from meshgait.modalities import canonical_mesh, cgi, gait_cycle, normalize_silhouette, silhouette
from meshgait.modalities.cgi import _extremes, contour, leg_width


def stripes(widths):
    """Legs as a bar of a width in pixels, for each frame."""
    image = torch.zeros(len(widths), 32, 22)
    for frame, width in zip(image, widths, strict=True):
        frame[:, 2 : 2 + width] = 1
    return image


def test_a_contour_is_what_touches_the_outside():
    blob = torch.rand(3, 12, 9) > 0.3
    padded = torch.nn.functional.pad(blob.float(), (1, 1, 1, 1))
    expected = torch.zeros(3, 12, 9)
    for n in range(3):
        for y in range(12):
            for x in range(9):
                around = [
                    padded[n, y + 1 + dy, x + 1 + dx]
                    for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0))
                ]
                expected[n, y, x] = float(blob[n, y, x] and min(around) == 0)
    assert_close(contour(blob.float()), expected)


def test_leg_width_counts_from_the_first_to_the_last_pixel():
    assert leg_width(stripes([3, 7])).tolist() == [3, 7]
    gap = stripes([9])
    gap[:, :, 4:8] = 0
    assert leg_width(gap).tolist() == [9]


def test_the_widest_is_red_the_narrowest_blue_and_between_is_green():
    widths = [5, 9, 13, 9, 5, 9, 13, 9, 5, 9, 13, 9, 5]
    found = cgi(stripes(widths), torch.ones(13).bool())[:, 16]  # a row of the middle
    edge = {width: found[:, 1 + width] for width in (5, 9, 13)}
    # In a period the legs are wide apart twice, together twice, and half-way four times.
    assert_close(edge[5], torch.tensor([0.0, 0.0, 2.0]), atol=1e-6, rtol=0)
    assert_close(edge[13], torch.tensor([2.0, 0.0, 0.0]), atol=1e-6, rtol=0)
    assert_close(edge[9].sum(), torch.tensor(4.0))
    assert edge[9][1] > 3.6


def test_by_the_phase_it_is_the_mean_of_the_periods():
    moments = (torch.rand(20, 16, 11) > 0.5).float()
    phase = torch.arange(40) / 20
    once = cgi(moments, torch.ones(20).bool(), phase=phase[:20])
    twice = cgi(moments.repeat(2, 1, 1), torch.ones(40).bool(), phase=phase)
    assert_close(twice, once)
    assert_close(once.sum(0), contour(moments).sum(0))  # colours sum to 1


def test_padding_changes_nothing(long_clip):
    image = (
        torch.as_tensor(normalize_silhouette(silhouette(long_clip.mesh, long_clip.camera))) / 255
    )
    alone = cgi(image, torch.ones(60).bool())
    padded = torch.cat([image, torch.rand(9, 64, 44)])
    assert_close(cgi(padded, torch.arange(69) < 60), alone)
    both = cgi(torch.stack([padded, padded]), (torch.arange(69) < 60).expand(2, -1))
    assert_close(both[1], alone)


def test_the_width_of_the_legs_agrees_with_the_joints(long_clip):
    walker = canonical_mesh(long_clip.mesh)
    side = Camera.orbit(90.0, 0.0, 5.0, (96, 96), fov_deg=28.0)
    image = torch.as_tensor(normalize_silhouette(silhouette(walker, side))) / 255
    keep = torch.ones(60).bool()
    phase = gait_cycle(long_clip.mesh.joints, keep, fps=25.0).phase
    by_width, by_phase = cgi(image, keep), cgi(image, keep, phase=phase)
    together = torch.stack([by_width.flatten(), by_phase.flatten()])
    assert torch.corrcoef(together)[0, 1] > 0.8


@pytest.mark.parametrize(("dip", "turns"), [(2.0, [1, 4, 5]), (3.0, [1, 2, 3, 4, 5])])
def test_a_swing_of_less_than_a_quarter_of_the_range_is_noise(dip, turns):
    width = np.array([0.0, 10.0, 10.0 - dip, 9.9, 0.0, 10.0, 0.0])
    assert _extremes(width).tolist() == turns


def test_somebody_who_stands_has_no_quarters():
    with pytest.raises(DataError, match="clip 0 show 0 quarters"):
        cgi(stripes([5] * 20), torch.ones(20).bool())
