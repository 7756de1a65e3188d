"""FusionGait: silhouettes, the mesh and the skeleton together, and the mesh drawn once more."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor, nn

from meshgait.body import Body
from meshgait.body.smpl_row import BODY, CAMERA, POSE
from meshgait.errors import DataError, ShapeError
from meshgait.modalities import normalized_coverage
from meshgait.models.meshnet import MeshEncoder, check_levels
from meshgait.models.skeletongcn import SkeletonEncoder
from meshgait.nn import (
    PYRAMID,
    ConvStack,
    Frames,
    Fusion,
    Mixing,
    PartFusion,
    PartLinear,
    ShapeCorrection,
    SpatialTransform,
    Stages,
    check_width,
    configured,
    embed_sequences,
    horizontal_pyramid,
    initialise_,
    scale_channels,
    to_unit_range,
    transform_columns,
)
from meshgait.numerics import in_full_precision
from meshgait.rotation import axis_angle_to_matrix

# Of a silhouette and the body estimated from it, the median that benchmarks/agreement.py prints.
USUAL_AGREEMENT = 0.765


class FusionGait(nn.Module):
    """A convolutional network on silhouettes, and what body and joints do over the whole clip.

    Beside each given silhouette the network sees that of the estimated body, drawn in `forward`
    with gradients: from it the view, in the difference of both clothes, bags and what is hidden.
    Frames in which the two agree count more. One of the two inputs may be None, or empty (all
    zero) for some clips: a missing silhouette is the body's, a missing body leaves its parts to
    `fusion`. `embedding_shape` is (P, C).
    """

    @dataclass(frozen=True)
    class Config:
        """`size`, `stages`, `bins`, `channels` and `width` are those of `SLN`.

        `skeleton` and `mesh` list the channels of the graph convolutions, `skeleton_parts` and
        `mesh_parts` say how many parts of the embedding they give; 0 leaves the branch out.
        `mesh`, `mesh_vertices`, `mesh_time` and `mesh_moments` are `graph`, `vertices`, `time` and
        `moments` of `MeshNet`. `fusion` is the kind of `meshgait.nn.PartFusion`. `transform`
        multiplies feature maps by SMPLGait's matrix, `rerender` draws the body, and `quiet` starts
        the filters that see it at zero, so that nothing is lost where it does not help.
        `agreement` is that of frames that count once. In training `image_frames` frames of each
        clip, evenly spread, are seen as images, while the body's parameters, which cost little,
        are read of all; None takes all. In training each input of a clip is missing with
        probability `missing`. `refine` corrects each clip's body shape by its silhouettes before
        anything else reads it, learnt from identities, and from the disagreement that
        the term `consistency` adds to the loss.
        """

        size: tuple[int, int] = (64, 44)
        stages: Stages = ((64, 64), (128, 128), (256, 256))
        bins: tuple[int, ...] = PYRAMID
        skeleton: tuple[int, ...] = (64, 64)  # channels of the graph of the skeleton
        mesh: tuple[int, ...] = (32, 64, 128)  # channels of the levels of the mesh
        mesh_vertices: int = 256  # vertices of the finest mesh
        mesh_time: Mixing = "none"  # how frames of the mesh branch are mixed
        mesh_moments: bool = True  # keep means and deviations of its input
        skeleton_parts: int = 16  # parts of the embedding from the skeleton; 0 leaves it out
        mesh_parts: int = 16  # parts of the embedding from the mesh; 0 leaves it out
        channels: int = 256
        fusion: Fusion = "concatenation"
        transform: bool = False
        rerender: bool = True
        quiet: bool = True
        agreement: float = USUAL_AGREEMENT
        image_frames: int | None = 4  # frames of each clip that training sees as images
        missing: float = 0.0  # share of the inputs that training leaves out
        refine: bool = False
        dropout: float = 0.1
        width: float = 1.0

        def __post_init__(self) -> None:
            check_width(self.width)
            check_levels(self.mesh, self.mesh_vertices)

    inputs = ("silhouette", "smpl")
    embed = embed_sequences

    @configured(Config)
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        *stages, (channels,), skeleton, mesh = scale_channels(
            (*config.stages, (config.channels,), config.skeleton, config.mesh), config.width
        )
        images = sum(config.bins)
        total = images + config.skeleton_parts + config.mesh_parts
        self.embedding_shape = (total, channels)
        self.backbone = ConvStack(1 + config.rerender, tuple(stages))
        self.image_head = PartLinear(images, stages[-1][-1], channels)
        self.branches = nn.ModuleList()
        if config.skeleton_parts:
            encoder = SkeletonEncoder(skeleton)
            self.branches.append(_Branch(encoder, config.skeleton_parts, channels, config.dropout))
        if config.mesh_parts:
            net = MeshEncoder(mesh, config.mesh_vertices, config.mesh_time, config.mesh_moments)
            self.branches.append(_Branch(net, config.mesh_parts, channels, config.dropout))
        if config.transform:
            side = config.size[0] >> (len(stages) - 1)
            self.transform = SpatialTransform(BODY - CAMERA, side)
        if config.rerender or config.refine:
            self.body = Body.embedded().to(torch.get_default_dtype())
        if config.rerender:
            self.trust = nn.Parameter(torch.tensor(4.0))
        if config.refine:
            self.correction = ShapeCorrection(config.size[0])
        self.fusion = PartFusion(config.fusion, *self.embedding_shape)
        initialise_(self)
        if config.rerender and config.quiet:
            first = next(self.backbone.parameters())
            nn.init.zeros_(first[:, 1:])
        if config.refine:
            self.correction.start_small_()

    def forward(
        self,
        silhouette: Float[Tensor, "B T H W"] | UInt8[Tensor, "B T H W"] | None = None,
        smpl: Float[Tensor, "B T 85"] | None = None,
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "B P C"]:
        """Embed silhouettes (bytes 0..255 or floats 0..1) and SMPL parameters of the same frames.

        A row of `smpl` is the camera (3, not looked at), the pose as axis-angles (72), its root
        seen from the camera, and the shape (10). `mask` is True where a frame is real.

        >>> model = FusionGait(FusionGait.Config(width=1 / 16)).eval()
        >>> model(torch.zeros(2, 5, 64, 44, dtype=torch.uint8), torch.zeros(2, 5, 85)).shape
        torch.Size([2, 63, 16])
        >>> model(smpl=torch.zeros(2, 5, 85)).shape
        torch.Size([2, 63, 16])
        """
        return self.describe(silhouette, smpl, mask)[0]

    def describe(
        self,
        silhouette: Float[Tensor, "B T H W"] | UInt8[Tensor, "B T H W"] | None = None,
        smpl: Float[Tensor, "B T 85"] | None = None,
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> tuple[Float[Tensor, "B P C"], Float[Tensor, " B"]]:
        """The embedding, and how far given silhouettes are from the body's: 1 - overlap.

        That is 0 for a clip that lacks one of the two, and without `rerender`.
        """
        weight = self.image_head.weight
        frames, images, body = pack_both(silhouette, smpl, mask, self.config.size, weight)
        has_images = frames.max((images != 0).flatten(1).any(1).to(images)) > 0
        has_body = frames.max((body != 0).any(1).to(body)) > 0
        if self.training and self.config.missing:
            chance = torch.rand(frames.batch, device=body.device)
            has_images &= ~(has_body & (chance < self.config.missing))
            has_body &= ~(has_images & (chance > 1 - self.config.missing))
        if self.config.refine:
            body = self._refine(images, body, has_images & has_body, frames)
        seen, disagreement = self._see(images, body, has_images, has_body, frames)
        parts = [seen, *(branch(body, frames) for branch in self.branches)]
        drawn = has_images | has_body if self.config.rerender else has_images
        present = [drawn, *[has_body] * len(self.branches)]
        there = [p[:, None].expand(-1, x.shape[1]) for p, x in zip(present, parts, strict=True)]
        return self.fusion(torch.cat(parts, dim=1), torch.cat(there, dim=1)), disagreement

    def _see(
        self,
        images: Float[Tensor, "N H W"],
        body: Float[Tensor, "N 85"],
        has_images: Bool[Tensor, " B"],
        has_body: Bool[Tensor, " B"],
        frames: Frames,
    ) -> tuple[Float[Tensor, "B P C"], Float[Tensor, " B"]]:
        """The parts of the convolutional network, and the disagreement."""
        if self.training and self.config.image_frames is not None:
            index, frames = frames.thin(self.config.image_frames)
            images, body = images[index], body[index]
        apart = images.new_zeros(images.shape[0])
        given, posed = (
            frames.repeat(has_images)[:, None, None],
            frames.repeat(has_body)[:, None, None],
        )
        weight = images.new_ones(1, 1, 1)
        x = images.unsqueeze(1)
        if self.config.rerender:
            drawn = self.draw(body)
            common, usual = overlap(images, drawn), self.config.agreement
            apart = torch.where(given & posed, 1 - common, 0.0).flatten()
            agreement = torch.where(given & posed, common, usual)
            weight = 2 * (self.trust * (agreement - usual)).sigmoid()
            shown = torch.where(given, images, drawn), torch.where(posed, drawn, images)
            x = torch.stack(shown, dim=1)
        features = self.backbone(x)
        if self.config.transform:
            matrix = self.transform(body[:, CAMERA:])
            same = torch.eye(matrix.shape[1]).to(matrix)
            features = transform_columns(features, torch.where(posed, matrix, same))
        features = frames.max(features * weight.unsqueeze(1))
        parts = self.image_head(horizontal_pyramid(features, self.config.bins))
        return parts, frames.mean(apart)

    def _refine(
        self,
        images: Float[Tensor, "N H W"],
        body: Float[Tensor, "N 85"],
        both: Bool[Tensor, " B"],
        frames: Frames,
    ) -> Float[Tensor, "N 85"]:
        """Bodies with a corrected shape, by the mean of what a few frames of the clip suggest."""
        index, few = frames.thin(self.config.image_frames or frames.time)
        drawn, turn = self.draw(body[index]).detach(), body[index, CAMERA : CAMERA + 3]
        change = self.correction(images[index], drawn, axis_angle_to_matrix(turn))
        step = torch.where(both[:, None], few.mean(change), 0.0)
        return torch.cat(
            [body[:, : CAMERA + POSE], body[:, CAMERA + POSE :] + frames.repeat(step)], 1
        )

    @in_full_precision
    def draw(self, body: Float[Tensor, "N 85"]) -> Float[Tensor, "N H W"]:
        """Silhouettes of bodies as the gait crop has them, with gradients to pose and shape."""
        pose, betas = body[:, CAMERA : CAMERA + POSE], body[:, CAMERA + POSE :]
        mesh = self.body(pose=pose, betas=betas)
        # Seen without perspective; x and y of the camera's axes run right and down.
        return normalized_coverage(mesh.vertices[..., :2], mesh.faces, self.config.size)


class _Branch(nn.Module):
    """Parts of the embedding from an encoder of whole clips."""

    def __init__(
        self, encoder: SkeletonEncoder | MeshEncoder, parts: int, channels: int, dropout: float
    ) -> None:
        super().__init__()
        self.encoder, self.dropout = encoder, nn.Dropout(dropout)
        self.shape = (parts, channels)
        self.head = nn.Linear(encoder.channels, parts * channels)

    def forward(self, body: Float[Tensor, "N 85"], frames: Frames) -> Float[Tensor, "B P C"]:
        gait = self.dropout(self.encoder(body, frames))
        return self.head(gait).unflatten(1, self.shape)


def pack_both(
    silhouette: Tensor | None,
    smpl: Tensor | None,
    mask: Bool[Tensor, "B T"] | None,
    size: tuple[int, int],
    weight: Tensor,
) -> tuple[Frames, Float[Tensor, "N H W"], Float[Tensor, "N 85"]]:
    """The real frames of both inputs, as `weight` is; zeros for the one that is not there."""
    given = silhouette if silhouette is not None else smpl
    if given is None:
        raise DataError("there is neither silhouette nor smpl; give one of them at least")
    if smpl is not None and smpl.shape != (*given.shape[:2], BODY):
        raise ShapeError(
            f"smpl must be (B, T, {BODY}) for the same frames as silhouette (B, T, H, W); "
            f"got {tuple(smpl.shape)} and {tuple(given.shape)}"
        )
    frames = Frames.of(given, mask)
    if silhouette is None:
        images = weight.new_zeros(*given.shape[:2], *size)
    else:
        images = to_unit_range(silhouette, size=size, dtype=weight.dtype)
    body = weight.new_zeros(*given.shape[:2], BODY) if smpl is None else smpl.to(weight.dtype)
    return frames, frames.pack(images), frames.pack(body)


def overlap(one: Float[Tensor, "N H W"], other: Float[Tensor, "N H W"]) -> Float[Tensor, "N 1 1"]:
    """Intersection over union of grey silhouettes; 0 where both are empty.

    >>> overlap(torch.tensor([[[1.0, 0.5]]]), torch.tensor([[[0.0, 0.5]]])).item()
    0.3333333432674408
    """
    union = torch.maximum(one, other).sum((1, 2), keepdim=True)
    return torch.minimum(one, other).sum((1, 2), keepdim=True) / union.clamp(min=1e-6)
