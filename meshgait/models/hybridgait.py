"""HybridGait: silhouettes told by poses and by the body's own front (Dong et al., AAAI 2024)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor, nn
from torch.nn.functional import pad

from meshgait.body import Body
from meshgait.body.smpl_row import BODY, CAMERA
from meshgait.errors import ConfigError, DataError, ShapeError
from meshgait.modalities import front_silhouette
from meshgait.nn import (
    PYRAMID,
    ConvStack,
    DeformableConv2d,
    Frames,
    PartLinear,
    check_width,
    configured,
    embed_sequences,
    horizontal_pyramid,
    initialise_,
    scale_channels,
    to_unit_range,
    transform_columns,
)
from meshgait.nn.convolution import StripConv2d

OFFICIAL_NAMES = (
    (r"set_block1\.forward_block\.0\.conv\.", "silhouettes.0."),
    (r"set_block1\.forward_block\.2\.conv\.", "silhouettes.2."),
    (r"set_block2\.forward_block\.0\.conv\.", "silhouettes.5."),
    (r"set_block2\.forward_block\.2\.conv\.", "silhouettes.7."),
    (r"set_block1_smpl\.forward_block\.0\.conv\.", "fronts.0."),
    (r"set_block1_smpl\.forward_block\.2\.conv\.", "fronts.2."),
    (r"set_block2_smpl\.forward_block\.0\.conv\.", "fronts.5."),
    (r"set_block2_smpl\.forward_block\.2\.conv\.", "fronts.7."),
    (r"set_block3\.forward_block\.([02])\.conv\.", r"deep.\1."),
    (r"set_block_tmp\.forward_block\.([02])\.conv\.", r"motion.maps.\1."),
    (r"conv_offset\.forward_block\.", "offset."),
    (r"conv_mask\.forward_block\.", "tap_weight."),
    (r"regular_conv\.", "deformable."),
    (r"token_fc\.", "motion.token."),
    (r"bn1\.", "motion.norm."),
    (r"sp_transformer\.", "motion.joints."),
    (r"tp_transformer\.", "motion.frames."),
    (r"FCs\.fc_bin", "head.weight"),
)
"""Regular expressions for the start of a name in the published checkpoints, and our start."""

OFFICIAL_IGNORED = (r"[st]p_encoder_layer\..*",)
"""Names in the published checkpoints of layers that nothing uses."""

OFFICIAL_PART_MAJOR = True
"""How the statistics of the published classifier are counted: see `load_official`."""

JOINTS = 22
SIDE, NEAREST = 16, 4
SPATIAL_HEADS, TEMPORAL_HEADS = 4, 8

LAYOUT = (
    (9, 8), (10, 10), (10, 6), (7, 8), (11, 11), (11, 5), (5, 8), (12, 12), (12, 4), (4, 8),
    (13, 13), (13, 3), (1, 8), (3, 9), (3, 7), (0, 8), (2, 14), (2, 2), (6, 15), (6, 1), (8, 16),
    (8, 0),
)  # fmt: skip
"""Rows and columns of the joints as somebody drew them, on 14 rows and 17 columns."""


def joint_shares() -> Float[Tensor, "22 256"]:
    """What each cell of a 16 x 16 map takes of each joint: a quarter of the four nearest.

    In whole numbers, so that ties are ties everywhere: of joints equally near the last is taken.

    >>> joint_shares().sum(0).unique()
    tensor([1.])
    """
    # Rows times 16 / 14 and columns times 16 / 17, all times 7 * 17.
    share = torch.zeros(JOINTS, SIDE * SIDE)
    for cell in range(SIDE * SIDE):
        row, column = divmod(cell, SIDE)
        away = [(119 * row - 136 * r) ** 2 + (119 * column - 112 * c) ** 2 for r, c in LAYOUT]
        nearest = sorted(range(JOINTS), key=lambda joint: (away[joint], -joint))[:NEAREST]
        share[nearest, cell] = 1 / NEAREST
    return share


class HybridGait(nn.Module):
    """Feature maps of silhouettes times a matrix of the motion, and of the body's front, bent.

    The front is drawn from the SMPL parameters unless it is given. The frames' order matters to the
    poses alone, of which the first `window` are looked at. `embedding_shape` is (P, C).
    """

    @dataclass(frozen=True)
    class Config:
        """The published network for Gait3D and CCGait.

        `window` is how many poses are looked at: shorter walks go round and round. `stages` lists
        the channels of the convolutions, `token` those of a joint, `hidden` those inside both
        transformers, `layers` how many each has. `channels` is the length of each part's embedding.
        `drawn=False` adds the front silhouettes to `inputs`. `width` scales all channels.
        """

        size: tuple[int, int] = (64, 44)
        window: int = 30
        stages: tuple[int, int, int] = (64, 128, 256)
        token: int = 128
        hidden: int = 2048
        layers: int = 3
        dropout: float = 0.1
        bins: tuple[int, ...] = PYRAMID
        channels: int = 256
        drawn: bool = True  # draw the front silhouettes; false reads them
        width: float = 1.0

        def __post_init__(self) -> None:
            check_width(self.width)
            height, width = self.size
            if height // 4 != SIDE or not 4 <= width <= 4 * SIDE:
                raise ConfigError(
                    f"HybridGait's matrices are {SIDE} x {SIDE}: size must be {4 * SIDE} rows and "
                    f"at most as many columns, got {height} x {width}"
                )
            if self.window < 1:
                raise ConfigError(f"window must be 1 frame or more, got {self.window}")

    inputs: tuple[str, ...] = ("silhouette", "smpl")
    embed = embed_sequences

    @configured(Config)
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        if not config.drawn:
            self.inputs = ("silhouette", "smpl", "smpl_silhouette")
        (one, two, three), (channels, hidden, token) = scale_channels(
            (config.stages, (config.channels, config.hidden, config.token)), config.width
        )
        token = max(1, round(token / SPATIAL_HEADS)) * SPATIAL_HEADS
        self.embedding_shape = (sum(config.bins), channels)
        self.silhouettes, self.fronts = (
            ConvStack(1, ((one, one), (two, two)), first_kernel=3, pool_last=True) for _ in range(2)
        )
        self.offset = nn.Conv2d(2 * two, 18, 3, padding=1)
        self.tap_weight = nn.Conv2d(2 * two, 9, 3, padding=1)
        self.deformable = DeformableConv2d(two, three)
        self.deep = _two_convolutions(two, three)
        self.motion = _Motion(config, token, hidden, three)
        self.head = PartLinear(sum(config.bins), three, channels)
        self.body = Body.embedded().to(torch.get_default_dtype())
        initialise_(self)

    def forward(
        self,
        silhouette: Float[Tensor, "B T H W"] | UInt8[Tensor, "B T H W"],
        smpl: Float[Tensor, "B T 85"],
        smpl_silhouette: Float[Tensor, "B T H W"] | UInt8[Tensor, "B T H W"] | None = None,
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "B P C"]:
        """Embed silhouettes (bytes 0..255 or floats 0..1) and SMPL parameters of the same frames.

        `smpl_silhouette` are the bodies' fronts, 0 or 1 (as stored, not divided); drawn from `smpl`
        without the turn of the root where they are not given. `mask` is True where a frame is real.

        >>> model = HybridGait(HybridGait.Config(width=1 / 16)).eval()
        >>> model(torch.zeros(1, 3, 64, 44, dtype=torch.uint8), torch.zeros(1, 3, 85)).shape
        torch.Size([1, 31, 16])
        """
        if smpl.shape != (*silhouette.shape[:2], BODY):
            raise ShapeError(
                f"smpl must be (B, T, {BODY}) for the same frames as silhouette (B, T, H, W); "
                f"got {tuple(smpl.shape)} and {tuple(silhouette.shape)}"
            )
        frames, size, dtype = Frames.of(silhouette, mask), self.config.size, self.head.weight.dtype
        images = to_unit_range(frames.pack(silhouette), size=size, dtype=dtype, rounded=False)
        body = frames.pack(smpl).to(dtype)
        front = self._front(smpl_silhouette, body, frames)
        matrix = self.motion(body, frames)
        shape = self.silhouettes(images.unsqueeze(1))
        own = self._bend(shape, self.fronts(front.unsqueeze(1)))
        posed = self.deep(transform_columns(shape, frames.repeat(matrix)))
        width = own.shape[3]
        posed = transform_columns(frames.max(posed), matrix)
        fused = posed + pad(frames.max(own), (0, SIDE - width))
        return self.head(horizontal_pyramid(fused, self.config.bins))

    def _front(
        self, given: Tensor | None, body: Float[Tensor, "N 85"], frames: Frames
    ) -> Float[Tensor, "N H W"]:
        """The bodies' fronts, given or drawn."""
        size = self.config.size
        if given is None:
            if not self.config.drawn:
                raise DataError("this HybridGait reads smpl_silhouette, and there is none")
            return front_silhouette(self.body, body, size).to(body.dtype)
        images = frames.pack(given)
        if images.shape[1:] != size:
            to_unit_range(images, size=size, dtype=body.dtype)  # says what is wrong
        return images.to(body.dtype)

    def _bend(
        self, shape: Float[Tensor, "N C h w"], front: Float[Tensor, "N C h w"]
    ) -> Float[Tensor, "N D h w"]:
        """Features of the front, whose convolution looks where the silhouette sends it."""
        both = torch.cat([front, shape], dim=1)
        weight = self.tap_weight(both).sigmoid()
        return self.deformable(front, self.offset(both), weight).relu()


