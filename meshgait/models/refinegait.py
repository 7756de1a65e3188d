"""RefineGait: bodies laid over the silhouettes, then recognised by what the silhouettes added."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor, nn

from meshgait.body import JOINT_INDEX
from meshgait.body.smpl_row import JOINTS, SHAPE
from meshgait.errors import ConfigError
from meshgait.models.body_moments import body_moments, count_moments, joint_angles
from meshgait.models.fusiongait import overlap, pack_both
from meshgait.models.skeletongcn import without_root
from meshgait.nn import (
    PYRAMID,
    ConvStack,
    Frames,
    PartFusion,
    PartLinear,
    Stages,
    check_width,
    configured,
    embed_sequences,
    horizontal_pyramid,
    initialise_,
    scale_channels,
)
from meshgait.nn.graph import GraphBlock, Spiral
from meshgait.nn.surface_refinement import Laid, SurfaceRefinement, sample, surface

_AHEAD, _UP = 0.4, 0.15  # metres between the feet: how far a walk takes them apart


class Described(NamedTuple):
    """An embedding, and what the losses of RefineGait look at.

    `disagreement` is 1 - overlap of given silhouettes and refined bodies, 0 where one is missing;
    `shape` the canonical shape; `posed` (B, F, 85) and `images` (B, F, H, W) a few frames of each
    clip, images of zeros where there are fewer.
    """

    embedding: Float[Tensor, "B P C"]
    disagreement: Float[Tensor, " B"]
    shape: Float[Tensor, "B D"]
    posed: Float[Tensor, "B F 85"]
    images: Float[Tensor, "B F H W"]


class RefineGait(nn.Module):
    """Four looks at a clip: images, the refined skin, the motion by gait phase, raw moments.

    `SurfaceRefinement` lays estimated bodies over the silhouettes. The skin that stands off is
    seen in T-pose, with the features of the images at each of its vertices, and pooled by the
    joint it moves with. One of the inputs may be None, or empty (all zero) for some clips, as for
    `FusionGait`. The order of the frames does not matter. `embedding_shape` is (P, C).

    That the skin tells people apart is not shown: across views, `benchmarks/refine.py` finds its
    untrained offsets worth no more than an energy image.
    """

    @dataclass(frozen=True)
    class Config:
        """The size of the network.

        `size`, `stages`, `bins`, `channels` and `width` are those of `SLN`. `vertices` of the body
        are drawn, and stand off by `modes` numbers after `steps` steps. `skin` counts the channels
        of the spiral convolution on them, `phases` the moments of the gait cycle that are attended
        to, `parts` those of the embedding that say how somebody moves. In training `image_frames`
        frames of each clip are seen as images and refined, None takes all; each input is missing
        with probability `missing`.
        """

        size: tuple[int, int] = (64, 44)
        stages: Stages = ((32, 32), (64, 64), (128, 128))
        bins: tuple[int, ...] = PYRAMID
        vertices: int = 431  # vertices of the body that is drawn
        modes: int = 32  # numbers by which the skin stands off
        steps: int = 4  # steps of the refinement
        skin: int = 64
        phases: int = 8
        parts: int = 16
        channels: int = 256
        image_frames: int | None = 6  # frames of each clip that training sees; None takes all
        missing: float = 0.0  # share of the inputs that training leaves out
        dropout: float = 0.1
        width: float = 1.0

        def __post_init__(self) -> None:
            check_width(self.width)
            if self.steps < 1 or self.phases < 1:
                raise ConfigError(
                    f"RefineGait takes 1 or more steps and phases, got {self.steps}, {self.phases}"
                )

    inputs = ("silhouette", "smpl")
    embed = embed_sequences

    pool: Tensor

    @configured(Config)
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        *stages, (skin, channels) = scale_channels(
            (*config.stages, (config.skin, config.channels)), config.width
        )
        images = sum(config.bins)
        self.embedding_shape = (images + JOINTS + config.parts, channels)
        self.backbone = ConvStack(1, tuple(stages))
        self.image_head = PartLinear(images, stages[-1][-1], channels)
        self.refinement = SurfaceRefinement(config.vertices, config.modes, config.steps)
        seen = stages[-1][-1] + 5  # beside place, height and confidence
        along = surface(config.vertices, config.modes).spirals
        self.skin = GraphBlock(Spiral(seen, skin, along), seen, skin)
        weights = self.refinement.body.weights
        self.register_buffer("pool", (weights / weights.sum(0)).T, persistent=False)
        self.skin_head = PartLinear(JOINTS, skin + 5, channels)
        moments = count_moments(JOINTS) + self.refinement.code
        self.motion_norm = nn.BatchNorm1d(moments + 6 * JOINTS * config.phases)
        self.dropout = nn.Dropout(config.dropout)
        self.motion_head = nn.Linear(self.motion_norm.num_features, config.parts * channels)
        self.focus = nn.Parameter(torch.tensor(2.0))
        self.fusion = PartFusion("concatenation", *self.embedding_shape)
        initialise_(self)
        self.refinement.start_()

    def forward(
        self,
        silhouette: Float[Tensor, "B T H W"] | UInt8[Tensor, "B T H W"] | None = None,
        smpl: Float[Tensor, "B T 85"] | None = None,
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "B P C"]:
        """Embed silhouettes (bytes 0..255 or floats 0..1) and SMPL parameters of the same frames.

        A row of `smpl` is the camera (3, not looked at), the pose as axis-angles (72), its root
        seen from the camera, and the shape (10). `mask` is True where a frame is real.

        >>> model = RefineGait(RefineGait.Config(width=1 / 16, vertices=108, modes=8)).eval()
        >>> model(torch.zeros(2, 5, 64, 44, dtype=torch.uint8), torch.zeros(2, 5, 85)).shape
        torch.Size([2, 71, 16])
        """
        return self.describe(silhouette, smpl, mask).embedding

    def describe(
        self,
        silhouette: Float[Tensor, "B T H W"] | UInt8[Tensor, "B T H W"] | None = None,
        smpl: Float[Tensor, "B T 85"] | None = None,
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> Described:
        """The embedding and what losses look at."""
        weight = self.image_head.weight
        frames, images, body = pack_both(silhouette, smpl, mask, self.config.size, weight)
        has_images, has_body = (
            frames.max((x != 0).flatten(1).any(1).to(weight)) > 0 for x in (images, body)
        )
        if self.training and self.config.missing:
            chance = torch.rand(frames.batch, device=weight.device)
            has_images &= ~(has_body & (chance < self.config.missing))
            has_body &= ~(has_images & (chance > 1 - self.config.missing))
        index, few = frames.thin(self._images_of(frames))
        given, posed, both = images[index], body[index], has_images & has_body
        laid = self.refinement(given, posed, both, few)
        seen = torch.where(few.repeat(has_images)[:, None, None], given, laid.drawn)
        features = self.backbone(seen.unsqueeze(1))
        looks = [
            self.image_head(horizontal_pyramid(few.max(features), self.config.bins)),
            self._skin(laid, features, frames.mean(body[:, -SHAPE:]), few),
            self._motion(body, laid.code, frames),
        ]
        present = [has_images | has_body, has_body, has_body]
        there = [p[:, None].expand(-1, x.shape[1]) for p, x in zip(present, looks, strict=True)]
        apart = torch.where(few.repeat(both), 1 - overlap(given, laid.drawn).flatten(), 0.0)
        shape = laid.code + nn.functional.pad(frames.mean(body[:, -SHAPE:]), (self.config.modes, 0))
        return Described(
            self.fusion(torch.cat(looks, dim=1), torch.cat(there, dim=1)), few.mean(apart),
            shape, few.unpack(posed), few.unpack(given * few.repeat(both)[:, None, None]),
        )  # fmt: skip

    def _images_of(self, frames: Frames) -> int:
        return self.config.image_frames or frames.time if self.training else frames.time

    def _skin(
        self, laid: Laid, features: Tensor, betas: Float[Tensor, "B 10"], few: Frames
    ) -> Float[Tensor, "B 24 C"]:
        """What stands off in T-pose and what the images show there, by the joint it moves with."""
        at = sample(features, laid.pixels, self.config.size)
        weight = laid.confidence.to(at) + 1e-3
        seen = few.mean(at * weight[..., None]) / few.mean(weight)[..., None]
        place, height = self.refinement.rest(betas, laid.code)
        bare = self.refinement.body.template
        told = [place - bare, 100 * height[..., None], few.mean(laid.confidence)[..., None]]
        raw = torch.cat(told, dim=2)
        pooled = self.pool @ self.skin(torch.cat([seen, raw], dim=2).to(raw))
        return self.skin_head(torch.cat([pooled, self.pool @ raw], dim=2))

    def _motion(
        self, body: Float[Tensor, "N 85"], code: Float[Tensor, "B D"], frames: Frames
    ) -> Float[Tensor, "B P C"]:
        """Raw moments of angles and joints, and their means around moments of the gait cycle."""
        rotation = without_root(self.refinement.rotations(body))
        _, joints = self.refinement.body(rotation, body[:, -SHAPE:])
        joints = joints - joints[:, :1]
        pose = torch.cat([joint_angles(body), joints], dim=2).flatten(1)
        moment = gait_moment(joints)
        steps = torch.arange(self.config.phases).to(moment) * (2 * math.pi / self.config.phases)
        near = (self.focus * moment @ torch.stack([steps.cos(), steps.sin()])).exp()
        attended = frames.mean(near[..., None] * pose[:, None]) / frames.mean(near)[..., None]
        away = attended - frames.mean(pose)[:, None]
        gait = torch.cat([body_moments(joints, body, frames), code, away.flatten(1)], dim=1)
        parts = self.motion_head(self.dropout(self.motion_norm(gait)))
        return parts.unflatten(1, (self.config.parts, -1))

    def cover(
        self,
        shape: Float[Tensor, "B D"],
        posed: Float[Tensor, "B F 85"],
        images: Float[Tensor, "B F H W"],
    ) -> Float[Tensor, " B"]:
        """1 - overlap of silhouettes and of canonical shapes in their poses, over seen frames."""
        frames, size = posed.shape[1], self.config.size
        code = nn.functional.pad(shape[:, : self.config.modes], (0, SHAPE))
        betas, code = (x.repeat_interleave(frames, 0) for x in (shape[:, -SHAPE:], code))
        rotation = self.refinement.rotations(posed.flatten(0, 1))
        drawn = self.refinement.draw(rotation, betas, code, size)
        seen = images.flatten(2).any(2)
        apart = 1 - overlap(images.flatten(0, 1), drawn).reshape(seen.shape)
        return (apart * seen).sum(1) / seen.sum(1).clamp(min=1)


def gait_moment(joints: Float[Tensor, "N 24 3"]) -> Float[Tensor, "N 2"]:
    """Where in the gait cycle a pose is, as a point of the unit circle.

    By how far the left ankle is before and above the right one, in the pelvis' axes: so no frame
    needs its neighbours, and pauses and turns do no harm. Feet side by side are in its middle.
    """
    apart = joints[:, JOINT_INDEX["left_ankle"]] - joints[:, JOINT_INDEX["right_ankle"]]
    place = torch.stack([apart[:, 2] / _AHEAD, apart[:, 1] / _UP], dim=1)
    return place / (place.square().sum(1, keepdim=True) + 0.01).sqrt()
