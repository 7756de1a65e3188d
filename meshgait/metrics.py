"""Distances between embeddings, and retrieval scores in percent from distances.

Nothing here knows a dataset: which queries and galleries are compared is the caller's matter.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Bool, Float, Real
from torch import Tensor
from torch.nn.functional import conv2d, normalize

from meshgait.errors import ConfigError, DataError, ShapeError

Ids = Sequence[int] | Sequence[str] | np.ndarray | Tensor
Distance = Real[np.ndarray, "Q G"] | Real[Tensor, "Q G"]
Pairs = Bool[np.ndarray, "Q G"] | Bool[Tensor, "Q G"]


@torch.no_grad()
def part_distance(
    query: Float[Tensor, "Q P C"], gallery: Float[Tensor, "G P C"], metric: str = "euclidean"
) -> Float[Tensor, "Q G"]:
    """Distance of every query to every gallery embedding, averaged over the parts.

    "euclidean" is the mean of the parts' Euclidean distances, "cosine" one minus the mean of their
    cosines. Beside the result it needs one copy of the queries and little else. Half precision
    gives float32. Raises `ShapeError` where parts or channels differ.

    >>> query, gallery = torch.eye(2).unsqueeze(1), torch.tensor([[[0.0, 2.0]]])
    >>> part_distance(query, gallery, "cosine").flatten()
    tensor([1., 0.])
    """
    if query.ndim != 3 or gallery.ndim != 3 or query.shape[1:] != gallery.shape[1:]:
        raise ShapeError(
            "query and gallery must be (Q, P, C) and (G, P, C) with the same parts and channels; "
            f"got {tuple(query.shape)} and {tuple(gallery.shape)}"
        )
    if metric not in _METRICS:
        raise ConfigError(f"unknown metric {metric!r}; there are {', '.join(_METRICS)}")
    dtype = torch.promote_types(torch.promote_types(query.dtype, gallery.dtype), torch.float32)
    distance = torch.zeros(len(query), len(gallery), dtype=dtype, device=query.device)
    _METRICS[metric](query.to(dtype), gallery.to(dtype), distance)
    return distance


def _euclidean(query: Tensor, gallery: Tensor, distance: Tensor) -> None:
    # Distances do not change, but far fewer digits cancel when all lies far from the origin.
    centre = gallery.mean(0).nan_to_num(0, 0, 0)  # one broken embedding must not break all
    query = (query - centre).transpose(0, 1).contiguous()  # (P, Q, C)
    norm = query.square().sum(2, keepdim=True)
    for columns in _tiles(len(gallery)):
        some = (gallery[columns] - centre).transpose(0, 1).contiguous()
        some_norm = some.square().sum(2)
        some *= -2
        for rows in _tiles(query.shape[1]):
            tile = distance[rows, columns]
            for part in range(len(query)):
                square = _product(query[part, rows], some[part], some_norm[part])
                tile += square.add_(norm[part, rows]).clamp_min_(0).sqrt_()
    distance /= len(query)


def _cosine(query: Tensor, gallery: Tensor, distance: Tensor) -> None:
    parts = query.shape[1]
    query = normalize(query, dim=2).flatten(1)
    for columns in _tiles(len(gallery)):
        some = normalize(gallery[columns], dim=2).flatten(1)
        for rows in _tiles(len(query)):
            distance[rows, columns] = _product(query[rows], some, None)
    distance.div_(-parts).add_(1)


_METRICS = {"euclidean": _euclidean, "cosine": _cosine}


def _tiles(length: int) -> list[slice]:
    """Slices of 1024, so that what lies between two of them stays in the processor's cache."""
    return [slice(start, start + 1024) for start in range(0, length, 1024)]


def _product(a: Tensor, b: Tensor, bias: Tensor | None) -> Tensor:
    """The product a @ b.T, plus bias, by the faster of two libraries.

    A 1 x 1 convolution is that product. On CPUs its kernels can be much the faster (0.6 of the
    time for cosines on an AMD EPYC), as the matrix library was not written for every processor.
    """
    if a.device.type == "cpu" and a.dtype == torch.float32:
        return conv2d(a.T[None, :, :, None], b[:, :, None, None], bias)[0, :, :, 0].T
    return a @ b.T if bias is None else torch.addmm(bias, a, b.T)


def retrieval(
    distance: Distance,
    query_ids: Ids,
    gallery_ids: Ids,
    *,
    exclude: Pairs | None = None,
    mateless_is_miss: bool = False,
) -> dict[str, float]:
    """Rank-1, -5 and -10 accuracy, mAP and mINP in percent, and how many queries they are of.

    A mate is a gallery entry with the query's identity; pairs in `exclude` are not compared at
    all. "rank5" is the share of queries with a mate among the nearest five; "mAP" averages over
    mates the share of mates among all that are as near; "mINP" is the number of mates by the
    rank of the last (Ye et al., TPAMI 2021). Of equally distant entries those of other identities
    rank first, so no order of the gallery and no collapsed network gains by ties.

    Queries without a mate are left out, or count as misses if `mateless_is_miss`; "mateless" is
    their number, "queries" that of all averaged. Raises `DataError` for NaN distances and if there
    is no query or no gallery to speak of.

    >>> scores = retrieval(np.array([[0.1, 0.3, 0.2]]), ["ann"], ["ann", "ann", "bob"])
    >>> scores["rank1"], round(scores["mAP"], 2), round(scores["mINP"], 2)
    (100.0, 83.33, 66.67)
    """
    rank = _mate_ranks(distance, query_ids, gallery_ids, exclude)
    mates = np.isfinite(rank).sum(1)
    queries = _count_queries(mates, mateless_is_miss)
    first = rank[:, 0]
    last = np.where(np.isfinite(rank), rank, 1).max(1)
    precision = (np.arange(1, rank.shape[1] + 1) / rank).sum(1) / np.maximum(mates, 1)
    return {
        **{f"rank{k}": 100 * float((first <= k).sum()) / queries for k in (1, 5, 10)},
        "mAP": 100 * float(precision.sum()) / queries,
        "mINP": 100 * float((mates / last).sum()) / queries,
        "queries": queries,
        "mateless": int((mates == 0).sum()),
    }


