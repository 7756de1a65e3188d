from dataclasses import replace

import numpy as np
import pytest

from meshgait.body import Body
from meshgait.camera import Camera
from meshgait.data import OtherView
from meshgait.data.batches.other_view import draw_bodies
from meshgait.data.synthetic.endless import EndlessGait
from meshgait.data.synthetic.render_clip import WildConfig, render_clip
from meshgait.data.synthetic.segmentation import SegmentationNoise
from meshgait.errors import DataError
from meshgait.sequence import GaitSequence
from meshgait.walker import EstimatorNoise

CLEAN = WildConfig(
    clips=2, frames=(12, 12), elevation_deg=(0.0, 0.0), bag=0.0, coat=0.0, occluded=0.0,
    segmentation=SegmentationNoise(0, 1, 0), estimator=EstimatorNoise(0, 0, 0),
)  # fmt: skip


def from_azimuth(azimuth):
    """A walk on a straight way, rendered from far away."""
    clip = EndlessGait(seed=3, config=CLEAN).clip(0)
    camera = Camera.orbit(azimuth, 0.0, 40.0, (128, 112), target=(0.0, 0.9, 0.0), fov_deg=3.5)
    return render_clip(Body.embedded(), replace(clip, camera=camera), CLEAN)


def agreement(one, other):
    both = [x.frames["silhouette"] > 0 for x in (one, other)]
    return (both[0] & both[1]).sum() / (both[0] | both[1]).sum()


@pytest.mark.parametrize("angle", [0.0, 50.0, 200.0])
def test_it_is_what_a_camera_there_would_film(angle):
    here, there = from_azimuth(20.0), from_azimuth(20.0 + angle)
    view = OtherView(chance=1.0, azimuth_deg=(angle, angle))
    turned = view(here, np.random.default_rng(0))
    assert agreement(turned, there) > 0.86  # betas do not say all of the surface
    assert angle == 0 or agreement(here, there) < agreement(turned, there) - 0.03
    again = draw_bodies(there.frames["smpl"])
    np.testing.assert_allclose(turned.frames["silhouette"] / 255, again / 255, atol=1)
    assert (turned.frames["silhouette"] != again).mean() < 0.01


def test_chance_decides_and_the_clip_is_left_as_it_was():
    clip = from_azimuth(0.0)
    before = clip.frames["smpl"].copy()
    assert OtherView(chance=0.0)(clip, np.random.default_rng(0)) is clip
    changed = OtherView(chance=1.0)(clip, np.random.default_rng(0))
    same = OtherView(chance=1.0)(clip, np.random.default_rng(0))
    np.testing.assert_array_equal(changed.frames["smpl"], same.frames["smpl"])
    np.testing.assert_array_equal(clip.frames["smpl"], before)
    assert not np.array_equal(changed.frames["smpl"][:, 3:6], before[:, 3:6])
    np.testing.assert_array_equal(changed.frames["smpl"][:, 6:], before[:, 6:])


def test_other_modalities_are_refused():
    clip = GaitSequence("a", "b", "c", {"smpl": np.zeros((3, 85), np.float32)})
    with pytest.raises(DataError, match="silhouette and smpl"):
        OtherView()(clip, np.random.default_rng(0))
