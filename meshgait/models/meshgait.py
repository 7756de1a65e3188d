"""MeshGait (Mesh-Gait, arXiv 2510.10406), re-designed from its description: no code was published.

Known are the outlines: silhouettes alone at test, a branch that regresses 3D heat maps, from which
joints, virtual markers and a mesh are derived and supervised in training, and features of both
branches fused. All sizes, and the loss, are ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Bool, Float, Int, UInt8
from torch import Tensor, nn
from torch.nn.functional import relu

from meshgait.body import Body
from meshgait.body.kinematics import PartialBody
from meshgait.body.smpl_row import BODY, CAMERA, JOINTS, POSE
from meshgait.errors import ConfigError, DataError, ShapeError
from meshgait.nn import (
    FrameBlock,
    Frames,
    PartLinear,
    ResidualNetwork,
    ResidualStage,
    Stem,
    check_width,
    configured,
    embed_sequences,
    farthest_points,
    horizontal_pyramid,
    initialise_,
    scale_channels,
    to_unit_range,
)
from meshgait.numerics import in_full_precision, made_once
from meshgait.rotation import axis_angle_to_matrix

NEAREST = 4  # markers that a vertex is made of


class MeshGait(nn.Module):
    """Silhouettes to 3D heat maps of joints and markers beside a residual network; both in strips.

    In training it reads `smpl` as well, and `describe` says how far joints, markers and the mesh
    that the markers span are from the bodies'; at test it reads silhouettes and makes no mesh. The
    order of the frames does not matter. `embedding_shape` is (P, C).
    """

    @dataclass(frozen=True)
    class Config:
        """The size of the network.

        `stages` lists the channels of the residual network, `lifting` those of the branch that
        finds the body, `markers` how many points of its surface it looks for, `depth` the cells of
        a heat map from front to back, `vertices` those of the mesh that is compared. `bins` are the
        cuts of the pyramid, `channels` is the length of each part's embedding. `supervised=False`
        is without bodies. `width` scales all channels, for small machines.
        """

        size: tuple[int, int] = (64, 44)
        stages: tuple[int, int, int, int] = (64, 128, 256, 512)
        lifting: tuple[int, int, int] = (32, 64, 128)
        markers: int = 64
        depth: int = 16
        vertices: int = 256
        bins: tuple[int, ...] = (16,)
        channels: int = 256
        supervised: bool = True  # train with bodies; false without
        width: float = 1.0

        def __post_init__(self) -> None:
            check_width(self.width)
            if not NEAREST <= self.markers <= self.vertices or self.depth < 1:
                raise ConfigError(
                    f"a mesh needs {NEAREST} markers or more, as many vertices, and heat maps a "
                    f"depth; got {self.markers}, {self.vertices} and {self.depth}"
                )

    inputs: tuple[str, ...] = ("silhouette",)
    embed = embed_sequences

    blend: Tensor
    depths: Tensor

    @configured(Config)
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        stages, lifting, (channels,) = scale_channels(
            (config.stages, config.lifting, (config.channels,)), config.width
        )
        self.embedding_shape = (sum(config.bins), channels)
        self.places = JOINTS + config.markers
        self.backbone = ResidualNetwork(1, stages)
        self.lift = _Lifting(lifting, self.places * config.depth)
        self.spread = nn.Conv2d(2 * self.places, lifting[-1], 3, padding=1, bias=False)
        self.spread_norm = nn.BatchNorm2d(lifting[-1])
        self.head = PartLinear(sum(config.bins), stages[-1] + lifting[-1], channels)
        vertices, blend = surface_markers(config.markers, config.vertices)
        self.body = PartialBody(Body.embedded(), vertices)
        self.register_buffer("blend", blend.to(torch.get_default_dtype()), persistent=False)
        cells = (torch.arange(config.depth) + 0.5) / config.depth
        self.register_buffer("depths", cells.to(torch.get_default_dtype()), persistent=False)
        initialise_(self)
        self.train()

    def train(self, mode: bool = True) -> Any:
        """Bodies are read in training alone."""
        needs_bodies = mode and self.config.supervised
        self.inputs = ("silhouette", "smpl") if needs_bodies else ("silhouette",)
        return super().train(mode)

    def forward(
        self,
        silhouette: Float[Tensor, "B T H W"] | UInt8[Tensor, "B T H W"],
        smpl: Float[Tensor, "B T 85"] | None = None,
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "B P C"]:
        """Embed silhouettes of bytes 0..255 or floats 0..1; `smpl` does not matter here.

        `mask` is True where a frame is real.

        >>> model = MeshGait(MeshGait.Config(width=1 / 16))
        >>> model(torch.zeros(2, 5, 64, 44, dtype=torch.uint8)).shape
        torch.Size([2, 16, 16])
        """
        frames = Frames.of(silhouette, mask)
        return self._embed(silhouette, frames)[0]

    def describe(
        self,
        silhouette: Float[Tensor, "B T H W"] | UInt8[Tensor, "B T H W"],
        smpl: Float[Tensor, "B T 85"] | None = None,
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> tuple[Float[Tensor, "B P C"], Float[Tensor, " B"]]:
        """The embedding, and the mean distance to the bodies of `smpl` as a share of their height.

        Of joints, markers and vertices, each in the crop: x, y and z from its upper left corner.
        """
        if smpl is None or smpl.shape != (*silhouette.shape[:2], BODY):
            got = "none" if smpl is None else tuple(smpl.shape)
            raise DataError(
                f"MeshGait learns from smpl (B, T, {BODY}) of the same frames, got {got}; train on "
                "data that have it, or with supervised=False and without the term 'consistency'"
            )
        frames = Frames.of(silhouette, mask)
        embedding, found = self._embed(silhouette, frames)
        joints, surface = self.true_places(frames.pack(smpl).to(found))
        mesh = self.blend @ found[:, JOINTS:]
        parts = (
            found[:, :JOINTS] - joints,
            found[:, JOINTS:] - surface[:, : self.config.markers],
            mesh - surface,
        )
        errors = [frames.mean(part.norm(dim=-1).mean(1)) for part in parts]
        return embedding, torch.stack(errors).mean(0)

    def _embed(
        self, silhouette: Tensor, frames: Frames
    ) -> tuple[Float[Tensor, "B P C"], Float[Tensor, "N K 3"]]:
        """The embedding, and where joints and markers are in the crop, in shares of its height."""
        size, dtype = self.config.size, self.head.weight.dtype
        images = to_unit_range(frames.pack(silhouette), size=size, dtype=dtype).unsqueeze(1)
        volume = self.lift(images, frames).unflatten(1, (self.places, self.config.depth))
        found, image = self._read(volume)
        spread = relu(self.spread_norm(self.spread(image)))
        both = torch.cat([self.backbone(images, frames), spread], dim=1)
        return self.head(horizontal_pyramid(frames.max(both), self.config.bins)), found

    @in_full_precision
    def _read(
        self, volume: Float[Tensor, "N K D h w"]
    ) -> tuple[Float[Tensor, "N K 3"], Float[Tensor, "N K2 h w"]]:
        """Means of the heat maps, and their images: how likely, and how far back."""
        height, width = volume.shape[3:]
        heat = volume.flatten(2).softmax(-1).unflatten(2, volume.shape[2:])
        seen, back = heat.sum(2), (heat * self.depths[:, None, None]).sum(2)
        aspect = self.config.size[1] / self.config.size[0]
        row = (torch.arange(height, device=heat.device).to(heat) + 0.5) / height
        column = aspect * (torch.arange(width, device=heat.device).to(heat) + 0.5) / width
        x, y = (seen.sum(2) * column).sum(-1), (seen.sum(3) * row).sum(-1)
        place = torch.stack([x, y, back.sum((2, 3))], dim=-1)
        return place, torch.cat([seen, back], dim=1) * (height * width)

    @in_full_precision
    def true_places(
        self, smpl: Float[Tensor, "N 85"]
    ) -> tuple[Float[Tensor, "N 24 3"], Float[Tensor, "N V 3"]]:
        """Joints and surface of bodies in the crop, which is as high as they are and 1 deep."""
        turn = axis_angle_to_matrix(smpl[:, CAMERA : CAMERA + POSE].unflatten(1, (-1, 3)))
        surface, joints = self.body(turn, smpl[:, CAMERA + POSE :])
        low, high = surface.amin(1, keepdim=True), surface.amax(1, keepdim=True)
        middle = torch.stack(
            [surface[..., 0].median(1).values, low[:, 0, 1], joints[:, 0, 2]], dim=-1
        )
        scale = 1 / (high - low)[..., 1:2].clamp_min(torch.finfo(smpl.dtype).eps)
        aspect = self.config.size[1] / self.config.size[0]
        corner = smpl.new_tensor([aspect / 2, 0.0, 0.5])
        joints, surface = ((x - middle[:, None]) * scale + corner for x in (joints, surface))
        return joints, surface


class _Lifting(nn.Module):
    """Heat maps, not yet normalised, a quarter as high and wide as the image."""

    def __init__(self, channels: tuple[int, ...], cells: int) -> None:
        super().__init__()
        one, two, three = channels
        self.stem = Stem(1, one)
        self.layer1 = ResidualStage(FrameBlock, one, two, stride=2)
        self.layer2 = ResidualStage(FrameBlock, two, three, stride=2)
        self.heat = nn.Conv2d(three, cells, 1)

    def forward(self, images: Float[Tensor, "N 1 H W"], frames: Frames) -> Float[Tensor, "N C h w"]:
        return self.heat(self.layer2(self.layer1(self.stem(images), frames), frames))


@made_once(maxsize=4)
def surface_markers(
    markers: int, vertices: int
) -> tuple[Int[Tensor, " V"], Float[Tensor, "V markers"]]:
    """Vertices far from each other, the markers first, and what each is made of the markers.

    Each vertex is the mean of the nearest markers at rest, weighed by how near they are; a marker
    is itself.
    """
    rest = Body.embedded().layer.v_template.double()
    if vertices > len(rest):
        raise ShapeError(f"the body has {len(rest)} vertices, not {vertices}")
    # The highest first, so that the crop is as high as the body is.
    first = rest[:, 1].argmax().reshape(1)
    chosen = farthest_points(rest.unsqueeze(0), vertices, first)[0]
    away = torch.cdist(rest[chosen], rest[chosen[:markers]])
    near = away.topk(NEAREST, largest=False)
    weight = 1 / near.values.clamp_min(1e-9)
    blend = torch.zeros_like(away).scatter(1, near.indices, weight / weight.sum(1, keepdim=True))
    return chosen, blend
