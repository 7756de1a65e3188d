import torch
from torch.testing import assert_close

from meshgait.nn import SetAbstraction, farthest_points, find_neighbours, normalize_points
from tests.tolerance import rounding


def test_each_centre_is_the_farthest_from_those_before():
    xyz = torch.rand(2, 40, 3).double()
    chosen = farthest_points(xyz, 12, torch.tensor([7, 0]))
    assert chosen[:, 0].tolist() == [7, 0]
    for cloud, index in zip(xyz, chosen, strict=True):
        away = torch.cdist(cloud, cloud, compute_mode="donot_use_mm_for_euclid_dist")
        for i in range(1, 12):
            nearest = away[:, index[:i]].amin(1)
            assert nearest[index[i]] == nearest.max()


def test_of_equal_points_the_first_is_taken():
    xyz = torch.tensor([[[0.0, 0, 0], [1, 0, 0], [1, 0, 0], [0, 0, 0]]])
    assert farthest_points(xyz, 3).tolist() == [[0, 1, 0]]


def test_nearest_neighbours_are_the_nearest_and_balls_hold_the_first_points_inside():
    xyz = torch.rand(2, 60, 3).double()
    away = torch.cdist(xyz[:, :5], xyz)
    near = find_neighbours(xyz[:, :5], xyz, 7, how="knn", radius=0)
    assert_close(near.sort(-1).values, away.argsort(-1)[..., :7].sort(-1).values)
    ball = find_neighbours(xyz[:, :5], xyz, 7, how="ball", radius=0.25)
    for cloud in range(2):
        for centre in range(5):
            inside = (away[cloud, centre] <= 0.25).nonzero().flatten()[:7].tolist()
            expected = inside + inside[:1] * (7 - len(inside))
            assert ball[cloud, centre].tolist() == expected


def test_an_abstraction_does_not_see_where_a_cloud_lies():
    layer = SetAbstraction(3, (2, 4, 8), centres=6, count=5, radius=0.4).double()
    xyz, features = torch.rand(2, 30, 3).double(), torch.rand(2, 30, 2).double()
    (centre, here), (moved, there) = (layer(x, features) for x in (xyz, xyz + 4))
    bound = rounding(torch.float64, 30 * 8, 4 / 0.4)
    assert_close(moved - 4, centre, **bound)
    assert_close(there, here, **bound)


def test_heights_stay_metres_while_places_move_into_the_unit_sphere():
    metres = torch.rand(3, 50, 3).double() * 2 + 5
    cloud = normalize_points(metres)
    bound = rounding(torch.float64, 50, 7.0)
    assert_close(cloud[..., :3].mean(1), torch.zeros(3, 3).double(), **bound)
    assert_close(cloud[..., :3].norm(dim=-1).amax(1), torch.ones(3).double(), **bound)
    z = metres[..., 2]
    assert_close(cloud[..., 3], z - z.amin(1, keepdim=True), **bound)
