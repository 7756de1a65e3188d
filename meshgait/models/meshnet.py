"""MeshNet: the vertices of estimated bodies, on a hierarchy of the mesh."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from meshgait.body import Body
from meshgait.body._embedded import load_embedded
from meshgait.body.kinematics import PartialBody
from meshgait.body.smpl_row import BODY, CAMERA, JOINTS, POSE
from meshgait.errors import ConfigError, ShapeError
from meshgait.models.body_moments import body_moments, count_moments
from meshgait.models.skeletongcn import without_root
from meshgait.nn import (
    Frames,
    Mixing,
    TemporalMixing,
    check_width,
    configured,
    embed_sequences,
    frame_statistics,
    initialise_,
    scale_channels,
)
from meshgait.nn.graph import GraphBlock, GraphConvolution, SparseMap
from meshgait.numerics import made_once
from meshgait.operators import Level, adjacency, edges, hierarchy
from meshgait.rotation import axis_angle_to_matrix

STEP = 4  # times fewer vertices from level to level
LAST = 16  # vertices whose features are embedded, unless the last level has fewer
RAW = 256  # vertices at most whose moments are embedded
VERTICES = 6890  # of the body
LEAST = 4  # vertices of a closed surface


class MeshNet(nn.Module):
    """Vertices per frame in the pelvis' axes, graph convolutions, means and deviations over time.

    Beside what is learnt stand the same moments of the vertices and of the joint angles. The order
    of the frames matters for a `time` of "shift" or "dilated" only.
    `embedding_shape` is (P, C).
    """

    @dataclass(frozen=True)
    class Config:
        """The size of the network.

        `graph` lists the channels of the levels of the mesh, one or more; the first has
        `vertices` vertices, each other level 4 times fewer. `time` is the kind of
        `meshgait.nn.TemporalMixing` between frames, `parts` and `channels` the size of the
        embedding. `moments` keeps those of the input. `width` scales all channels, for small
        machines.
        """

        graph: tuple[int, ...] = (32, 64, 128)
        vertices: int = 256
        time: Mixing = "none"
        moments: bool = True
        parts: int = 16  # parts of the embedding
        channels: int = 256  # channels of each part
        dropout: float = 0.1
        width: float = 1.0

        def __post_init__(self) -> None:
            check_width(self.width)
            check_levels(self.graph, self.vertices)

    inputs = ("smpl",)
    embed = embed_sequences

    @configured(Config)
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        graph, (channels,) = scale_channels((config.graph, (config.channels,)), config.width)
        self.embedding_shape = (config.parts, channels)
        self.encoder = MeshEncoder(graph, config.vertices, config.time, config.moments)
        self.dropout = nn.Dropout(config.dropout)
        self.head = nn.Linear(self.encoder.channels, config.parts * channels)
        initialise_(self)

    def forward(
        self, smpl: Float[Tensor, "B T 85"], mask: Bool[Tensor, "B T"] | None = None
    ) -> Float[Tensor, "B P C"]:
        """Embed SMPL parameters: camera (3, not looked at), pose (72) and shape (10) per frame.

        `mask` is True where a frame is real.

        >>> model = MeshNet(MeshNet.Config(width=1 / 16))
        >>> model(torch.zeros(2, 5, 85)).shape
        torch.Size([2, 16, 16])
        """
        frames = Frames.of(smpl, mask)
        if smpl.shape[2:] != (BODY,):
            raise ShapeError(f"smpl must be (B, T, {BODY}), got {tuple(smpl.shape)}")
        gait = self.encoder(frames.pack(smpl).to(self.head.weight.dtype), frames)
        return self.head(self.dropout(gait)).unflatten(1, self.embedding_shape)


class MeshEncoder(nn.Module):
    """One normalised vector of `channels` numbers for a clip, from its SMPL parameters.

    The arguments are those of `MeshNet.Config`. After the last level what is left is
    pooled to `LAST` vertices, so that the embedding is as large for any number of levels.
    """

    raw: Tensor | None

    def __init__(
        self,
        graph: tuple[int, ...],
        vertices: int,
        time: Mixing = "none",
        moments: bool = True,
    ) -> None:
        super().__init__()
        meshes = body_levels(vertices, len(graph))
        self.body = PartialBody(Body.embedded(), torch.from_numpy(meshes[0].kept))
        self.norm_in = nn.BatchNorm1d(len(meshes[0].kept) * 3)
        self.levels = nn.Sequential()
        for old, new, mesh in zip((3, *graph), graph, meshes, strict=False):
            if mesh is not meshes[0]:
                self.levels.append(SparseMap(mesh.down))
            near = adjacency(edges(mesh.faces), len(mesh.kept))
            self.levels.append(GraphBlock(GraphConvolution(old, new, near), old, new))
        for mesh in meshes[len(graph) :]:
            self.levels.append(SparseMap(mesh.down))
        features = len(meshes[-1].kept) * graph[-1]
        self.time = TemporalMixing(time, features)
        raw = next(mesh.kept for mesh in meshes if len(mesh.kept) <= RAW)
        places = torch.from_numpy(np.searchsorted(meshes[0].kept, raw))
        self.register_buffer("raw", places if moments else None, persistent=False)
        self.channels = 2 * features + count_moments(len(places) if moments else None)
        self.norm_out = nn.BatchNorm1d(self.channels)

    def forward(self, smpl: Float[Tensor, "N 85"], frames: Frames) -> Float[Tensor, "B C"]:
        """Of packed frames; batch norm sees real frames and clips only."""
        turn = smpl[:, CAMERA : CAMERA + POSE].unflatten(1, (JOINTS, 3))
        betas = smpl[:, CAMERA + POSE :]
        vertices, joints = self.body(without_root(axis_angle_to_matrix(turn)), betas)
        places = vertices - joints[:, :1]
        x = self.norm_in(places.flatten(1)).unflatten(1, (-1, 3))
        learnt = frame_statistics(self.time(self.levels(x).flatten(1), frames), frames)
        raw = None if self.raw is None else places[:, self.raw]
        kept = body_moments(raw, smpl, frames)
        return self.norm_out(torch.cat([learnt, kept], dim=1))


def check_levels(graph: tuple[int, ...], vertices: int) -> None:
    """Raise `ConfigError` where the body's mesh has no such levels."""
    if not graph or min(graph) < 1:
        raise ConfigError(f"a mesh needs one level or more, of 1 channel or more each; got {graph}")
    least, most = LEAST * STEP ** (len(graph) - 1), VERTICES
    if not least <= vertices <= most:
        raise ConfigError(
            f"the mesh for graph={graph} begins with {least} to {most} vertices, got {vertices}"
        )


@made_once(maxsize=128)
def body_levels(vertices: int, count: int) -> tuple[Level, ...]:
    """`count` levels of the embedded body, and one of `LAST` vertices where those have more."""
    body = load_embedded()
    counts = [VERTICES, *(vertices / STEP**level for level in range(count))]
    if counts[-1] > LAST:
        counts.append(LAST)
    if vertices == VERTICES:
        del counts[0]
    factors = [more / fewer for more, fewer in pairwise(counts)]
    meshes = hierarchy(body["f"], body["v_template"], factors)
    return tuple(meshes if vertices == VERTICES else meshes[1:])
