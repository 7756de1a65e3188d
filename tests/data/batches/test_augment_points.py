import numpy as np
import pytest

from meshgait.data import FlipPoints, ScalePoints
from meshgait.errors import ConfigError, DataError
from meshgait.sequence import GaitSequence


def clip(**more):
    points = np.random.default_rng(0).random((3, 20, 3), np.float32)
    return GaitSequence("a", "b", "c", {"points": points, **more})


def test_flipping_twice_changes_nothing_and_once_the_second_column():
    before, generator = clip(), np.random.default_rng(1)
    once = FlipPoints(1.0)(before, generator)
    there, here = (x.frames["points"] for x in (once, before))
    np.testing.assert_array_equal(there, here * np.float32([1, -1, 1]))
    np.testing.assert_array_equal(FlipPoints(1.0)(once, generator).frames["points"], here)
    assert FlipPoints(0.0)(before, generator) is before


def test_scaling_leaves_heights_and_gives_each_frame_its_own_sphere():
    before = clip()
    after = ScalePoints(1.0)(before, np.random.default_rng(1)).frames["points"]
    z = before.frames["points"][..., 2]
    np.testing.assert_allclose(after[..., 3], z - z.min(1, keepdims=True), atol=1e-7)
    radius = np.linalg.norm(after[..., :3], axis=-1).max(1)
    assert ((radius >= 0.8) & (radius <= 1.25)).all()
    assert len(np.unique(radius)) == 3
    again = ScalePoints(1.0)(GaitSequence("a", "b", "c", {"points": after}),
                             np.random.default_rng(2)).frames["points"]  # fmt: skip
    np.testing.assert_array_equal(again[..., 3], after[..., 3])


@pytest.mark.parametrize("augmentation", [FlipPoints(), ScalePoints()])
def test_other_modalities_are_not_left_behind(augmentation):
    with pytest.raises(DataError, match="changes points alone, not smpl"):
        augmentation(clip(smpl=np.zeros((3, 85))), np.random.default_rng(0))


def test_a_factor_is_positive_and_in_order():
    with pytest.raises(ConfigError, match="factor is least and largest"):
        ScalePoints(factor=(1.0, 0.5))
