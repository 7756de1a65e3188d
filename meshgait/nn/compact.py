"""The compact block: all parts in one short vector (GLN, Hou et al., ECCV 2020)."""

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import relu


class CompactBlock(nn.Module):
    """Batch norm, dropout, ReLU, a linear map without bias, batch norm; the norms learn no bias.

    >>> import torch
    >>> CompactBlock(93, 8, 16)(torch.zeros(2, 93, 8)).shape
    torch.Size([2, 1, 16])
    """

    def __init__(
        self, parts: int, channels: int, out_channels: int, *, dropout: float = 0.9
    ) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(parts * channels)
        self.dropout = nn.Dropout(dropout)
        self.reduce = nn.Linear(parts * channels, out_channels, bias=False)
        self.reduced_norm = nn.BatchNorm1d(out_channels)
        for norm in (self.norm, self.reduced_norm):
            norm.bias.requires_grad_(False)

    def forward(self, x: Float[Tensor, "B P C"]) -> Float[Tensor, "B 1 D"]:
        """Shrink embeddings."""
        x = relu(self.dropout(self.norm(x.flatten(1))))
        return self.reduced_norm(self.reduce(x)).unsqueeze(1)
