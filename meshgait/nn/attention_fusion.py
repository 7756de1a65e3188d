"""Fusion of two feature maps, pixel by pixel (SkeletonGait++, Fan et al., AAAI 2024)."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from meshgait.nn.residual import convolution_2d

SQUEEZE = 16


class AttentionFusion(nn.Module):
    """A weighted sum of two feature maps; the weights of each channel and pixel add up to one.

    >>> fusion = AttentionFusion(16)
    >>> fusion(torch.ones(2, 16, 8, 8), torch.ones(2, 16, 8, 8)).unique()
    tensor([1.], grad_fn=<Unique2Backward0>)
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        hidden = max(1, channels // SQUEEZE)
        self.score = nn.Sequential(
            convolution_2d(2 * channels, hidden, 1),
            nn.BatchNorm2d(hidden),
            nn.ReLU(inplace=True),
            convolution_2d(hidden, hidden, 3),
            nn.BatchNorm2d(hidden),
            nn.ReLU(inplace=True),
            convolution_2d(hidden, 2 * channels, 1),
        )

    def forward(
        self, first: Float[Tensor, "N C H W"], second: Float[Tensor, "N C H W"]
    ) -> Float[Tensor, "N C H W"]:
        """The sum of both, weighted."""
        score = self.score(torch.cat([first, second], dim=1))
        # The softmax of two numbers is a sigmoid of their difference.
        share = (score[:, : first.shape[1]] - score[:, first.shape[1] :]).sigmoid()
        return first * share + second * (1 - share)
