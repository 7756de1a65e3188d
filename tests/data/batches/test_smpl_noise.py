import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from meshgait.data import SmplNoise
from meshgait.errors import ConfigError, DataError
from meshgait.sequence import GaitSequence


def clip(frames=5, seed=0):
    generator = np.random.default_rng(seed)
    arrays = {
        "smpl": generator.normal(0, 0.4, (frames, 85)).astype(np.float32),
        "silhouette": generator.integers(0, 256, (frames, 64, 44), dtype=np.uint8),
    }
    return GaitSequence("a", "b", "c", arrays)


def test_errors_have_their_sizes_and_last_for_the_clip():
    turns, shapes = [], []
    before = clip()
    for seed in range(200):
        after = SmplNoise(joint_deg=4.0, betas=0.5)(before, np.random.default_rng(seed))
        old, new = (
            Rotation.from_rotvec(c.frames["smpl"][:, 3:75].reshape(-1, 3)) for c in (before, after)
        )
        turn = (old.inv() * new).as_rotvec().reshape(5, 24, 3)
        shape = (after.frames["smpl"] - before.frames["smpl"])[:, 75:]
        np.testing.assert_allclose(turn, turn[:1].repeat(5, 0), atol=1e-5)
        np.testing.assert_allclose(shape, shape[:1].repeat(5, 0), atol=1e-5)
        turns.append(turn[0])
        shapes.append(shape[0])
    assert abs(np.rad2deg(np.std(turns)) - 4.0) < 0.1
    assert abs(np.std(shapes) - 0.5) < 0.03


def test_nothing_else_changes_and_no_noise_is_no_change():
    before = clip()
    kept = {name: array.copy() for name, array in before.frames.items()}
    after = SmplNoise()(before, np.random.default_rng(0))
    np.testing.assert_array_equal(after.frames["smpl"][:, :3], kept["smpl"][:, :3])
    np.testing.assert_array_equal(after.frames["silhouette"], kept["silhouette"])
    np.testing.assert_array_equal(before.frames["smpl"], kept["smpl"])
    same = SmplNoise(0, 0)(before, np.random.default_rng(0))
    np.testing.assert_allclose(same.frames["smpl"], kept["smpl"], atol=1e-5)


def test_what_it_cannot_do_is_said():
    with pytest.raises(DataError, match="a-b-c has no smpl"):
        SmplNoise()(clip().only(["silhouette"]), np.random.default_rng(0))
    with pytest.raises(ConfigError, match="betas must be 0 or more"):
        SmplNoise(betas=-1)
