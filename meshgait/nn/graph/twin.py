"""Our own layers in the place of PyTorch Geometric's: the same weights, without the messages.

Which of ours may stand for a layer is told by the names of its weights; whether it does, `Shared`
tries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from torch import Tensor, nn
from torch.func import functional_call

from meshgait.nn.graph.arguments import Arguments
from meshgait.nn.graph.chebyshev import Chebyshev
from meshgait.nn.graph.edge_convolution import EdgeConvolution
from meshgait.nn.graph.feature_steered import FeatureSteered
from meshgait.nn.graph.graph_attention import GraphAttention, GraphAttentionV2
from meshgait.nn.graph.graph_convolution import GraphConvolution

Weights = Mapping[str, Tensor]
Build = Callable[[Weights, int, Any], nn.Module]  # of weights, input channels and adjacency


def _convolution(w: Weights, width: int, near: Any) -> nn.Module:
    return GraphConvolution(width, len(w["bias"]), near)


def _chebyshev(w: Weights, width: int, near: Any) -> nn.Module:
    return Chebyshev(width, len(w["bias"]), near, order=len(w) - 1)


def _attention(w: Weights, width: int, near: Any) -> nn.Module:
    return GraphAttention(width, len(w["bias"]), near, heads=w["att_src"].shape[1])


def _attention_v2(w: Weights, width: int, near: Any) -> nn.Module:
    return GraphAttentionV2(width, len(w["bias"]), near, heads=w["att"].shape[1])


def _steered(w: Weights, width: int, near: Any) -> nn.Module:
    return FeatureSteered(width, len(w["bias"]), near, heads=len(w["c"]))


def _edge(w: Weights, width: int, near: Any) -> nn.Module:
    return EdgeConvolution(width, len(w["nn.2.bias"]), near)


_BUILDERS: tuple[Build, ...] = (
    _convolution, _chebyshev, _attention, _attention_v2, _steered, _edge,
)  # fmt: skip


def twins(conv: nn.Module, given: Arguments) -> Iterator[nn.Module]:
    """Our layers that have exactly the weights of `conv`, called with features and edges alone."""
    is_plain = all(value is None for value in given.values[2:])
    if not is_plain or given.kinds[:2] != ("frames", "edges") or not given.edges.numel():
        return
    from scipy.sparse import coo_array

    x, V = given.values[0], given.values[0].shape[-2]
    source, target = given.edges.cpu().numpy()
    near = coo_array((np.ones(len(source)), (target, source)), shape=(V, V)).tocsr()
    weights = conv.state_dict()
    for build in _BUILDERS:
        try:
            twin = build(weights, x.shape[-1], near)
            twin.load_state_dict(weights)
        except (KeyError, IndexError, RuntimeError, ValueError):
            continue  # other weights
        yield twin.to(x.device, x.dtype)


def call_twin(twin: nn.Module, conv: nn.Module, x: Tensor) -> Tensor:
    """Features of our layer with the weights of the other, which get the gradient."""
    found: Tensor = functional_call(twin, dict(conv.named_parameters()), (x,))
    return found
