"""The loss of GaitNet, which takes gait apart from looks (Zhang et al., CVPR 2019).

It needs pairs of clips, each pair of one person under two conditions (clothes, bag, day).
"""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, mse_loss

from meshgait.errors import ShapeError

SIMILARITY = 10.0


class Decoder(nn.Module):
    """Pictures from codes: the mirror of GaitNet's encoder.

    >>> Decoder(24, size=(64, 32), stages=(4, 8, 16, 32))(torch.zeros(5, 24)).shape
    torch.Size([5, 3, 64, 32])
    """

    def __init__(
        self,
        code: int,
        *,
        size: tuple[int, int] = (64, 32),
        stages: tuple[int, ...] = (64, 128, 256, 512),
    ) -> None:
        super().__init__()
        self.shape = (stages[-1], size[0] // 16, size[1] // 16)
        pixels = stages[-1] * (size[0] // 16) * (size[1] // 16)
        self.trans = nn.Sequential(nn.Linear(code, pixels), nn.BatchNorm1d(pixels))
        layers: list[nn.Module] = [nn.LeakyReLU(0.2)]
        for before, after in zip(stages[:0:-1], stages[-2::-1], strict=True):
            layers += [
                nn.ConvTranspose2d(before, after, 4, stride=2, padding=1),
                nn.BatchNorm2d(after),
                nn.LeakyReLU(0.2),
            ]
        last = nn.ConvTranspose2d(stages[0], 3, 4, stride=2, padding=1)
        self.main = nn.Sequential(*layers, last, nn.Sigmoid())

    def forward(self, code: Float[Tensor, "N D"]) -> Float[Tensor, "N 3 H W"]:
        """Pictures in 0..1."""
        return self.main(self.trans(code).unflatten(1, self.shape))


class DisentangleLoss(nn.Module):
    """Reconstruction across frames, one gait under two conditions, and identity over time.

    Owns the decoder and the classifier of a `GaitNet`, to whose sizes it is made.
    """

    def __init__(self, model: Any, num_ids: int) -> None:
        super().__init__()
        linear = model.to_code[0]
        stages = tuple(block[0].out_channels for block in model.encoder[::2])
        self.decoder = Decoder(linear.out_features, size=model.config.size, stages=stages)
        hidden = model.embedding_shape[1]
        self.classifier = nn.Sequential(nn.Linear(hidden, num_ids), nn.BatchNorm1d(num_ids))

    def forward(
        self,
        model: Any,
        first: Float[Tensor, "B T 3 H W"],
        second: Float[Tensor, "B T 3 H W"],
        label: Int[Tensor, " B"],
    ) -> dict[str, Float[Tensor, ""]]:
        """Weighted terms of the loss for clips in 0..1 of the same people, of full length.

        `first` is rebuilt from the looks of a random frame of each clip and the gait of all.
        """
        if first.shape != second.shape:
            raise ShapeError(
                f"both clips of a pair must have one shape, got {tuple(first.shape)} and "
                f"{tuple(second.shape)}"
            )
        batch, time = first.shape[:2]
        looks, gait = model.encode(torch.cat([first, second]).flatten(0, 1))
        looks, gait = looks.unflatten(0, (2, batch, time))[0], gait.unflatten(0, (2, batch, time))
        chosen = torch.randint(time, (batch,), device=looks.device)
        worn = looks[torch.arange(batch, device=looks.device), chosen].unsqueeze(1)
        code = torch.cat([worn.expand(-1, time, -1), gait[0]], dim=2)
        rebuilt = self.decoder(code.flatten(0, 1))
        similarity = mse_loss(gait[0].mean(1), gait[1].mean(1))
        return {
            "reconstruction": time * mse_loss(rebuilt, first.flatten(0, 1)),
            "similarity": SIMILARITY * similarity,
            "identity": self._identity(model, gait.flatten(0, 1), label.repeat(2)),
        }

    def _identity(
        self, model: Any, gait: Float[Tensor, "B T G"], label: Int[Tensor, " B"]
    ) -> Float[Tensor, ""]:
        """Cross-entropy after every frame, the later the heavier."""
        time = gait.shape[1]
        steps = torch.arange(1, time + 1, device=gait.device, dtype=gait.dtype)
        states = model.lstm(gait)[0].cumsum(1) / steps[:, None]
        logits = self.classifier(model.head(states.flatten(0, 1)))
        each = cross_entropy(logits, label.repeat_interleave(time), reduction="none")
        weight = (steps / 5).square() / 10
        return (weight * each.unflatten(0, (-1, time)).mean(0)).mean()
