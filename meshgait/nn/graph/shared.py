"""Any layer of PyTorch Geometric on all frames of all clips, over one topology.

What a layer means is a loop over the frames. Whether it can do better is not read from its class
but tried: on two frames, in float64, with other weights, each arrangement must give what the loop
gives. So the edges are repeated for every frame only where the layer takes no frames by itself.
"""

from __future__ import annotations

import copy
import warnings
from typing import Any, Literal, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from meshgait.errors import ConfigError, MeshgaitError, ShapeError
from meshgait.nn.graph.arguments import Arguments
from meshgait.nn.graph.twin import call_twin, twins
from meshgait.numerics import in_no_mode, uncompiled

Arrangement = Literal["ours", "native", "united", "frame by frame"]

# What a layer raises that does not take frames as they are arranged.
_REFUSALS = (
    RuntimeError, ValueError, IndexError, KeyError, TypeError, AttributeError, AssertionError,
    NotImplementedError,
)  # fmt: skip
# Of the largest value: above rounding in float64, and far below any mistake. Our layers keep their
# matrices in float32, so they stand for layers of that type only.
_SAME = {torch.float64: 2.0**-40}
_NEARLY = 2.0**-18


class Way(NamedTuple):
    """How a layer is run on many frames; `twin` is our own layer that does the same."""

    arrangement: Arrangement
    twin: nn.Module | None = None

    def __call__(self, conv: nn.Module, given: Arguments) -> Tensor:
        """Features (N, V, D) of the frames of `given`."""
        if self.twin is not None:
            return call_twin(self.twin, conv, given.values[0])
        if self.arrangement == "native":
            return given.call(conv)
        if self.arrangement == "united":
            return given.united().call(conv).unflatten(0, (given.frames, -1))
        return torch.stack([given.frame(n).call(conv) for n in range(given.frames)])


class Shared(nn.Module):
    """A layer of PyTorch Geometric that reads (*, V, C) instead of (V, C), frame by frame.

    It is called as the layer itself, with one `edge_index` (2, E) for all frames. Whatever else
    the layer takes may be shared, (E, ...) or (V, ...), or of every frame, (*, E, ...) or
    (*, V, ...). One of our own layers computes where one gives the same numbers. The first call
    with other edges or sizes tries which arrangement is right; `way` is what the last call used.
    Where the layer has batch norm inside, it sees all frames at once.

    >>> from torch_geometric.nn import SAGEConv  # doctest: +SKIP
    >>> layer = Shared(SAGEConv(3, 16))  # doctest: +SKIP
    >>> layer(mesh.vertices, mesh.to_pyg().edge_index).shape  # doctest: +SKIP
    torch.Size([2, 30, 6890, 16])
    """

    def __init__(self, conv: nn.Module) -> None:
        super().__init__()
        for name, part in conv.named_modules():
            if getattr(part, "cached", False) is True:
                raise ConfigError(
                    f"{name or type(conv).__name__} keeps what it made of its first graph; make it "
                    "with cached=False"
                )
        self.conv = conv
        self.way: Arrangement | None = None
        self._edges: Tensor | None = None
        self._ways: dict[Any, Way] = {}

    def forward(
        self, x: Float[Tensor, "*batch V C"], *others: Any, **named: Any
    ) -> Float[Tensor, "*batch V D"]:
        """Features of the vertices of every frame.

        Raises `ShapeError` for what the layer cannot be called with.
        """
        given = Arguments.of(x, others, named)
        if given.frames == 0:
            return self(x.new_zeros(1, *x.shape[-2:]), *others, **named)[0].expand(
                *x.shape[:-1], -1
            )
        way = self._way_of(given)
        self.way = way.arrangement
        found = way(self.conv, given)
        return found.reshape(*x.shape[:-2], *found.shape[1:])

    def extra_repr(self) -> str:
        """What the last call used, for `print`."""
        return "not called yet" if self.way is None else self.way

    def _apply(self, fn: Any, recurse: bool = True) -> Shared:
        for way in self._ways.values():
            if way.twin is not None:  # no submodule: its weights are those of the layer
                way.twin._apply(fn, recurse)
        return super()._apply(fn, recurse)

    @uncompiled
    def _way_of(self, given: Arguments) -> Way:
        """How such arguments are to be arranged; tried when they come first."""
        if torch.compiler.is_compiling():  # while exported, edges have no values to compare
            if given.key not in self._ways:
                raise ConfigError("call the layer once, then export it: what it can do is tried")
            return self._ways[given.key]
        if self._edges is None or not _equal(self._edges, given.edges):
            self._edges, self._ways = given.edges.detach().clone(), {}
        if given.key not in self._ways:
            self._ways[given.key] = _choose(self.conv, given)
        return self._ways[given.key]