def _two_convolutions(in_channels: int, channels: int) -> nn.Sequential:
    return nn.Sequential(
        StripConv2d(in_channels, channels),
        nn.LeakyReLU(0.01, inplace=True),
        StripConv2d(channels, channels),
        nn.LeakyReLU(0.01, inplace=True),
    )


def _encoder(channels: int, heads: int, hidden: int, config: HybridGait.Config) -> nn.Module:
    layer = nn.TransformerEncoderLayer(
        channels, heads, hidden, dropout=config.dropout, batch_first=True
    )
    return nn.TransformerEncoder(layer, config.layers, enable_nested_tensor=False)


class _Motion(nn.Module):
    """A square matrix per walk, of the poses in its first frames ("CA-STT")."""

    shares: Tensor

    def __init__(self, config: HybridGait.Config, token: int, hidden: int, channels: int) -> None:
        super().__init__()
        self.window = config.window
        self.token, self.norm = nn.Linear(3, token), nn.BatchNorm1d(token)
        self.joints = _encoder(token, SPATIAL_HEADS, hidden, config)
        self.maps = _two_convolutions(token, channels)
        self.frames = _encoder(SIDE * SIDE, TEMPORAL_HEADS, hidden, config)
        shares = joint_shares().to(torch.get_default_dtype())
        self.register_buffer("shares", shares, persistent=False)

    def forward(self, body: Float[Tensor, "N 85"], frames: Frames) -> Float[Tensor, "B S S"]:
        pose = body[:, CAMERA : CAMERA + 3 * JOINTS].unflatten(1, (JOINTS, 3))
        pose = pose[self._places(frames, body.device)]
        joint = self.token(pose)
        joint = self.norm(joint.flatten(0, 1)).relu().unflatten(0, joint.shape[:2])
        joint = self.joints(joint)
        image = (joint.mT @ self.shares.to(joint)).unflatten(2, (SIDE, SIDE))
        seen = self.maps(image).mean(1).flatten(1).unflatten(0, (frames.batch, self.window))
        walk = self.frames(seen)
        return (walk.mean(1) + walk.amax(1)).unflatten(1, (SIDE, SIDE))

    def _places(self, frames: Frames, device: torch.device) -> Tensor:
        """Packed places of the window of each walk, which starts anew where a walk ends."""
        place = torch.arange(self.window, device=device)
        if frames.lengths is None:
            start = torch.arange(frames.batch, device=device)[:, None] * frames.time
            return (start + place % frames.time).flatten()
        length = torch.tensor(frames.lengths, device=device)[:, None]
        start = length.cumsum(0) - length
        return (start + place % length).flatten()
