"""Distances between embeddings."""

from __future__ import annotations

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor
from torch.linalg import vector_norm
from torch.nn.functional import conv2d

from meshgait._optional import installed
from meshgait._threads import each_alone
from meshgait.errors import ConfigError, ShapeError
from meshgait.numerics import in_full_precision


@torch.no_grad()
@in_full_precision
def part_distance(
    probe: Float[Tensor, "Q P C"], gallery: Float[Tensor, "G P C"], metric: str = "euclidean"
) -> Float[Tensor, "Q G"]:
    """Distance of every probe to every gallery embedding, averaged over the parts.

    "euclidean" is the mean of the parts' Euclidean distances, "cosine" one minus the mean of their
    cosines. Beside the result it needs one copy of the probes and little else. Half precision
    gives float32, and autocast takes no digits. Raises `ShapeError` where parts or channels differ.

    >>> probe, gallery = torch.eye(2).unsqueeze(1), torch.tensor([[[0.0, 2.0]]])
    >>> part_distance(probe, gallery, "cosine").flatten()
    tensor([1., 0.])
    """
    if probe.ndim != 3 or gallery.ndim != 3 or probe.shape[1:] != gallery.shape[1:]:
        raise ShapeError(
            "probe and gallery must be (Q, P, C) and (G, P, C) with the same parts and channels; "
            f"got {tuple(probe.shape)} and {tuple(gallery.shape)}"
        )
    if metric not in _METRICS:
        raise ConfigError(f"unknown metric {metric!r}; there are {', '.join(_METRICS)}")
    dtype = torch.promote_types(torch.promote_types(probe.dtype, gallery.dtype), torch.float32)
    distance = torch.zeros(len(probe), len(gallery), dtype=dtype, device=probe.device)
    _METRICS[metric](probe.to(dtype), gallery.to(dtype), distance)
    return distance


def _euclidean(probe: Tensor, gallery: Tensor, distance: Tensor) -> None:
    # Distances do not change, but far fewer digits cancel when all lies far from the origin.
    some = gallery[:: max(len(gallery) // _TILE, 1)]
    centre = some.mean(0).nan_to_num(0, 0, 0)  # one broken embedding must not break all
    tiles = [
        (rows, (probe[rows] - centre).permute(1, 2, 0).contiguous()) for rows in _tiles(len(probe))
    ]
    squares = [own.square().sum(1) for _, own in tiles]  # (P, Q)
    add_roots = _root_adder(distance)

    def compare(columns: slice) -> None:
        totals = [distance.new_zeros(len(gallery[columns]), own.shape[2]) for _, own in tiles]
        room = torch.empty_like(gallery[columns, 0])
        for part, middle in enumerate(centre):
            some = torch.sub(gallery[columns, part], middle, out=room)  # (G, C)
            some_square = vector_norm(some, dim=1).square_()  # half the time of a sum of squares
            for (_, own), square, total in zip(tiles, squares, totals, strict=True):
                add_roots(_product(own[part], some).T, some_square, square[part], total)
        for (rows, _), total in zip(tiles, totals, strict=True):
            distance[rows, columns] = total.T

    if distance.device.type == "cpu":
        each_alone(compare, _tiles(len(gallery)))
    else:
        for columns in _tiles(len(gallery)):
            compare(columns)
    distance /= probe.shape[1]


def _root_adder(like: Tensor) -> Callable[[Tensor, Tensor, Tensor, Tensor], None]:
    """`add_roots` of the kernels where they can, else the same by torch."""
    if like.device.type == "cpu" and installed("numba"):
        from meshgait.metrics.roots_kernel import add_roots

        return lambda *tensors: add_roots(*(tensor.numpy() for tensor in tensors))
    return _add_roots


def _add_roots(product: Tensor, gallery: Tensor, probe: Tensor, total: Tensor) -> None:
    square = product.mul_(-2).add_(gallery[:, None]).add_(probe)
    total += square.clamp_min_(0).sqrt_()


def _cosine(probe: Tensor, gallery: Tensor, distance: Tensor) -> None:
    tiles = [
        (rows, _scaled(probe[rows], torch.empty_like(probe[rows])).flatten(1).T.contiguous())
        for rows in _tiles(len(probe))
    ]
    room = torch.empty_like(gallery[:_TILE])  # new memory for each tile would take longer to get
    for columns in _tiles(len(gallery)):
        some = gallery[columns]
        some = _scaled(some, room[: len(some)]).flatten(1)
        for rows, own in tiles:
            distance[rows, columns] = _product(own, some)
    distance.div_(-probe.shape[1]).add_(1)


def _scaled(embedding: Tensor, out: Tensor) -> Tensor:
    """Every part with length 1; zeros stay zeros."""
    length = vector_norm(embedding, dim=2, keepdim=True)
    if not bool(((length > _LENGTHS[0]) & (length < _LENGTHS[1])).all()):
        # Squares that are beyond the numbers there are: the largest channel becomes 1 first.
        embedding = embedding / embedding.abs().amax(2, keepdim=True).clamp_min(_TINY)
        length = vector_norm(embedding, dim=2, keepdim=True)
    return torch.mul(embedding, length.clamp_min_(_TINY).reciprocal_(), out=out)


_TILE = 1024
_LENGTHS = (1e-12, 1e18)  # between which squares are float32's
_TINY = 1e-37
_METRICS = {"euclidean": _euclidean, "cosine": _cosine}


def _tiles(length: int) -> list[slice]:
    """Slices so long that what lies between two of them stays in the processor's cache."""
    return [slice(start, start + _TILE) for start in range(0, length, _TILE)]


def _product(a: Tensor, b: Tensor) -> Tensor:
    """The product a.T @ b.T by the faster of two libraries; its transpose is contiguous.

    A 1 x 1 convolution is that product. On CPUs its kernels can be much the faster (0.6 of the
    time for cosines on an AMD EPYC), as the matrix library was not written for every processor.
    """
    if a.device.type == "cpu" and a.dtype == torch.float32:
        return conv2d(a[None, :, :, None], b[:, :, None, None])[0, :, :, 0].T
    return (b @ a).T
