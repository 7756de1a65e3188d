"""Distances and identities as they come in, checked; which pairs are matches or left out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Bool, Float, Int, Real
from torch import Tensor

from meshgait.errors import DataError, ShapeError

Ids = Sequence[int] | Sequence[str] | np.ndarray | Tensor
Distance = Real[np.ndarray, "Q G"] | Real[Tensor, "Q G"]
Pairs = Bool[np.ndarray, "Q G"] | Bool[Tensor, "Q G"]


def same(probe_labels: Ids, gallery_labels: Ids) -> Bool[np.ndarray, "Q G"]:
    """Pairs with equal labels: matches, by identity; both this and by view, what may be left out.

    >>> same(["ann", "bob"], ["bob"]).tolist()
    [[False], [True]]
    """
    probe, gallery = to_codes(probe_labels, gallery_labels)
    return probe[:, None] == gallery


def to_codes(
    probe_labels: Ids, gallery_labels: Ids
) -> tuple[Int[np.ndarray, " Q"], Int[np.ndarray, " G"]]:
    """A number for each label, the same on both sides; all are integers or all are strings."""
    probe, gallery = to_array(probe_labels), to_array(gallery_labels)
    if not (_are_integers(probe) and _are_integers(gallery)) and not (
        _are_strings(probe) and _are_strings(gallery)
    ):
        raise DataError(
            "identities must be all integers or all strings, got "
            f"{probe.dtype} for the probes and {gallery.dtype} for the gallery"
        )
    together = np.concatenate([probe, gallery])
    if together.dtype.kind == "f":  # of signed and unsigned ones, where great ones would be equal
        together = np.concatenate([probe.astype(object), gallery.astype(object)])
    _, code = np.unique(together, return_inverse=True)
    return code[: len(probe)], code[len(probe) :]


def check_sizes(probe_ids: Ids, gallery_ids: Ids, shape: tuple[int, ...]) -> None:
    """Raise `ShapeError` unless there is an identity for each row and each column."""
    probe, gallery = to_array(probe_ids).shape, to_array(gallery_ids).shape
    if probe != shape[:1] or gallery != shape[1:]:
        raise ShapeError(
            f"distance is {shape}, but there are {probe} probe and {gallery} gallery identities"
        )


def check_distance(distance: Distance) -> Float[np.ndarray, "Q G"]:
    """The distances as a contiguous array of floats; `DataError` if there is none or for NaN."""
    far = np.ascontiguousarray(to_array(distance))
    if far.ndim != 2:
        raise ShapeError(f"distance must be (probes, gallery), got {far.shape}")
    if not far.size:
        raise DataError(f"nothing to compare: {far.shape[0]} probes, {far.shape[1]} in the gallery")
    if far.dtype not in (np.float32, np.float64):
        far = far.astype(np.float32 if far.dtype.kind == "f" else np.float64)
    if not np.isnan(far.max()):  # the largest of some is NaN if one of them is
        return far
    bad = np.isnan(far)
    row, column = np.argwhere(bad)[0]
    raise DataError(
        f"{bad.sum()} distances are NaN, the first at [{row}, {column}]; look for NaN in the "
        "embeddings"
    )


def check_exclude(exclude: Pairs | None, shape: tuple[int, ...]) -> Bool[np.ndarray, "Q G"] | None:
    """The pairs not to compare as an array, if there are any."""
    if exclude is None:
        return None
    excluded = to_array(exclude)
    if excluded.shape != shape or excluded.dtype != np.bool_:
        raise ShapeError(
            f"exclude must be boolean and {shape} like distance, got {excluded.dtype} "
            f"{excluded.shape}"
        )
    return excluded


def to_array(values: Ids | Distance | Pairs) -> np.ndarray:
    """Tensors of any device and lists as arrays."""
    if isinstance(values, Tensor):
        values = values.detach().cpu()
        values = values.float() if values.dtype == torch.bfloat16 else values
        return values.numpy()
    return np.asarray(values)


def _are_integers(ids: np.ndarray) -> bool:
    return ids.dtype.kind in "iu"


def _are_strings(ids: np.ndarray) -> bool:
    return ids.dtype.kind == "U" or all(isinstance(name, str) for name in ids)
