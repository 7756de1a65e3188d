"""What the triangles of a mesh alone decide: edges, holes, which vertices are used."""

from __future__ import annotations

import hashlib
import weakref
from collections import OrderedDict
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from meshgait.errors import DataError, ShapeError


class Topology:
    """Edges of a list of triangles, and whether it closes.

    `edges` (E, 2) runs from the first to the second vertex as triangle `edge_faces[:, 0]` is wound;
    `edge_faces[:, 1]` is the triangle on the other side, or -1 where there is none. Where more
    than two triangles share an edge, or two are wound alike, the edge occurs more than once.
    Raises `DataError` for negative indices.
    """

    def __init__(self, faces: Int[np.ndarray, "F 3"]) -> None:
        faces = np.array(faces, dtype=np.int64, order="C")  # ours: the caller's may change
        if faces.ndim != 2 or faces.shape[1] != 3:
            raise ShapeError(f"faces must be (F, 3), got {faces.shape}")
        if faces.size and faces.min() < 0:
            raise DataError(f"faces hold the negative vertex index {faces.min()}")
        self.faces = faces
        self.num_vertices = int(faces.max()) + 1 if faces.size else 0
        self.edges, self.edge_faces = _pair_half_edges(faces)

    @cached_property
    def is_closed(self) -> bool:
        """Whether every edge lies between two triangles that are wound consistently."""
        return bool(len(self.faces)) and bool((self.edge_faces >= 0).all())

    @cached_property
    def used_vertices(self) -> Int[np.ndarray, " U"]:
        """Indices of the vertices that belong to a triangle, ascending."""
        return np.unique(self.faces)

    @cached_property
    def compact(self) -> Topology:
        """The same triangles over `used_vertices` alone."""
        if len(self.used_vertices) == self.num_vertices:
            return self
        return Topology(np.searchsorted(self.used_vertices, self.faces))

    @cached_property
    def skin(self) -> Topology:
        """What can be seen: every triangle once, all that hang together wound alike.

        Which way a triangle is wound, or how often it is listed, does not change what it covers,
        but only one layer between consistent windings can be counted at its border. Triangles
        without area are left out. Where no winding is consistent, on a Moebius strip, and where
        more than two triangles meet, it stays as it is given.
        """
        faces = self.faces
        corners = np.sort(faces, axis=1)
        _, first = np.unique(corners, axis=0, return_index=True)
        proper = (corners[:, 0] < corners[:, 1]) & (corners[:, 1] < corners[:, 2])
        kept = np.sort(first[proper[first]])
        if 0 < len(kept) < len(faces):
            faces = faces[kept]
        turned = _wound_alike(faces)
        return self if np.array_equal(turned, self.faces) else Topology(turned)


def _wound_alike(faces: Int[np.ndarray, "F 3"]) -> Int[np.ndarray, "F 3"]:
    """The triangles with the fewer of each piece turned over, so that its edges pair up.

    Every triangle stands in a graph twice, as it is and turned over; neighbours that fit are
    joined. The two halves of a piece are the two ways to wind it.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(faces)
    start, end = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
    low, high = np.minimum(start, end), np.maximum(start, end)
    order = np.lexsort((high, low))
    same = (low[order][1:] == low[order][:-1]) & (high[order][1:] == high[order][:-1])
    before, after = np.append(False, same[:-1]), np.append(same[1:], False)
    pair = np.flatnonzero(same & ~before & ~after)  # edges of exactly two triangles
    one, two = order[pair], order[pair + 1]
    differ = np.where((start < end)[one] == (start < end)[two], count, 0)
    if not differ.any():
        return faces
    one, two = one // 3, two // 3
    rows = np.concatenate([one, one + count])
    columns = np.concatenate([two + differ, two + count - differ])
    graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(2 * count, 2 * count))
    asis, turned = connected_components(graph, directed=False)[1].reshape(2, count)
    piece, side = np.minimum(asis, turned), np.sign(turned - asis)  # 0 where no winding fits
    balance = np.bincount(piece, side)[piece]
    turn = np.where(balance == 0, side, side * balance) < 0
    return np.where(turn[:, None], faces[:, ::-1], faces)


def _pair_half_edges(faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Match each half edge a->b with one half edge b->a of another triangle."""
    start, end = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
    face = np.repeat(np.arange(len(faces)), 3)
    ends = np.stack([np.minimum(start, end), np.maximum(start, end)])
    backward = (start > end).astype(np.int64)
    # Half edges of equal rank among those with the same ends and direction are partners, so any
    # number of triangles may meet at an edge.
    rank = _rank_among_equals(np.stack([*ends, backward]))
    pair = np.stack([*ends, rank])
    order = np.lexsort((backward, *pair[::-1]))
    joined = (pair[:, order[1:]] == pair[:, order[:-1]]).all(axis=0)
    leads = np.append(True, ~joined)[: len(order)]
    opposite = np.append(np.where(joined, face[order[1:]], -1), -1)[: len(order)]
    lead = order[leads]
    return np.stack([start[lead], end[lead]], axis=1), np.stack(
        [face[lead], opposite[leads]], axis=1
    )


