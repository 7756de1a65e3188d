"""What a network costs: weights, and multiplications per frame."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, NamedTuple

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils.flop_counter import FlopCounterMode

import meshgait.models
from meshgait.zoo.inputs import random_clips

FRAMES = 30
"""Length of the clip that is counted on; what is done once per clip is shared among them."""

RUN = ("FusionGait", "HybridGait", "LidarGaitPP", "RefineGait")
"""Networks that draw bodies or look at numbers; of the others only the shapes are computed."""


class Cost(NamedTuple):
    """Weights in front of the loss, and multiply-accumulates per frame of a clip of `FRAMES`."""

    parameters: int
    macs: int


def count_cost(name: str) -> Cost:
    """The cost of the network called `name` in its default configuration, in evaluation mode.

    Convolutions and matrix products are counted, all else is not. `cost_of` has it as data.

    >>> count_cost("GEI")
    Cost(parameters=0, macs=0)
    """
    with nullcontext() if name in RUN else FakeTensorMode():
        return _count(getattr(meshgait.models, name))


@torch.no_grad()
def _count(model_type: Any) -> Cost:
    model = model_type().eval()
    parameters = sum(weight.numel() for weight in model.parameters())
    if parameters == 0:
        return Cost(0, 0)
    with FlopCounterMode(display=False) as counter, _without_onednn():
        model(**random_clips(model, 1, FRAMES))
    return Cost(parameters, counter.get_total_flops() // (2 * FRAMES))


@contextmanager
def _without_onednn() -> Iterator[None]:
    """Recurrent layers are then matrix products, which are counted."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "TF32 acceleration on top of oneDNN")
        with torch.backends.mkldnn.flags(enabled=False):
            yield
