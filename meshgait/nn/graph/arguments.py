"""What a layer is called with, for many frames: what they share, and what is each one's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import torch
from torch import Tensor, nn

from meshgait.errors import ShapeError

# Values of every frame (N, rows, ...), of rows that frames share, the edges, and all the rest.
Kind = Literal["frames", "rows", "edges", "rest"]


@dataclass(frozen=True)
class Arguments:
    """Values in the order of a call, the last ones by keyword; the first is x (N, V, C)."""

    values: tuple[Any, ...]
    kinds: tuple[Kind, ...]
    names: tuple[str, ...]

    @classmethod
    def of(cls, x: Tensor, others: tuple[Any, ...], named: dict[str, Any]) -> Arguments:
        """Sort what a layer is called with by its shapes; leading dimensions are those of `x`.

        Raises `ShapeError` where there are no features or no edges.
        """
        if not isinstance(x, Tensor) or x.ndim < 2:
            what = tuple(x.shape) if isinstance(x, Tensor) else f"a {type(x).__name__}"
            raise ShapeError(f"features are (*, V, C), got {what}")
        lead, V = x.shape[:-2], x.shape[-2]
        values = [x, *others, *named.values()]
        edges = named.get("edge_index")
        if edges is None:
            edges = next((value for value in values[1:] if _is_index(value)), None)
        if edges is None or not _is_index(edges):
            raise ShapeError(
                "one edge_index for all frames is needed: whole numbers (2, E), the same for every "
                "frame"
            )
        kinds = [_kind(value, edges, lead, V) for value in values]
        flat = [
            value.reshape(lead.numel(), *value.shape[len(lead) :]) if kind == "frames" else value
            for value, kind in zip(values, kinds, strict=True)
        ]
        return cls(tuple(flat), tuple(kinds), tuple(named))

    @property
    def frames(self) -> int:
        """How many there are."""
        return len(self.values[0])

    @property
    def edges(self) -> Tensor:
        """The one `edge_index` (2, E)."""
        found: Tensor = self.values[self.kinds.index("edges")]
        return found

    @property
    def key(self) -> Any:
        """All that decides how a layer may be run, but for the edges themselves."""
        return self.names, tuple(
            (kind, value.dtype, value.device, value.shape[kind == "frames" :])
            if isinstance(value, Tensor)
            else (kind, repr(value))
            for value, kind in zip(self.values, self.kinds, strict=True)
        )

    def require_vertices(self) -> None:
        """Raise `ShapeError` unless the edges are between vertices that have features."""
        V, edges = self.values[0].shape[-2], self.edges
        if edges.numel() and not 0 <= int(edges.min()) <= int(edges.max()) < V:
            raise ShapeError(
                f"edges name vertices {int(edges.min())} to {int(edges.max())}, and the features "
                f"are of {V}"
            )

    def call(self, conv: nn.Module) -> Any:
        """What the layer says."""
        split = len(self.values) - len(self.names)
        return conv(*self.values[:split], **dict(zip(self.names, self.values[split:], strict=True)))

    def frame(self, n: int) -> Arguments:
        """Those of one frame, as the layer knows them."""
        return self._with(lambda value, kind: value[n] if kind == "frames" else value)

    def united(self) -> Arguments:
        """Those of one graph without edges between the frames."""
        N, V = self.values[0].shape[:2]

        def unite(value: Any, kind: Kind) -> Any:
            if kind == "frames":
                return value.flatten(0, 1)
            if kind == "rows":
                return value.repeat(N, *(1 for _ in value.shape[1:]))
            if kind == "edges":
                start = V * torch.arange(N, device=value.device)
                return (value[:, None] + start[:, None]).flatten(1)
            return value

        return self._with(unite)

    def two_frames(self) -> Arguments:
        """Two frames in float64 that differ; features at random, the rest from what is there."""

        def choose(value: Any, kind: Kind) -> Any:
            if kind == "frames":
                value = torch.stack([value[0], value[-1].flip(0)])
            is_float = isinstance(value, Tensor) and value.is_floating_point()
            return value.double() if is_float else value

        some = self._with(choose)
        x = some.values[0]
        noise = torch.randn(x.shape, dtype=x.dtype, device=x.device)
        return replace(some, values=(noise, *some.values[1:])) if x.is_floating_point() else some

    def _with(self, change: Any) -> Arguments:
        pairs = zip(self.values, self.kinds, strict=True)
        return replace(self, values=tuple(change(value, kind) for value, kind in pairs))

    def __str__(self) -> str:
        split = len(self.values) - len(self.names)
        labels = ["x", *("" for _ in range(split - 1)), *self.names]
        shown = (
            str(tuple(value.shape)) if isinstance(value, Tensor) else repr(value)
            for value in self.frame(0).values
        )
        return ", ".join(f"{a} {b}".strip() for a, b in zip(labels, shown, strict=True))


def _is_index(value: Any) -> bool:
    return (
        isinstance(value, Tensor)
        and value.layout is torch.strided
        and value.dtype in (torch.int64, torch.int32)
        and value.ndim == 2
        and len(value) == 2
    )


def _kind(value: Any, edges: Tensor, lead: torch.Size, V: int) -> Kind:
    if value is edges:
        return "edges"
    if not isinstance(value, Tensor) or value.ndim == 0:
        return "rest"
    rows, depth = (V, edges.shape[1]), len(lead)
    if value.ndim > depth and value.shape[:depth] == lead and value.shape[depth] in rows:
        return "frames"
    return "rows" if len(value) in rows else "rest"
