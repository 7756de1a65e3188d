"""The transformation of feature maps by body parameters (SMPLGait, Zheng et al., CVPR 2022)."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import relu

from meshgait.errors import ShapeError


class SpatialTransform(nn.Module):
    """A square matrix per frame from its body parameters: the paper's 3D spatial transformation.

    Three linear layers, each followed by dropout (not the first), batch normalisation and ReLU;
    then the identity is added. Give it real frames only, its statistics are over all rows.
    """

    def __init__(
        self,
        in_channels: int,
        size: int,
        *,
        hidden: tuple[int, int] = (128, 256),
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        first, second = hidden
        self.size = size
        self.fc1 = nn.Linear(in_channels, first)
        self.bn1 = nn.BatchNorm1d(first)
        self.fc2 = nn.Linear(first, second)
        self.bn2 = nn.BatchNorm1d(second)
        # All size x size outputs, as published, although `transform_columns` of a narrow map
        # reads only the first rows of the matrix.
        self.fc3 = nn.Linear(second, size * size)
        self.bn3 = nn.BatchNorm1d(size * size)
        self.dropout = nn.Dropout(dropout)

    def forward(self, body: Float[Tensor, "N D"]) -> Float[Tensor, "N S S"]:
        """One matrix per frame: the identity plus a matrix without negative entries.

        >>> SpatialTransform(85, 16)(torch.randn(4, 85)).shape
        torch.Size([4, 16, 16])
        """
        x = relu(self.bn1(self.fc1(body)))
        x = relu(self.bn2(self.dropout(self.fc2(x))))
        x = relu(self.bn3(self.dropout(self.fc3(x))))
        identity = torch.eye(self.size, dtype=x.dtype, device=x.device)
        return x.unflatten(1, (self.size, self.size)) + identity


def transform_columns(
    features: Float[Tensor, "N C H W"], matrix: Float[Tensor, "N S S"]
) -> Float[Tensor, "N C H S"]:
    """Each channel of a frame times the frame's matrix, as if zero columns made the map S wide.

    Those zeros meet rows W.. of the matrix, so the product leaves both out. Raises `ShapeError`
    where the map is wider than the matrix.

    >>> transform_columns(torch.ones(1, 1, 1, 2), torch.eye(3)[None])
    tensor([[[[1., 1., 0.]]]])
    """
    width = features.shape[3]
    if width > matrix.shape[1]:
        raise ShapeError(
            f"feature maps {width} columns wide do not fit matrices of {matrix.shape[1]} rows"
        )
    return torch.einsum("nchw,nws->nchs", features, matrix[:, :width])
