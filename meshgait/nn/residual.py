"""Residual blocks of GaitBase, DeepGaitV2 and SkeletonGait, on packed frames (N, C, H, W)."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import conv2d, relu

from meshgait.nn.convolution import put_channels_last_
from meshgait.nn.frames import Frames
from meshgait.nn.temporal import convolution_3d, over_time


def convolution_2d(in_channels: int, channels: int, kernel: int, *, stride: int = 1) -> nn.Conv2d:
    """A convolution without bias that keeps the size of the image, or divides it by `stride`."""
    layer = nn.Conv2d(in_channels, channels, kernel, stride=stride, padding=kernel // 2, bias=False)
    put_channels_last_(layer)
    return layer


class Pointwise(nn.Conv2d):
    """A 1 x 1 convolution without bias of every `stride`-th pixel.

    The pixels are picked first: oneDNN's own 1 x 1 convolution with a stride was seen to write
    beyond its memory (torch 2.13, channels last, 4 to 8 channels, two threads).

    >>> import torch
    >>> Pointwise(4, 8, stride=2)(torch.zeros(2, 4, 9, 8)).shape
    torch.Size([2, 8, 5, 4])
    """

    def __init__(self, in_channels: int, channels: int, *, stride: int = 1) -> None:
        super().__init__(in_channels, channels, 1, bias=False)
        self.step = stride
        put_channels_last_(self)

    def forward(self, x: Float[Tensor, "N C H W"]) -> Float[Tensor, "N D h w"]:
        """Features of the pixels that are picked."""
        return super().forward(x[..., :: self.step, :: self.step])


class Stem(nn.Module):
    """The first 3 x 3 convolution of a residual network, with batch norm and ReLU.

    >>> import torch
    >>> Stem(1, 8)(torch.zeros(2, 1, 64, 44)).shape
    torch.Size([2, 8, 64, 44])
    """

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        self.conv = convolution_2d(in_channels, channels, 3)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x: Float[Tensor, "N C H W"]) -> Float[Tensor, "N D H W"]:
        """Features of the same size."""
        return relu(self.norm(self.conv(x)), inplace=True)


class FrameBlock(nn.Module):
    """Two 3 x 3 convolutions with batch norm beside a shortcut; frames do not see each other."""

    def __init__(self, in_channels: int, channels: int, *, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = convolution_2d(in_channels, channels, 3, stride=stride)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = convolution_2d(channels, channels, 3)
        self.bn2 = nn.BatchNorm2d(channels)
        if stride > 1 or in_channels != channels:
            self.downsample: nn.Module = nn.Sequential(
                Pointwise(in_channels, channels, stride=stride), nn.BatchNorm2d(channels)
            )
        else:
            self.downsample = nn.Identity()

    def forward(self, x: Float[Tensor, "N C H W"], frames: Frames) -> Float[Tensor, "N D h w"]:
        """Features of packed frames."""
        out = relu(self.bn1(self.conv1(x)), inplace=True)
        return relu(self.bn2(self.conv2(out)) + self.downsample(x), inplace=True)


class PseudoVolumeBlock(nn.Module):
    """A `FrameBlock` with a convolution over three frames added in the middle ("P3D")."""

    def __init__(self, in_channels: int, channels: int, *, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = convolution_2d(in_channels, channels, 3, stride=stride)
        self.bn1 = nn.BatchNorm2d(channels)
        self.time_conv = convolution_3d(channels, channels, (3, 1, 1))
        self.time_bn = nn.BatchNorm2d(channels)
        self.conv2 = convolution_2d(channels, channels, 3)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = _pointwise(in_channels, channels, stride)

    def forward(self, x: Float[Tensor, "N C H W"], frames: Frames) -> Float[Tensor, "N D h w"]:
        """Features of packed frames."""
        out = relu(self.bn1(self.conv1(x)), inplace=True)
        out = relu(out + self.time_bn(over_time(frames, out, self.time_conv)), inplace=True)
        return relu(self.bn2(self.conv2(out)) + self.downsample(x), inplace=True)


class VolumeBlock(nn.Module):
    """A `FrameBlock` whose convolutions are 3 x 3 x 3, the first axis time."""

    def __init__(self, in_channels: int, channels: int, *, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = convolution_3d(in_channels, channels, (3, 3, 3), stride=stride)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = convolution_3d(channels, channels, (3, 3, 3))
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = _pointwise(in_channels, channels, stride)

    def forward(self, x: Float[Tensor, "N C H W"], frames: Frames) -> Float[Tensor, "N D h w"]:
        """Features of packed frames."""
        out = relu(self.bn1(over_time(frames, x, self.conv1)), inplace=True)
        out = self.bn2(over_time(frames, out, self.conv2))
        return relu(out + self.downsample(x), inplace=True)


BlockKind = type[FrameBlock] | type[PseudoVolumeBlock] | type[VolumeBlock]


class ResidualStage(nn.ModuleList):
    """`count` blocks of one kind, the first of which changes channels and size."""

    def __init__(
        self,
        kind: BlockKind,
        in_channels: int,
        channels: int,
        *,
        stride: int = 1,
        count: int = 1,
    ) -> None:
        first = kind(in_channels, channels, stride=stride)
        super().__init__([first, *(kind(channels, channels) for _ in range(count - 1))])

    def forward(self, x: Float[Tensor, "N C H W"], frames: Frames) -> Float[Tensor, "N D h w"]:
        """Features of packed frames.

        >>> import torch
        >>> x = torch.zeros(6, 4, 8, 8)
        >>> frames = Frames.of(x.unflatten(0, (2, 3)), None)
        >>> ResidualStage(PseudoVolumeBlock, 4, 16, stride=2, count=2)(x, frames).shape
        torch.Size([6, 16, 4, 4])
        """
        for block in self:
            x = block(x, frames)
        return x


class _FrameByFrame(nn.Conv3d):
    """A 1 x 1 x 1 convolution of packed frames; only its weight has an axis for the time."""

    def forward(self, x: Float[Tensor, "N C H W"]) -> Float[Tensor, "N D h w"]:
        _, down, across = self.stride  # pixels are picked first, as in `Pointwise`
        return conv2d(x[..., ::down, ::across], self.weight.squeeze(2))


def _pointwise(in_channels: int, channels: int, stride: int) -> nn.Module:
    if stride == 1 and in_channels == channels:
        return nn.Identity()
    conv = _FrameByFrame(in_channels, channels, 1, stride=(1, stride, stride), bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(channels))


class ResidualNetwork(nn.Module):
    """A stem and four stages of residual blocks; the second and the third halve the image.

    The first stage always works frame by frame, the others are of the `kind` given, `counts`
    blocks in each.

    >>> import torch
    >>> x = torch.zeros(6, 1, 64, 44)
    >>> frames = Frames.of(x.unflatten(0, (2, 3)), None)
    >>> ResidualNetwork(1, (4, 8, 16, 32))(x, frames).shape
    torch.Size([6, 32, 16, 11])
    """

    def __init__(
        self,
        in_channels: int,
        channels: tuple[int, ...],
        *,
        counts: tuple[int, ...] = (1, 1, 1, 1),
        kind: BlockKind = FrameBlock,
    ) -> None:
        super().__init__()
        one, two, three, four = channels
        self.stem = Stem(in_channels, one)
        self.layer1 = ResidualStage(FrameBlock, one, one, count=counts[0])
        self.layer2 = ResidualStage(kind, one, two, stride=2, count=counts[1])
        self.layer3 = ResidualStage(kind, two, three, stride=2, count=counts[2])
        self.layer4 = ResidualStage(kind, three, four, count=counts[3])

    def forward(self, x: Float[Tensor, "N C H W"], frames: Frames) -> Float[Tensor, "N D h w"]:
        """Features of packed frames, a quarter as high and wide."""
        x = self.layer1(self.stem(x), frames)
        return self.layer4(self.layer3(self.layer2(x, frames), frames), frames)