def cmc(
    distance: Distance,
    query_ids: Ids,
    gallery_ids: Ids,
    *,
    ranks: int = 50,
    exclude: Pairs | None = None,
    mateless_is_miss: bool = False,
) -> Float[np.ndarray, " ranks"]:
    """Percent of queries with a mate among the nearest 1, 2, ..., `ranks`; see `retrieval`.

    >>> cmc(np.array([[0.1, 0.2], [0.1, 0.2]]), [1, 2], [1, 2], ranks=2)
    array([ 50., 100.])
    """
    rank = _mate_ranks(distance, query_ids, gallery_ids, exclude)
    queries = _count_queries(np.isfinite(rank).sum(1), mateless_is_miss)
    hits = rank[:, :1] <= np.arange(1, ranks + 1)
    return 100 * hits.sum(0) / queries


def _count_queries(mates: np.ndarray, mateless_is_miss: bool) -> int:
    if not mates.any():
        raise DataError("no query has a mate in the gallery, so there is nothing to score")
    return len(mates) if mateless_is_miss else int((mates > 0).sum())


def _mate_ranks(
    distance: Distance, query_ids: Ids, gallery_ids: Ids, exclude: Pairs | None
) -> Float[np.ndarray, "Q M"]:
    """At which rank, from 1, each query meets its first, second, ... mate; inf beyond its last."""
    far = _check_distance(distance)
    mate = _mates(query_ids, gallery_ids, far.shape)
    compared = np.full(len(far), far.shape[1])
    if exclude is not None:
        excluded = _to_array(exclude)
        if excluded.shape != far.shape or excluded.dtype != np.bool_:
            raise ShapeError(
                f"exclude must be boolean and {far.shape} like distance, got {excluded.dtype} "
                f"{excluded.shape}"
            )
        mate, far = mate & ~excluded, np.where(excluded, np.inf, far)
        compared = (~excluded).sum(1)
    mates = mate.sum(1)
    place = np.arange(1, max(mates.max(), 1) + 1)
    real = place <= mates[:, None]
    own = np.full(real.shape, np.inf, far.dtype)
    own[real] = far[mate]  # both row by row
    own.sort(axis=1)
    # Entries at most as far, less the mates among them, are the strangers that rank before.
    nearer = np.minimum(_count_up_to(np.sort(far, axis=1), own), compared[:, None])
    nearer_mates = np.minimum(_count_up_to(own, own), mates[:, None])
    return np.where(real, nearer - nearer_mates + place, np.inf)


def _count_up_to(ascending: np.ndarray, limit: np.ndarray) -> np.ndarray:
    """For each number of a row of `limit`, how many of that row of `ascending` are no larger."""
    rows, limits = torch.from_numpy(ascending), torch.from_numpy(limit)
    return torch.searchsorted(rows, limits, right=True).numpy()


def _check_distance(distance: Distance) -> Float[np.ndarray, "Q G"]:
    far = np.ascontiguousarray(_to_array(distance))
    if far.ndim != 2:
        raise ShapeError(f"distance must be (queries, gallery), got {far.shape}")
    if not far.size:
        raise DataError(
            f"nothing to compare: {far.shape[0]} queries, {far.shape[1]} in the gallery"
        )
    if far.dtype not in (np.float32, np.float64):
        far = far.astype(np.float32 if far.dtype.kind == "f" else np.float64)
    bad = np.isnan(far)
    if bad.any():
        row, column = np.argwhere(bad)[0]
        raise DataError(
            f"{bad.sum()} distances are NaN, the first at [{row}, {column}]; look for NaN in the "
            "embeddings"
        )
    return far


def _mates(query_ids: Ids, gallery_ids: Ids, shape: tuple[int, ...]) -> Bool[np.ndarray, "Q G"]:
    query, gallery = _to_array(query_ids), _to_array(gallery_ids)
    if query.shape != shape[:1] or gallery.shape != shape[1:]:
        raise ShapeError(
            f"distance is {shape}, but there are {query.shape} query and {gallery.shape} gallery "
            "identities"
        )
    if not (_are_integers(query) and _are_integers(gallery)) and not (
        _are_strings(query) and _are_strings(gallery)
    ):
        raise DataError(
            "identities must be all integers or all strings, got "
            f"{query.dtype} for the queries and {gallery.dtype} for the gallery"
        )
    _, code = np.unique(np.concatenate([query, gallery]), return_inverse=True)
    return code[: len(query), None] == code[len(query) :]


def _are_integers(ids: np.ndarray) -> bool:
    return ids.dtype.kind in "iu"


def _are_strings(ids: np.ndarray) -> bool:
    return ids.dtype.kind == "U" or all(isinstance(name, str) for name in ids)


def _to_array(values: Ids | Distance | Pairs) -> np.ndarray:
    if isinstance(values, Tensor):
        values = values.detach().cpu()
        values = values.float() if values.dtype == torch.bfloat16 else values
        return values.numpy()
    return np.asarray(values)
