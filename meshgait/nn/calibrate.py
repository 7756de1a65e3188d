"""Starting weights that fit the data, for networks without normalisation and short trainings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from meshgait.nn.part_linear import PartLinear
from meshgait.nn.spatial_transform import SpatialTransform

_NEAR_IDENTITY = 0.05  # of the 3D spatial transformation, whose other entries would be about 1


@torch.no_grad()
def calibrate_(model: nn.Module, *inputs: Any, **named_inputs: Any) -> None:
    """Rescale the weights of `model`, in place, to what one batch does to them.

    Filters lose their mean, so that flat areas are not what most channels show; those that start at
    zero, of an input that is to be learnt late, stay there. Then every
    convolution and part-wise map is divided by the deviation of its output on the batch, layer by
    layer (LSUV: Mishkin and Matas, ICLR 2016), and a 3D spatial transformation starts near the
    identity (as in Jaderberg et al., NeurIPS 2015). The network stays what it is: only where
    training starts from changes. The mode of the model is kept; running statistics are not changed.

    >>> layer = nn.Conv2d(1, 8, 3, bias=False)
    >>> batch = torch.randn(4, 1, 9, 9)
    >>> calibrate_(layer, batch)
    >>> round(layer(batch).std().item(), 5)
    1.0
    """
    training = {layer: layer.training for layer in model.modules()}
    model.eval()
    handles = []
    for layer in model.modules():
        if isinstance(layer, SpatialTransform):
            layer.bn3.weight.fill_(_NEAR_IDENTITY)
        elif isinstance(layer, (nn.modules.conv._ConvNd, PartLinear)):
            handles.append(layer.register_forward_hook(_scale_to_one()))
            if isinstance(layer, nn.modules.conv._ConvNd):
                _balance(layer.weight)
    try:
        model(*inputs, **named_inputs)
    finally:
        for handle in handles:
            handle.remove()
        for layer, mode in training.items():
            layer.training = mode


def _balance(weight: Tensor) -> None:
    """Take the mean of each filter away, in place, over the input channels that it looks at."""
    seen = (weight != 0).flatten(2).any(2).any(0)
    if seen.sum() > 1:
        axes = tuple(range(1, weight.ndim))
        weight[:, seen] -= weight[:, seen].mean(axes, keepdim=True)


def _scale_to_one() -> Callable[[Any, Any, Tensor], Tensor | None]:
    """A forward hook that divides a layer's weights, once, by the deviation of its output."""
    done = False

    def scale(layer: Any, _: Any, output: Tensor) -> Tensor | None:
        nonlocal done
        deviation = output.std()
        if done or not deviation > 0:
            return None
        done = True
        layer.weight /= deviation
        bias = getattr(layer, "bias", None)
        if bias is not None:
            bias /= deviation
        return output / deviation

    return scale
