"""One linear map per body part."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from meshgait.errors import ShapeError


class PartLinear(nn.Module):
    """y[:, p] = x[:, p] @ weight[p], without bias; weight is (P, in_channels, out_channels).

    >>> PartLinear(31, 8, 4)(torch.zeros(2, 31, 8)).shape
    torch.Size([2, 31, 4])
    """

    def __init__(self, parts: int, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(parts, in_channels, out_channels))
        # On three axes this takes P + in_channels for the fan that the published code trains with.
        nn.init.xavier_uniform_(self.weight)

    def forward(self, x: Float[Tensor, "B P C"]) -> Float[Tensor, "B P D"]:
        """Map every part by its own weight."""
        parts, channels, _ = self.weight.shape
        if x.shape[1:] != (parts, channels):
            raise ShapeError(
                f"this layer maps {parts} parts of {channels} channels (B, {parts}, {channels}), "
                f"got {tuple(x.shape)}"
            )
        return torch.bmm(x.transpose(0, 1), self.weight).transpose(0, 1)
