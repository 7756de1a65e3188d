"""MultiGait++: what two streams of images share, and what only one knows (Jin et al., 2025)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor, nn

from meshgait.errors import ConfigError, DataError, ShapeError
from meshgait.nn import (
    FrameBlock,
    Frames,
    PartLinear,
    PseudoVolumeBlock,
    ResidualStage,
    Stem,
    check_width,
    configured,
    embed_sequences,
    horizontal_pyramid,
    initialise_,
    scale_channels,
    to_unit_range,
)
from meshgait.numerics import in_full_precision

OFFICIAL_NAMES = (
    (r"part([12])_layer0\.forward_block\.0\.", r"stream\1.stem.conv."),
    (r"part([12])_layer0\.forward_block\.1\.", r"stream\1.stem.norm."),
    (r"part([12])_layer1\.forward_block\.", r"stream\1.layer1."),
    (
        r"part([12])_layer([23])\.(\d+)\.conv([12])\.forward_block\.0\.",
        r"stream\1.layer\2.\3.conv\4.",
    ),
    (
        r"part([12])_layer([23])\.(\d+)\.conv([12])\.forward_block\.1\.",
        r"stream\1.layer\2.\3.bn\4.",
    ),
    *(
        (theirs + rest, ours + new)
        for theirs, ours in (
            (r"part([12])_layer([23])\.(\d+)\.", r"stream\1.layer\2.\3."),
            (r"()layer([234])\.(\d+)\.", r"layer\2.\3."),
        )
        for rest, new in (
            (r"conv([12])\.forward_block\.0\.", r"conv\4."),
            (r"conv([12])\.forward_block\.1\.", r"bn\4."),
            (r"shortcut3d\.", "time_conv."),
            (r"sbn\.", "time_bn."),
            (r"downsample\.", "downsample."),
        )
    ),
    (r"csquare\.conv1\.forward_block\.", "share.of_second."),
    (r"csquare\.conv2\.forward_block\.", "share.of_first."),
    (r"fusion\.conv\.forward_block\.0\.", "fusion."),
    (r"FCs\.fc_bin", "head.weight"),
)
"""Regular expressions for the start of a name in the published checkpoints, and our start."""

CHANNELS = {"silhouette": 1, "parsing": 1, "flow": 3}
SQUEEZE, FLAT = 16, 1e-6
FEWEST = 4  # channels: of fewer, a ReLU can silence all

Names = tuple[str, ...]


class MultiGaitPP(nn.Module):
    """Two streams and what they have in common, each through pseudo-3D stages, then one.

    `embedding_shape` is (P, C). `inputs` are what `first` and `second` of the configuration name.
    """

    @dataclass(frozen=True)
    class Config:
        """The published network for Gait3D; `GREW` and `SUSTECH1K` are those for other datasets.

        `first` and `second` name the images of the streams: silhouette, parsing or flow. `size` is
        their (height, width). `stages` lists the channels of the residual stages, `depths` their
        blocks, `bins` the cuts of the pyramid, `channels` is the length of each part's embedding.
        `width` scales all channels, for small machines.
        """

        first: Names = ("silhouette",)  # images of the first stream
        second: Names = ("parsing",)  # images of the second stream
        size: tuple[int, int] = (64, 44)
        stages: tuple[int, int, int, int] = (64, 128, 256, 512)
        depths: tuple[int, int, int, int] = (1, 2, 2, 1)
        bins: tuple[int, ...] = (16,)
        channels: int = 256
        width: float = 1.0

        def __post_init__(self) -> None:
            check_width(self.width)
            names = (*self.first, *self.second)
            if not self.first or not self.second or len(set(names)) < len(names):
                raise ConfigError(
                    f"each stream needs images of its own, got {self.first} and {self.second}"
                )
            for name in names:
                if name not in CHANNELS:
                    known = ", ".join(CHANNELS)
                    raise ConfigError(f"a stream reads some of {known}, not {name!r}")

    inputs: tuple[str, ...] = ("silhouette", "parsing")
    embed = embed_sequences

    @configured(Config)
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.inputs = tuple(n for n in CHANNELS if n in (*config.first, *config.second))
        stages, (channels,) = scale_channels((config.stages, (config.channels,)), config.width)
        _, two, three, four = stages
        self.embedding_shape = (sum(config.bins), channels)
        self.stream1, self.stream2 = (
            _Stream(sum(CHANNELS[name] for name in names), stages, config.depths)
            for names in (config.first, config.second)
        )
        self.share = _Share(stages[0])
        deep = PseudoVolumeBlock
        self.layer2 = ResidualStage(deep, stages[0], two, stride=2, count=config.depths[1])
        self.layer3 = ResidualStage(deep, two, three, stride=2, count=config.depths[2])
        self.fusion = nn.Conv2d(3 * three, three, 1, bias=False)
        self.layer4 = ResidualStage(deep, three, four, count=config.depths[3])
        self.head = PartLinear(sum(config.bins), four, channels)
        initialise_(self)

    def forward(
        self,
        silhouette: Float[Tensor, "B T H W"] | UInt8[Tensor, "B T H W"] | None = None,
        parsing: UInt8[Tensor, "B T H W"] | None = None,
        flow: Float[Tensor, "B T 3 H W"] | UInt8[Tensor, "B T 3 H W"] | None = None,
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "B P C"]:
        """Embed the images that the configuration names, all of the same frames.

        Silhouettes and flow are bytes 0..255 or floats 0..1, parsing labels 0..11, which are
        divided by 255 as well. `mask` is True where a frame is real.

        >>> model = MultiGaitPP(MultiGaitPP.Config(width=1 / 16))
        >>> clip = torch.zeros(2, 5, 64, 44, dtype=torch.uint8)
        >>> model(clip, clip).shape
        torch.Size([2, 16, 16])
        """
        given = {"silhouette": silhouette, "parsing": parsing, "flow": flow}
        missing = [name for name in self.inputs if given[name] is None]
        if missing:
            raise DataError(
                f"this MultiGaitPP reads {' and '.join(self.inputs)}, and there is no {missing[0]}"
            )
        images = {name: image for name, image in given.items() if image is not None}
        frames = Frames.of(images[self.inputs[0]], mask)
        one = self.stream1.see(self._stack(self.config.first, images, frames), frames)
        other = self.stream2.see(self._stack(self.config.second, images, frames), frames)
        common, one, other = self.share(one, other)
        common = self.layer3(self.layer2(common, frames), frames)
        one, other = self.stream1(one, frames), self.stream2(other, frames)
        x = self.layer4(self.fusion(torch.cat([one, common, other], dim=1)), frames)
        return self.head(horizontal_pyramid(frames.max(x), self.config.bins))

    def _stack(
        self, names: Names, images: dict[str, Tensor], frames: Frames
    ) -> Float[Tensor, "N C H W"]:
        """The images of a stream, on top of each other, in 0..1."""
        layers = []
        for name in names:
            image = frames.pack(images[name])
            if image.ndim == 3:
                image = image.unsqueeze(1)
            if image.ndim != 4 or image.shape[1] != CHANNELS[name]:
                raise ShapeError(
                    f"{name} must have {CHANNELS[name]} channel(s) for each frame, got "
                    f"{tuple(images[name].shape)}"
                )
            size, dtype = self.config.size, self.head.weight.dtype
            layers.append(to_unit_range(image, size=size, dtype=dtype, rounded=False))
        return torch.cat(layers, dim=1)


class _Stream(nn.Module):
    """The stages of one stream, before and after what is common is taken out."""

    def __init__(self, in_channels: int, stages: tuple[int, ...], depths: tuple[int, ...]) -> None:
        super().__init__()
        one, two, three, _ = stages
        self.stem = Stem(in_channels, one)
        self.layer1 = ResidualStage(FrameBlock, one, one, count=depths[0])
        self.layer2 = ResidualStage(PseudoVolumeBlock, one, two, stride=2, count=depths[1])
        self.layer3 = ResidualStage(PseudoVolumeBlock, two, three, stride=2, count=depths[2])

    def see(self, images: Float[Tensor, "N C H W"], frames: Frames) -> Float[Tensor, "N D H W"]:
        """Features as large as the images."""
        return self.layer1(self.stem(images), frames)

    def forward(self, x: Float[Tensor, "N C H W"], frames: Frames) -> Float[Tensor, "N D h w"]:
        return self.layer3(self.layer2(x, frames), frames)


class _Share(nn.Module):
    """Features of two streams as what is common to both and what is each one's own ("C2")."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        hidden = max(FEWEST, channels // SQUEEZE)
        self.of_first, self.of_second = (
            nn.Sequential(
                nn.Conv2d(channels, hidden, 1, bias=False),
                nn.BatchNorm2d(hidden),
                nn.ReLU(inplace=True),
                nn.Conv2d(hidden, hidden, 1, bias=False),
                nn.BatchNorm2d(hidden),
                nn.ReLU(inplace=True),
                nn.Conv2d(hidden, channels, 1, bias=False),
            )
            for _ in range(2)
        )

    @in_full_precision  # the least difference decides what is common
    def forward(
        self, first: Float[Tensor, "N C H W"], second: Float[Tensor, "N C H W"]
    ) -> tuple[Tensor, Tensor, Tensor]:
        # The softmax of two numbers is a sigmoid of their difference.
        apart = self.of_first(first) - self.of_second(second)
        one, other = apart.sigmoid(), (-apart).sigmoid()
        # Half of this is what the lesser of both lacks to one half: precise near there, too.
        lack = (apart.abs() / 2).tanh()
        low, high = lack.amin(1, keepdim=True), lack.amax(1, keepdim=True)
        common = ((high - lack) / (high - low + 2 * FLAT)).clamp(0, 1)
        own = 1 - common
        return (first + second) / 2 * common, first * own * one, second * own * other


GREW = MultiGaitPP.Config(second=("flow",))
"""The published network for GREW."""

SUSTECH1K = MultiGaitPP.Config(
    first=("silhouette", "parsing"), second=("flow",), depths=(1, 1, 1, 1)
)
"""The published network for SUSTech1K and CCPG."""
