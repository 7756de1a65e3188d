"""GaitNet: gait taken apart from appearance by an auto-encoder (Zhang et al., CVPR 2019)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor, nn

from meshgait.errors import ShapeError
from meshgait.nn import (
    Frames,
    check_width,
    configured,
    embed_sequences,
    scale_channels,
    to_unit_range,
)

OFFICIAL_NAMES = (
    (r"netE\.main\.(\d)\.main\.", r"encoder.\1."),
    (r"netE\.flatten\.", "to_code."),
    (r"lstm\.lstm\.", "lstm."),
    (r"lstm\.fc1\.", "head."),
)
"""Regular expressions for the start of a name in the published checkpoints, and our start.

Those are dictionaries of networks, whose keys netE, netD and lstm stand in front of the names.
"""


class GaitNet(nn.Module):
    """Encoder per frame, of whose code only the part that tells the gait goes to an LSTM.

    The decoder belongs to the loss, `meshgait.losses.disentangle.DisentangleLoss`.
    `embedding_shape` is (1, C).
    """

    @dataclass(frozen=True)
    class Config:
        """The network published for CASIA-B; `FVG` is the one of the demonstration.

        `size` is (height, width) of the pictures, people cut out in colour on black; sides are
        multiples of 16. `stages` lists the channels of the encoder, `appearance` and `gait` the
        lengths of both parts of the code, `hidden` is that of the LSTM and of the embedding.
        `width` scales all channels, for small machines.
        """

        size: tuple[int, int] = (64, 32)
        stages: tuple[int, int, int, int] = (64, 128, 256, 512)
        appearance: int = 256  # length of the code of the appearance
        gait: int = 64  # length of the code of the gait
        hidden: int = 256
        width: float = 1.0

        def __post_init__(self) -> None:
            check_width(self.width)

    inputs = ("rgb",)
    embed = embed_sequences

    @configured(Config)
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        stages, (self.appearance, gait, hidden) = scale_channels(
            (config.stages, (config.appearance, config.gait, config.hidden)), config.width
        )
        self.embedding_shape = (1, hidden)
        layers: list[nn.Module] = []
        for before, after in zip((3, *stages), stages, strict=False):
            layers += [_block(before, after, 4, stride=2), _block(after, after, 3, stride=1)]
        self.encoder = nn.Sequential(*layers)
        pixels = (config.size[0] // 16) * (config.size[1] // 16)
        length = self.appearance + gait
        self.to_code = nn.Sequential(nn.Linear(stages[-1] * pixels, length), nn.BatchNorm1d(length))
        self.lstm = nn.LSTM(gait, hidden, num_layers=3, batch_first=True)
        self.head = nn.Sequential(
            nn.BatchNorm1d(hidden),
            nn.Linear(hidden, hidden),
            nn.BatchNorm1d(hidden),
            nn.LeakyReLU(0.2),
        )

    def forward(
        self,
        rgb: Float[Tensor, "B T 3 H W"] | UInt8[Tensor, "B T 3 H W"],
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "B 1 C"]:
        """Embed pictures of bytes 0..255 or floats 0..1; `mask` is True where a frame is real.

        Frames are in order; those that `mask` leaves out are skipped.

        >>> model = GaitNet(GaitNet.Config(width=1 / 16)).eval()
        >>> model(torch.zeros(2, 5, 3, 64, 32, dtype=torch.uint8)).shape
        torch.Size([2, 1, 16])
        """
        frames = Frames.of(rgb, mask)
        _, gait = self._encode(self._images(frames.pack(rgb)))
        frames = frames.aligned()
        # Causal: the padding behind a sequence cannot reach its frames.
        states, _ = self.lstm(frames.unpack(gait))
        return self.head(frames.mean(frames.pack(states))).unsqueeze(1)

    def describe(
        self,
        rgb: Float[Tensor, "B T 3 H W"] | UInt8[Tensor, "B T 3 H W"],
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """What `DisentangleLoss` needs of whole clips, such as batches of training are.

        The embedding (B, 1, C); pictures (B, T, 3, H, W) in 0..1; appearance (B, T, A) and gait
        (B, T, G) of each frame; the embedding (B, T, C) of the clip up to each frame.
        """
        if mask is not None and not bool(mask.all()):
            raise ShapeError("GaitNet is trained on clips of one length, without padding")
        images = self._images(rgb.flatten(0, 1))
        appearance, gait = (code.unflatten(0, rgb.shape[:2]) for code in self._encode(images))
        states = self.lstm(gait)[0].cumsum(1)
        count = torch.arange(1, states.shape[1] + 1, device=states.device, dtype=states.dtype)
        story = self.head((states / count[:, None]).flatten(0, 1)).unflatten(0, rgb.shape[:2])
        return story[:, -1:], images.unflatten(0, rgb.shape[:2]), appearance, gait, story

    def _images(
        self, rgb: Float[Tensor, "N 3 H W"] | UInt8[Tensor, "N 3 H W"]
    ) -> Float[Tensor, "N 3 H W"]:
        return to_unit_range(rgb, size=self.config.size, dtype=next(self.parameters()).dtype)

    def _encode(
        self, images: Float[Tensor, "N 3 H W"]
    ) -> tuple[Float[Tensor, "N A"], Float[Tensor, "N G"]]:
        """What each frame shows of the appearance, and of the gait."""
        code = self.to_code(self.encoder(images).flatten(1))
        return code[:, : self.appearance], code[:, self.appearance :]


def _block(before: int, after: int, kernel: int, *, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, kernel, stride=stride, padding=1),
        nn.BatchNorm2d(after),
        nn.LeakyReLU(0.2, inplace=True),
    )


FVG = GaitNet.Config(appearance=288, gait=32, hidden=128)
"""The network of the demonstration, for FVG."""
