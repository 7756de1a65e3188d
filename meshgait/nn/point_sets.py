"""Layers on sets of points: centres, their neighbours, set abstraction (PointNet++, Qi 2017)."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import relu

from meshgait.numerics import in_full_precision

Neighbours = Literal["knn", "ball"]
"""The nearest points, or the first ones within a radius."""

_FAR = 1e10  # a squared distance above all others
_SAME = 1e-5  # off the unit sphere, of what is normalised already


def normalize_points(points: Float[Tensor, "*batch N 3"]) -> Float[Tensor, "*batch N 4"]:
    """Each cloud around its centroid in a sphere of radius 1, and its heights in metres beside it.

    The third axis points up. The fourth column is the height above the lowest point of the cloud as
    it came, whatever the first three are divided by (LidarGait++). Computed in float64.

    >>> normalize_points(torch.tensor([[0.0, 0.0, 1.0], [0.0, 0.0, 5.0]]))
    tensor([[ 0.,  0., -1.,  0.],
            [ 0.,  0.,  1.,  4.]])
    """
    place = points.double()
    height = place[..., 2:] - place[..., 2:].amin(-2, keepdim=True)
    return torch.cat([_into_unit_sphere(place), height], dim=-1).to(points.dtype)


def _into_unit_sphere(place: Float[Tensor, "*batch N 3"]) -> Float[Tensor, "*batch N 3"]:
    middle = place - place.mean(-2, keepdim=True)
    reach = middle.norm(dim=-1).amax(-1)[..., None, None]
    return middle / reach.clamp_min(torch.finfo(place.dtype).tiny)


def is_normalized(points: Float[Tensor, "*batch N K"]) -> bool:
    """Whether every cloud lies around its centroid in a sphere of radius 1 already.

    >>> is_normalized(torch.tensor([[0.0, 0.0, -1.0], [0.0, 0.0, 1.0]]))
    True
    """
    place = points[..., :3].double()
    off = place.mean(-2).norm(dim=-1) + (place.norm(dim=-1).amax(-1) - 1).abs()
    return bool((off < _SAME).all())


@in_full_precision
@torch.no_grad()
def farthest_points(
    xyz: Float[Tensor, "M N 3"], count: int, first: Int[Tensor, " M"] | None = None
) -> Int[Tensor, "M count"]:
    """Indices of points, each the farthest from all before it; the lowest index where several are.

    `first` says where each cloud starts, at its point 0 if not given.

    >>> farthest_points(torch.tensor([[[0.0, 0, 0], [1, 0, 0], [3, 0, 0]]]), 3)
    tensor([[0, 2, 1]])
    """
    chosen = xyz.new_zeros(len(xyz), dtype=torch.long) if first is None else first
    # Axis by axis, in memory that is there: several times as fast as a sum over the last axis.
    axes = [axis.contiguous() for axis in xyz.unbind(-1)]
    distance = torch.full_like(axes[0], _FAR)
    step, part = torch.empty_like(distance), torch.empty_like(distance)
    found = []
    for _ in range(count):
        found.append(chosen)
        step.zero_()
        for axis in axes:
            torch.sub(axis, axis.gather(1, chosen[:, None]), out=part)
            step += part.square_()
        torch.minimum(distance, step, out=distance)
        chosen = distance.argmax(1)
    return torch.stack(found, dim=1)


@in_full_precision
@torch.no_grad()
def find_neighbours(
    centre: Float[Tensor, "M S 3"],
    xyz: Float[Tensor, "M N 3"],
    count: int,
    *,
    how: Neighbours,
    radius: float,
) -> Int[Tensor, "M S k"]:
    """Indices of `count` points around each centre, or of all where there are no more.

    `knn` takes the nearest, `ball` those of the lowest indices within `radius`, the first of them
    again where there are too few. Squared distances are |a|^2 + |b|^2 - 2ab, as the published
    networks compute them.

    >>> line = torch.tensor([[[0.0, 0, 0], [1, 0, 0], [3, 0, 0]]])
    >>> find_neighbours(line[:, 2:], line, 2, how="knn", radius=1)
    tensor([[[2, 1]]])
    >>> find_neighbours(line[:, 2:], line, 2, how="ball", radius=1)
    tensor([[[2, 2]]])
    """
    squared = -2 * torch.matmul(centre, xyz.mT)
    squared += centre.square().sum(-1, keepdim=True)
    squared += xyz.square().sum(-1).unsqueeze(1)
    count = min(count, xyz.shape[1])
    if how == "knn":
        return squared.topk(count, largest=False, sorted=False).indices
    nobody = xyz.shape[1]
    index = torch.arange(nobody, device=xyz.device).expand(squared.shape)
    near = index.masked_fill(squared > radius**2, nobody)
    near = near.topk(count, largest=False).values.sort(-1).values
    return torch.where(near == nobody, near[..., :1], near)


def _take(values: Float[Tensor, "M N C"], index: Int[Tensor, "M ..."]) -> Float[Tensor, "M ... C"]:
    """Rows of each cloud."""
    clouds, points, _ = values.shape
    start = torch.arange(clouds, device=values.device) * points
    rows = index + start.reshape(-1, *[1] * (index.ndim - 1))
    # Whose gradient is several times as fast as that of values[cloud, index].
    taken = values.flatten(0, 1).index_select(0, rows.flatten())
    return taken.unflatten(0, index.shape)


class PointLayers(nn.Module):
    """The same layers for each point: 1 x 1 convolutions with bias, batch norm, ReLU.

    >>> PointLayers((3, 8, 16))(torch.zeros(2, 5, 7, 3)).shape
    torch.Size([2, 5, 7, 16])
    """

    def __init__(self, channels: tuple[int, ...]) -> None:
        super().__init__()
        pairs = list(pairwise(channels))
        self.convs = nn.ModuleList(nn.Conv2d(old, new, 1) for old, new in pairs)
        self.norms = nn.ModuleList(nn.BatchNorm2d(new) for _, new in pairs)

    def forward(self, x: Float[Tensor, "M S k C"]) -> Float[Tensor, "M S k D"]:
        """Features of every neighbour of every centre."""
        y = x.permute(0, 3, 1, 2)  # channels last: no copy
        for conv, norm in zip(self.convs, self.norms, strict=True):
            y = relu(norm(conv(y)), inplace=True)
        return y.permute(0, 2, 3, 1)


class SetAbstraction(nn.Module):
    """Fewer points that know their surroundings: centres, and the maximum over their neighbours.

    `columns` are those of a point (three places, and more that are relative as well), `channels`
    its features and those of the layers. `relative` divides what is relative by the radius.
    """

    def __init__(
        self,
        columns: int,
        channels: tuple[int, ...],
        *,
        centres: int,
        count: int,
        radius: float,
        how: Neighbours = "knn",
        relative: bool = True,
    ) -> None:
        super().__init__()
        self.centres, self.count, self.radius = centres, count, radius
        self.how, self.unit = how, radius if relative else 1.0
        self.layers = PointLayers((columns + channels[0], *channels[1:]))

    def forward(
        self,
        points: Float[Tensor, "M N K"],
        features: Float[Tensor, "M N C"],
        first: Int[Tensor, " M"] | None = None,
    ) -> tuple[Float[Tensor, "M S K"], Float[Tensor, "M S D"]]:
        """Columns and features of the centres; `first` as in `farthest_points`.

        >>> layer = SetAbstraction(3, (0, 8, 16), centres=4, count=5, radius=0.5)
        >>> columns, features = layer(torch.rand(2, 20, 3), torch.zeros(2, 20, 0))
        >>> columns.shape, features.shape
        (torch.Size([2, 4, 3]), torch.Size([2, 4, 16]))
        """
        xyz = points[..., :3]
        centre = _take(points, farthest_points(xyz, self.centres, first))
        near = find_neighbours(centre[..., :3], xyz, self.count, how=self.how, radius=self.radius)
        apart = (_take(points, near) - centre.unsqueeze(2)) / self.unit
        around = torch.cat([apart, _take(features, near).to(apart)], dim=-1)
        return centre, self.layers(around).amax(2)
