"""Residual graph convolutions over a skeleton and over time (ResGCN, Song et al., MM 2020)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import relu

from meshgait.errors import ShapeError
from meshgait.nn.frames import Frames
from meshgait.nn.temporal import every

Links = tuple[tuple[int, int], ...]

COCO_LINKS: Links = (
    (0, 1), (0, 2), (1, 3), (2, 4), (3, 5), (4, 6), (5, 6), (5, 7), (7, 9), (6, 8), (8, 10),
    (5, 11), (6, 12), (11, 12), (11, 13), (13, 15), (12, 14), (14, 16),
)  # fmt: skip
"""Bones between the 17 joints of COCO, and the links of face and trunk that GaitGraph draws."""

COCO_JOINTS = 17

HOPS = 3
REACH = 3  # of the distances 0 .. HOPS only the first three are used
KERNEL = 9  # frames
REDUCTION = 8  # of the channels, in a bottleneck
MIN_INNER = 4  # channels: of fewer, a ReLU can silence all


def require_joints(skeleton2d: Float[Tensor, "B T V K"], joints: int = COCO_JOINTS) -> None:
    """Raise `ShapeError` for another skeleton than one of so many joints, COCO's at first."""
    if skeleton2d.shape[2:] != (joints, 3):
        whose = "COCO's joints" if joints == COCO_JOINTS else "the joints"
        raise ShapeError(
            f"skeleton2d must be (B, T, {joints}, 3): x, y and confidence of {whose}; "
            f"got {tuple(skeleton2d.shape)}"
        )


def hop_matrices(links: Links, joints: int) -> Float[Tensor, "hops V V"]:
    """Share that a joint (column) takes of those 0, 1, 2 and 3 links away; they sum to one.

    >>> hop_matrices(((0, 1), (1, 2)), 3)[1]
    tensor([[0.0000, 0.3333, 0.0000],
            [0.3333, 0.0000, 0.3333],
            [0.0000, 0.3333, 0.0000]])
    """
    near = torch.eye(joints, dtype=torch.float64)
    for one, other in links:
        near[one, other] = near[other, one] = 1
    reached = [torch.linalg.matrix_power(near, hops) > 0 for hops in range(HOPS + 1)]
    closer, farther = reached[:-1], reached[1:]
    rings = [far & ~close for close, far in zip(closer, farther, strict=True)]
    return (torch.stack([reached[0], *rings]) / reached[-1].sum(0)).to(torch.get_default_dtype())


class ResidualGraph(nn.Module):
    """Branches for several views of a skeleton, one main stream, the mean over frames and joints.

    `branches` and `stream` list the channels of their modules. The first module of the stream and
    each that changes the channels keep every second frame.

    >>> network = ResidualGraph(
    ...     ((0, 1), (1, 2)), 3, inputs=1, features=3, branch=(8, 4), stream=(8, 16)
    ... )
    >>> x = torch.zeros(10, 1, 3, 3)
    >>> network(x, Frames.of(x.unflatten(0, (2, 5)), None)).shape
    torch.Size([2, 16])
    """

    hops: Tensor

    def __init__(
        self,
        links: Links,
        joints: int,
        *,
        inputs: int,
        features: int,
        branch: Sequence[int],
        stream: Sequence[int],
    ) -> None:
        super().__init__()
        self.register_buffer("hops", hop_matrices(links, joints), persistent=False)
        self.branches = nn.ModuleList(_Branch(features, branch, joints) for _ in range(inputs))
        before = (inputs * branch[-1], *stream)
        self.stream = nn.ModuleList(
            _Module(old, new, joints, stride=2 if place == 0 or old != new else 1)
            for place, (old, new) in enumerate(zip(before, stream, strict=False))
        )

    def forward(self, x: Float[Tensor, "N I V F"], frames: Frames) -> Float[Tensor, "B C"]:
        """One vector per sequence, from `I` views with `F` features of each joint."""
        views = x.transpose(2, 3).unbind(1)
        together = [
            branch(view.unsqueeze(2), frames, self.hops)
            for branch, view in zip(self.branches, views, strict=True)
        ]
        y = torch.cat(together, dim=1)
        for module in self.stream:
            y, frames = module(y, frames, self.hops)
        return frames.mean(y.mean((2, 3)))


class _Branch(nn.Module):
    """Batch norm and the first modules of one view."""

    def __init__(self, features: int, channels: Sequence[int], joints: int) -> None:
        super().__init__()
        self.bn = nn.BatchNorm2d(features)
        before = (features, *channels)
        self.layers = nn.ModuleList(
            _Module(old, new, joints, plain=place == 0)
            for place, (old, new) in enumerate(zip(before, channels, strict=False))
        )

    def forward(
        self, x: Float[Tensor, "N F 1 V"], frames: Frames, hops: Float[Tensor, "hops V V"]
    ) -> Float[Tensor, "N C 1 V"]:
        x = self.bn(x)
        for layer in self.layers:
            x, frames = layer(x, frames, hops)
        return x


