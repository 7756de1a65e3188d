"""One linear map per part, on features that lie flat."""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class PartPointwise(nn.Conv1d):
    """A convolution of kernel 1 with one group per part, computed as one batched product.

    Features are flat, part by part: p * C + c. The weight is (P * out_channels, in_channels, 1).

    >>> PartPointwise(32, 8, 4)(torch.zeros(10, 32 * 8)).shape
    torch.Size([10, 128])
    """

    def __init__(self, parts: int, in_channels: int, out_channels: int) -> None:
        super().__init__(parts * in_channels, parts * out_channels, 1, groups=parts, bias=False)

    def forward(self, input: Float[Tensor, "N PC"]) -> Float[Tensor, "N PD"]:  # noqa: A002
        """Map every part by its own weight."""
        weight = self.weight.unflatten(0, (self.groups, -1)).squeeze(3)  # (P, D, C)
        x = input.unflatten(1, (self.groups, -1)).transpose(0, 1)
        return torch.bmm(x, weight.mT).transpose(0, 1).flatten(1)