def _equal(one: Tensor, two: Tensor) -> bool:
    return one.device == two.device and torch.equal(one, two)


def _choose(conv: nn.Module, given: Arguments) -> Way:
    given.require_vertices()
    devices = [given.edges.device] if given.edges.is_cuda else []
    with (
        in_no_mode(), torch.no_grad(), torch.random.fork_rng(devices), warnings.catch_warnings()
    ):  # fmt: skip
        warnings.simplefilter("ignore")  # the layer says it again when it works
        try:
            _materialise(conv, given)
            trial = _shaken(conv)
            frames = given.two_frames()
            loop = Way("frame by frame")
            truth = _run(loop, trial, frames, training=False)
        except _REFUSALS as error:
            if isinstance(error, MeshgaitError):
                raise
            cause = " ".join(str(error).split()) or type(error).__name__
            raise ShapeError(
                f"{type(conv).__name__} cannot be called with {given}: {cause}"
            ) from error
        united = Way("united")
        limit = _SAME.get(given.values[0].dtype, _NEARLY)
        united = Way("united")
        slow = united if _gives(truth, united, trial, frames, limit, training=False) else loop
        noisy = _run(slow, trial, frames, training=True)
        own = [Way("ours", twin) for twin in twins(trial, frames)]
        for way in (*own, Way("native")):
            if all(
                _gives(wanted, way, trial, frames, limit, training=training)
                for wanted, training in ((truth, False), (noisy, True))
            ):
                # Its matrix is cast to the type of the features wherever it is used.
                return Way(way.arrangement, None if way.twin is None else way.twin.float())
        return slow


def _materialise(conv: nn.Module, given: Arguments) -> None:
    """Let a lazy layer see what it is called with, so that a copy has its weights."""
    if any(map(is_lazy, conv.parameters())):
        was_training = conv.training
        conv.eval()
        given.frame(0).call(conv)
        conv.train(was_training)


def _shaken(conv: nn.Module) -> nn.Module:
    """A copy in float64 with weights of its own: those that start at zero would hide mistakes."""
    trial = copy.deepcopy(conv).double()
    torch.manual_seed(0)
    for weight in trial.parameters():
        weight.add_(0.3 * torch.randn_like(weight))
    return trial


def _run(way: Way, trial: nn.Module, frames: Arguments, *, training: bool) -> Tensor:
    """What a copy gives, with the same random numbers every time."""
    torch.manual_seed(0)
    found = way(copy.deepcopy(trial).train(training), frames)
    if not isinstance(found, Tensor) or found.ndim != 3:
        raise ShapeError(f"{type(trial).__name__} gives no features (V, D) of a frame")
    return found


def _gives(
    truth: Tensor, way: Way, trial: nn.Module, frames: Arguments, limit: float, *, training: bool
) -> bool:
    """Whether an arrangement gives the right numbers."""
    try:
        found = _run(way, trial, frames, training=training)
    except _REFUSALS:
        return False
    most = limit * float(truth.nan_to_num().abs().max())
    return found.shape == truth.shape and torch.allclose(
        found, truth, rtol=0, atol=most, equal_nan=True
    )
