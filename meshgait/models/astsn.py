"""ASTSN (Li, Liu and Ma, IEEE TMM 2019), re-designed from the paper's description.

Attentive spatial-temporal summaries of irregular walks; the code was never published, so the
layers are ours.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor, nn

from meshgait.nn import (
    ConvStack,
    Frames,
    Stages,
    check_width,
    configured,
    embed_sequences,
    initialise_,
    scale_channels,
    to_unit_range,
)


class ASTSN(nn.Module):
    """Attention within each frame, a gated recurrent layer, attention over the frames.

    `embedding_shape` is (1, C).
    """

    @dataclass(frozen=True)
    class Config:
        """`size` is (height, width) of the silhouettes, `stages` are those of `SLN`.

        `hidden` is the width of the recurrent layer, `channels` the length of the embedding.
        `residual` adds the attended map to the map, else it replaces it ("general attention").
        `width` scales all channels, for small machines.
        """

        size: tuple[int, int] = (64, 44)
        stages: Stages = ((64, 64), (128, 128), (256, 256))
        hidden: int = 256
        channels: int = 256
        residual: bool = True
        width: float = 1.0

        def __post_init__(self) -> None:
            check_width(self.width)

    inputs = ("silhouette",)
    embed = embed_sequences

    @configured(Config)
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        *stages, (hidden, channels) = scale_channels(
            (*config.stages, (config.hidden, config.channels)), config.width
        )
        self.embedding_shape = (1, channels)
        self.backbone = ConvStack(1, tuple(stages))
        self.where = nn.Conv2d(stages[-1][-1], 1, 1)
        self.gates = nn.GRU(stages[-1][-1], hidden, batch_first=True)
        # No bias in the end: it would move all frames alike.
        self.when = nn.Sequential(
            nn.Linear(hidden, hidden), nn.Tanh(), nn.Linear(hidden, 1, bias=False)
        )
        self.head = nn.Linear(hidden, channels)
        initialise_(self)

    def forward(
        self,
        silhouette: Float[Tensor, "B T H W"] | UInt8[Tensor, "B T H W"],
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "B 1 C"]:
        """Embed silhouettes of bytes 0..255 or floats 0..1; `mask` is True where a frame is real.

        Frames are in order; those that `mask` leaves out are skipped.

        >>> model = ASTSN(ASTSN.Config(width=1 / 16))
        >>> model(torch.zeros(2, 5, 64, 44, dtype=torch.uint8)).shape
        torch.Size([2, 1, 16])
        """
        frames = Frames.of(silhouette, mask)
        images = to_unit_range(
            frames.pack(silhouette), size=self.config.size, dtype=self.head.weight.dtype
        )
        maps = self.backbone(images.unsqueeze(1))
        attention = self.where(maps).sigmoid()
        looked_at = (maps * (1 + attention if self.config.residual else attention)).mean((2, 3))
        frames = frames.aligned()
        # Causal: the padding behind a sequence cannot reach its frames.
        states, _ = self.gates(frames.unpack(looked_at))
        weight = frames.fill(self.when(states), -torch.inf).softmax(1)
        return self.head((weight * states).sum(1)).unsqueeze(1)
