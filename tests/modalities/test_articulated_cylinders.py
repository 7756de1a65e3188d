import numpy as np
import pytest
import torch
from torch.testing import assert_close

from meshgait.errors import DataError, ShapeError
from meshgait.modalities import Grid, articulated_cylinders, canonical_mesh, voxels
from tests.modalities.conftest import mirrored

STEP = np.radians(5)  # between two of the angles that are tried
GRID = Grid.around((0.0, -0.1, 0.0), (1.0, 2.0, 1.4), 1 / 32)


@pytest.fixture(scope="module")
def walker(long_clip):
    return canonical_mesh(long_clip.mesh[:30])


def test_hips_and_knees_bend_as_the_walkers_do(walker):
    legs = articulated_cylinders(voxels(walker, GRID), GRID)
    for side in (0, 1):
        hip, knee, ankle = (walker.joints[:, joint + side] for joint in (1, 4, 7))
        thigh, shank = knee - hip, ankle - knee
        flexed = torch.atan2(thigh[:, 2], -thigh[:, 1])
        bent = flexed - torch.atan2(shank[:, 2], -shank[:, 1])
        assert (legs.hip[:, side] - flexed).rad2deg().abs().mean() < 10
        assert (legs.knee[:, side] - bent).rad2deg().abs().mean() < 15
        assert torch.corrcoef(torch.stack([legs.hip[:, side], flexed]))[0, 1] > 0.9


def test_clips_and_the_mirror_do_what_they_should(walker, body):
    ours = voxels(walker, GRID)
    theirs = voxels(mirrored(walker, body), GRID)
    both = articulated_cylinders(torch.stack([ours, theirs])[None], GRID)
    alone = articulated_cylinders(ours, GRID)
    assert both.hip.shape == (1, 2, 30, 2)
    assert_close(both.knee[0, 0], alone.knee)
    assert (both.hip[0, 1] - alone.hip.flip(-1)).rad2deg().abs().mean() < 2.5


def test_who_is_twice_as_large_has_legs_twice_as_long_that_bend_alike(walker):
    volume = voxels(walker, GRID)
    origin = tuple(2 * place for place in GRID.origin)
    small, large = (articulated_cylinders(volume, grid) for grid in
                    (GRID, Grid(origin, 2 * GRID.cell, GRID.shape)))  # fmt: skip
    assert_close(large.thigh, 2 * small.thigh)
    assert_close(large.shank, 2 * small.shank)
    assert torch.equal(large.hip, small.hip)  # doubling is exact
    assert torch.equal(large.knee, small.knee)


def test_where_the_floor_is_changes_nothing(walker):
    """Not even a floor at 0, or one that sinks through it."""
    volume = voxels(walker, GRID)
    low = int(volume.any(-1).any(-2).int().argmax(-1).min())
    expected = articulated_cylinders(volume, GRID)
    x, _, z = GRID.origin
    for floor in (0.0, -GRID.cell, 1.0):
        found = articulated_cylinders(
            volume, Grid((x, floor - low * GRID.cell, z), GRID.cell, GRID.shape)
        )
        assert_close(found.thigh, expected.thigh)
        for one, other in ((found.hip, expected.hip), (found.knee, expected.knee)):
            assert (one - other).abs().max() < 1.5 * STEP  # rounding may take the next angle


def test_empty_volumes_and_other_grids_are_refused():
    with pytest.raises(DataError, match="no voxel inside"):
        articulated_cylinders(torch.zeros(2, *GRID.shape, dtype=torch.bool), GRID)
    with pytest.raises(ShapeError, match="not on a grid"):
        articulated_cylinders(torch.zeros(2, 3, 3, 3, dtype=torch.bool), GRID)