class _Module(nn.Module):
    """Joints exchange features, then frames do; `plain` is without bottlenecks and shortcuts."""

    def __init__(
        self,
        in_channels: int,
        channels: int,
        joints: int,
        *,
        stride: int = 1,
        plain: bool = False,
    ) -> None:
        super().__init__()
        self.stride = stride
        self.edge = nn.Parameter(torch.ones(HOPS + 1, joints, joints))
        step = _Plain if plain else _Bottleneck
        self.scn = step(in_channels, channels, _JointConv)
        self.tcn = step(channels, channels, _FrameConv, stride=stride)

    def forward(
        self, x: Float[Tensor, "N C 1 V"], frames: Frames, hops: Float[Tensor, "hops V V"]
    ) -> tuple[Float[Tensor, "M D 1 V"], Frames]:
        weights, left = (hops * self.edge)[:REACH], every(frames, self.stride)

        def along_joints(layer: nn.Module, y: Tensor) -> Tensor:
            return layer(y, weights) if isinstance(layer, _JointConv) else layer(y)

        def along_time(layer: nn.Module, y: Tensor) -> Tensor:
            clips = frames.aligned().unpack(y.squeeze(2)).transpose(1, 2)
            return left.pack(layer(clips).transpose(1, 2)).unsqueeze(2)

        return self.tcn(self.scn(x, along_joints), along_time), left


class _JointConv(nn.Module):
    """Each joint gathers, for each distance by another linear map, from those so far away."""

    def __init__(self, in_channels: int, channels: int, _: int = 1) -> None:
        super().__init__()
        self.gcn = nn.Conv2d(in_channels, REACH * channels, 1)

    def forward(
        self, x: Float[Tensor, "N C 1 V"], weights: Float[Tensor, "reach V V"]
    ) -> Float[Tensor, "N D 1 V"]:
        sent = self.gcn(x).squeeze(2).unflatten(1, (REACH, -1)).transpose(1, 2)
        return (sent.flatten(2) @ weights.flatten(0, 1)).unsqueeze(2)


class _FrameConv(nn.Conv2d):
    """A convolution of clips (B, C, T, V) over nine frames."""

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        padding = (KERNEL // 2, 0)
        super().__init__(in_channels, channels, (KERNEL, 1), stride=(stride, 1), padding=padding)


Along = Callable[[nn.Module, Tensor], Tensor]
"""Applies a layer along the joints, or along the time."""

MakeConv = Callable[[int, int, int], nn.Module]
"""A convolution of so many channels into so many, with a stride."""


class _Plain(nn.Module):
    """A convolution with batch norm and ReLU."""

    def __init__(
        self,
        in_channels: int,
        channels: int,
        make: MakeConv,
        stride: int = 1,
    ) -> None:
        super().__init__()
        self.conv = make(in_channels, channels, stride)
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x: Float[Tensor, "N C 1 V"], along: Along) -> Float[Tensor, "M D 1 V"]:
        return relu(self.bn(along(self.conv, x)))


class _Bottleneck(nn.Module):
    """A convolution between two that make it cheap, and a shortcut beside them."""

    def __init__(
        self,
        in_channels: int,
        channels: int,
        make: MakeConv,
        stride: int = 1,
    ) -> None:
        super().__init__()
        inner = max(MIN_INNER, channels // REDUCTION)
        self.conv_down, self.bn_down = nn.Conv2d(in_channels, inner, 1), nn.BatchNorm2d(inner)
        self.conv, self.bn = make(inner, inner, stride), nn.BatchNorm2d(inner)
        self.conv_up, self.bn_up = nn.Conv2d(inner, channels, 1), nn.BatchNorm2d(channels)
        self.residual = nn.ModuleList()
        if stride > 1 or in_channels != channels:
            shortcut = nn.Conv2d(in_channels, channels, 1, stride=(stride, 1))
            self.residual.extend([shortcut, nn.BatchNorm2d(channels)])

    def forward(self, x: Float[Tensor, "N C 1 V"], along: Along) -> Float[Tensor, "M D 1 V"]:
        y = relu(self.bn_down(self.conv_down(x)))
        y = relu(self.bn(along(self.conv, y)))
        if self.residual:
            conv, norm = self.residual
            x = norm(along(conv, x))
        return relu(self.bn_up(self.conv_up(y)) + x)