def _rank_among_equals(keys: np.ndarray) -> np.ndarray:
    """For each column of `keys`, how many equal columns stand before it."""
    order = np.lexsort(keys[::-1])
    ordered = keys[:, order]
    is_first = np.append(True, (ordered[:, 1:] != ordered[:, :-1]).any(axis=0))[: len(order)]
    place = np.arange(len(order))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = place - np.maximum.accumulate(np.where(is_first, place, 0))
    return rank


_KEPT = 32  # topologies, about a megabyte each for a body
_by_content: OrderedDict[bytes, Topology] = OrderedDict()
_by_tensor: dict[int, tuple[weakref.ref[Tensor], int, Topology]] = {}


def topology(faces: Int[Tensor, "F 3"]) -> Topology:
    """The `Topology` of `faces`, computed once per content and found at once per tensor."""
    known = _by_tensor.get(id(faces))
    if known is not None and known[0]() is faces and _is_unchanged(faces, *known[1:]):
        return known[2]
    # Copied, as memory that NumPy has seen counts as shared from then on.
    array = whole_faces(faces).detach().cpu().clone(memory_format=torch.contiguous_format).numpy()
    content = hashlib.sha256(array.tobytes()).digest()
    found = _by_content.pop(content, None) or Topology(array)
    _by_content[content] = found  # the last used is the last to go
    while len(_by_content) > _KEPT:
        _by_content.popitem(last=False)
    key = id(faces)
    reference = weakref.ref(faces, lambda _: _by_tensor.pop(key, None))
    _by_tensor[key] = (reference, _version(faces), found)
    return found


def _is_unchanged(faces: Int[Tensor, "F 3"], version: int, known: Topology) -> bool:
    """A tensor counts its changes, but not in inference mode, nor those by others to its memory.

    torch never resizes memory that it shares, with NumPy say, either way. Then all is compared.
    """
    if faces.is_inference() or not faces.untyped_storage().resizable():
        return np.array_equal(faces.numpy(force=True), known.faces)
    return faces._version == version


def _version(faces: Tensor) -> int:
    return 0 if faces.is_inference() else faces._version


def whole_faces(faces: Tensor) -> Int[Tensor, "F 3"]:
    """Triangles as int64, in which torch counts; `ShapeError` for what cannot be such.

    >>> whole_faces(torch.tensor([[0, 1, 2]], dtype=torch.int16)).dtype
    torch.int64
    """
    is_number = not (faces.is_floating_point() or faces.is_complex() or faces.dtype == torch.bool)
    if faces.ndim != 2 or faces.shape[-1] != 3 or not is_number:
        what = f"{tuple(faces.shape)} of {faces.dtype}"
        raise ShapeError(f"faces must be whole numbers (F, 3), got {what}")
    return faces if faces.dtype == torch.int64 else faces.long()
