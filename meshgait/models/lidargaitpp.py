"""LidarGait++: point clouds of a laser scanner, pooled by height (Shen et al., CVPR 2025)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from meshgait.errors import ConfigError, DataError, ShapeError
from meshgait.nn import (
    Frames,
    Neighbours,
    NetVlad,
    PartLinear,
    PointLayers,
    SetAbstraction,
    check_width,
    configured,
    embed_sequences,
    initialise_,
    is_normalized,
    normalize_points,
    scale_channels,
)
from meshgait.numerics import in_full_precision

OFFICIAL_NAMES = (
    (r"sa4\.mlp_convs\.", "sa4.convs."),
    (r"sa4\.mlp_bns\.", "sa4.norms."),
    (r"sa([1-3])\.mlp_convs\.", r"sa\1.layers.convs."),
    (r"sa([1-3])\.mlp_bns\.", r"sa\1.layers.norms."),
    (r"FCs\.fc_bin", "head.weight"),
)
"""Regular expressions for the start of a name in the published checkpoints, and our start."""

UP, HEIGHT = 2, 3
"""Columns of a point: x, y and z, which points up, in the unit sphere; height in metres."""

TALLEST = 2.0  # metres
_FLAT = 1e-6  # keeps clouds without height finite; the published network must have it, too
_AT_ONCE = 64  # frames, when nothing is learnt

Pooling = Literal["hap", "uap", "udp", "vlad"]
"""Bins of equal height above ground, between lowest and highest point, or of as many points; or
what is left beside learnt centres, wherever the points are."""


class LidarGaitPP(nn.Module):
    """Three set abstractions, layers on the points that are left, bins of height, the maximum.

    The order of the frames does not matter. `embedding_shape` is (P, C).
    """

    @dataclass(frozen=True)
    class Config:
        """The published network for SUSTech1K; `FREEGAIT` is that for FreeGait.

        `centres` are left by each abstraction, described by their `neighbours` (`count` at most)
        within a radius of `radii`, by which relative places are divided if `relative`. `height`
        is whether the points' fourth column is looked at. `first` is the centre to start with, the
        first point of a cloud or a random one, as in the original, whose embeddings are therefore
        never twice the same. `pooling` cuts a person into `bins` by height above ground up to 2 m
        ("hap"), between its lowest and its highest point ("uap") or into as many points each
        ("udp"); "vlad" has no bins but `clusters` learnt centres, and was never compared with
        published numbers. `as_published` takes lowest and highest for "uap" from the first frame of
        a walk, for all its frames. `base` times 2 .. 16 are the layers' channels, `deep` those
        after the last, `channels` is the length of each part's embedding. `width` scales all.
        """

        base: int = 16  # channels of the layers are 2 to 16 times this
        centres: tuple[int, int, int] = (512, 256, 128)  # points left by each abstraction
        radii: tuple[float, float, float] = (0.1, 0.2, 0.4)  # metres around a centre
        count: int = 32  # neighbours at most
        neighbours: Neighbours = "knn"  # how they are found
        relative: bool = True  # divide relative places by the radius
        height: bool = True
        first: Literal["fixed", "random"] = "fixed"
        pooling: Pooling = "hap"
        bins: tuple[int, ...] = (1, 2, 4, 8, 16)
        clusters: int = 16
        as_published: bool = False
        deep: int = 256  # channels after the last abstraction
        channels: int = 256
        width: float = 1.0

        def __post_init__(self) -> None:
            check_width(self.width)
            known = {"neighbours": ("knn", "ball"), "pooling": get_args(Pooling),
                     "first": ("fixed", "random")}  # fmt: skip
            for name, values in known.items():
                if getattr(self, name) not in values:
                    raise ConfigError(
                        f"{name} must be one of {', '.join(values)}, got {getattr(self, name)!r}"
                    )
            if self.pooling == "hap" and not self.height:
                raise ConfigError("pooling 'hap' is by height: say height=True, or 'uap' or 'udp'")
            if self.pooling == "udp" and any(self.centres[-1] % bins for bins in self.bins):
                raise ConfigError(
                    f"pooling 'udp' cuts {self.centres[-1]} points into equal bins; use divisors "
                    f"of it as bins, not {self.bins}"
                )

    inputs = ("points",)
    embed = embed_sequences

    @configured(Config)
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        (c,), (deep, channels) = scale_channels(
            ((config.base,), (config.deep, config.channels)), config.width
        )
        columns = 4 if config.height else 3
        layers = ((0, 2 * c, 2 * c, 4 * c), (4 * c, 4 * c, 4 * c, 8 * c),
                  (8 * c, 8 * c, 8 * c, 16 * c))  # fmt: skip
        self.sa1, self.sa2, self.sa3 = (
            SetAbstraction(
                columns, layers[i], centres=config.centres[i], radius=config.radii[i],
                count=config.count, how=config.neighbours, relative=config.relative,
            )
            for i in range(3)
        )  # fmt: skip
        self.sa4 = PointLayers((columns + 16 * c, 16 * c, 16 * c, deep))
        self.vlad = NetVlad(config.clusters, deep) if config.pooling == "vlad" else None
        parts = config.clusters if self.vlad else sum(config.bins)
        self.embedding_shape = (parts, channels)
        self.head = PartLinear(parts, deep, channels)
        initialise_(self)

    def forward(
        self, points: Float[Tensor, "B T N K"], mask: Bool[Tensor, "B T"] | None = None
    ) -> Float[Tensor, "B P C"]:
        """Embed clouds of as many points in each frame; `mask` is True where a frame is real.

        Of three columns, x, y and z in metres, z up: they are normalised here. Of four they are
        taken as the published network is fed: each cloud in a unit sphere, then heights in metres
        (`nn.normalize_points`). Clouds in unit spheres stay as they are without `height`.

        >>> model = LidarGaitPP(LidarGaitPP.Config(width=1 / 16))
        >>> model(torch.rand(2, 3, 100, 3)).shape
        torch.Size([2, 31, 16])
        """
        frames = Frames.of(points, mask)
        if points.ndim != 4 or points.shape[3] not in (3, 4) or not points.is_floating_point():
            raise ShapeError(
                "points must be (B, T, N, 3) floats in metres, or (B, T, N, 4) of a unit sphere "
                f"and heights; got {tuple(points.shape)} {points.dtype}"
            )
        clouds = self._columns(frames.pack(points)).to(self.head.weight.dtype)
        starts = self._draw_starts(clouds)
        step = len(clouds) if torch.is_grad_enabled() or self.training else _AT_ONCE
        found = [
            self._abstract(*some)
            for some in zip(clouds.split(step), starts.split(step), strict=True)
        ]
        centres, features = (torch.cat(parts) for parts in zip(*found, strict=True))
        pooled = (
            self.vlad(features)
            if self.vlad
            else pool_bins(features, self._heights(centres, frames), self.config.bins)
        )
        return self.head(frames.max(pooled))

    def _draw_starts(self, clouds: Float[Tensor, "M N D"]) -> Int[Tensor, "M 3"]:
        """The point of each cloud that each of the abstractions begins with."""
        if self.config.first == "fixed":
            return clouds.new_zeros(len(clouds), 3, dtype=torch.long)
        sizes = torch.tensor([clouds.shape[1], *self.config.centres[:2]], device=clouds.device)
        return (torch.rand(len(clouds), 3, device=clouds.device) * sizes).long()

    def _columns(self, clouds: Float[Tensor, "M N K"]) -> Float[Tensor, "M N D"]:
        """Places in the unit sphere, and heights where the network looks at them."""
        if clouds.shape[2] == 3:
            ready = is_normalized(clouds)
            if ready and self.config.height:
                raise DataError(
                    "points (B, T, N, 3) in unit spheres have lost their heights; give metres, or "
                    "the heights in metres as a fourth column"
                )
            clouds = clouds if ready else normalize_points(clouds)
        return clouds if self.config.height else clouds[..., :3]

    def _abstract(
        self, clouds: Float[Tensor, "M N D"], starts: Int[Tensor, "M 3"]
    ) -> tuple[Float[Tensor, "M S D"], Float[Tensor, "M S C"]]:
        """The last centres of each frame, and their features."""
        x = clouds.new_zeros(*clouds.shape[:2], 0)
        for layer, start in zip((self.sa1, self.sa2, self.sa3), starts.unbind(1), strict=True):
            clouds, x = layer(clouds, x, start)
        absolute = torch.cat([clouds, x.to(clouds)], dim=-1).unsqueeze(2)
        return clouds, self.sa4(absolute).squeeze(2)

    @in_full_precision
    def _heights(self, centres: Float[Tensor, "M S D"], frames: Frames) -> Float[Tensor, "M S"]:
        """Where each centre lies between the lowest, 0, and the highest bin, 1."""
        if self.config.pooling == "hap":
            return centres[..., HEIGHT] / TALLEST
        z = centres[..., UP]
        if self.config.pooling == "udp":
            rank = z.argsort(dim=1, stable=True).argsort(dim=1)
            return (rank.to(z) + 0.5) / z.shape[1]
        ends = torch.stack([z.amin(1), z.amax(1)], dim=1)
        if self.config.as_published:
            ends = frames.repeat(torch.stack([walk[0] for walk in frames.split(ends)]))
        low, high = ends[:, :1], ends[:, 1:]
        return (z - low) / (high - low + _FLAT)


def pool_bins(
    features: Float[Tensor, "M S C"], height: Float[Tensor, "M S"], bins: tuple[int, ...]
) -> Float[Tensor, "M P C"]:
    """Maximum plus mean of the points in each bin of `height`, 0 of an empty one.

    Heights from 0 to 1 are cut into `bins[0]` equal bins, then into `bins[1]` and so on. What is on
    an edge belongs to the lower bin, what is above 1 or below 0 to the last or the first.

    >>> x = torch.tensor([[[1.0], [2.0], [4.0]]])
    >>> pool_bins(x, torch.tensor([[0.1, 0.5, 0.8]]), (1, 2)).flatten()
    tensor([6.3333, 3.5000, 8.0000])
    """
    parts = []
    for count in bins:
        edges = torch.arange(1, count, device=height.device).to(height) / count
        place = torch.bucketize(height.contiguous(), edges).unsqueeze(-1).expand_as(features)
        empty = features.new_zeros(len(features), count, features.shape[2])
        largest, mean = (
            empty.scatter_reduce(1, place, features, how, include_self=False)
            for how in ("amax", "mean")
        )
        parts.append(largest + mean)
    return torch.cat(parts, dim=1)


FREEGAIT = LidarGaitPP.Config(base=32, centres=(256, 192, 128), count=16)
"""The network published for FreeGait."""

WITHOUT_HEIGHT = LidarGaitPP.Config(height=False, pooling="udp")
FREEGAIT_WITHOUT_HEIGHT = LidarGaitPP.Config(
    base=32, centres=(256, 192, 128), count=16, height=False, pooling="udp"
)
"""The same two on places alone."""
