"""The loss of GaitNet, which takes gait apart from appearance (Zhang et al., CVPR 2019).

It needs pairs of clips, each pair of one person under two conditions (clothes, bag, day).
"""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, mse_loss

from meshgait.errors import DataError

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

    describes = True

    def __init__(self, model: Any, num_ids: int) -> None:
        super().__init__()
        linear = model.to_code[0]
        stages = tuple(block[0].out_channels for block in model.encoder[::2])
        self.decoder = Decoder(linear.out_features, size=model.config.size, stages=stages)
        hidden = model.embedding_shape[1]
        self.classifier = nn.Sequential(nn.Linear(hidden, num_ids), nn.BatchNorm1d(num_ids))

    def forward(
        self,
        embedding: Float[Tensor, "B 1 C"],
        label: Int[Tensor, " B"],
        images: Float[Tensor, "B T 3 H W"],
        appearance: Float[Tensor, "B T A"],
        gait: Float[Tensor, "B T G"],
        story: Float[Tensor, "B T C"],
    ) -> dict[str, Float[Tensor, ""]]:
        """Weighted terms of the loss for what `GaitNet.describe` gives of pairs of clips.

        Clips 0 and 1 are of one person, 2 and 3, and so on, as batches of `SubjectsAndClips(n, 2)`
        are; else it is a `DataError`. The first of a pair is rebuilt from the appearance of a
        random frame of it and the gait of all.
        """
        if len(label) % 2 or (label[::2] != label[1::2]).any():
            raise DataError(
                "GaitNet learns from pairs: two clips of each person next to each other, such as "
                f"SubjectsAndClips(8, 2) gives; got the labels {label.tolist()}"
            )
        first = slice(0, None, 2)
        pairs, time = len(label) // 2, images.shape[1]
        chosen = torch.randint(time, (pairs,), device=appearance.device)
        worn = appearance[first][torch.arange(pairs, device=appearance.device), chosen].unsqueeze(1)
        code = torch.cat([worn.expand(-1, time, -1), gait[first]], dim=2)
        rebuilt = self.decoder(code.flatten(0, 1))
        average = gait.mean(1)
        return {
            "reconstruction": time * mse_loss(rebuilt, images[first].flatten(0, 1)),
            "similarity": SIMILARITY * mse_loss(average[first], average[1::2]),
            "identity": self._identity(story, label),
        }

    def _identity(
        self, story: Float[Tensor, "B T C"], label: Int[Tensor, " B"]
    ) -> Float[Tensor, ""]:
        """Cross-entropy after every frame, the later the heavier."""
        time = story.shape[1]
        steps = torch.arange(1, time + 1, device=story.device, dtype=story.dtype)
        logits = self.classifier(story.flatten(0, 1))
        each = cross_entropy(logits, label.long().repeat_interleave(time), reduction="none")
        weight = (steps / 5).square() / 10
        return (weight * each.unflatten(0, (-1, time)).mean(0)).mean()
