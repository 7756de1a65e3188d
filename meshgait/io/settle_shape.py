"""The shape of a track as that of the body that is to have it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from meshgait.body import Body
from meshgait.body.kinds import SMPL
from meshgait.errors import DataError
from meshgait.io.fit_surface import Surface, SurfaceFit, fit_surface
from meshgait.io.own_shape import SHARED, OwnShape
from meshgait.io.track import BodyTrack, rest_joints
from meshgait.numerics import in_full_precision


def settle_shape(track: BodyTrack, body: Body, source: Body | None = None) -> BodyTrack:
    """The track with the shape of somebody on `body`, as far as that can be known.

    Coefficients of one model say nothing to another. `source` is the body that they belong to, of
    the same kind and gender: the skin that it has with them is what that of `body` is fitted to, at
    rest. Where `body` is of that kind itself, they are its own. Without either the mean shape
    stays, and a note says which file is missing. Raises `DataError` for a `source` of another kind.
    """
    own = track.own
    kind = SMPL if own is None else own.kind
    if body.kind == kind:
        return track if own is None else _as_own(track, own)
    if own is None:
        own = OwnShape.of(SMPL, track.betas)
        mean = replace(track, betas=np.zeros_like(track.betas), own=own)
        track = mean if own.note in track.notes else mean.noted(own.note)
    if source is None:
        return track
    if source.kind != kind:
        raise DataError(
            f"the shape is one of {kind.title} and the source body is one of {source.kind.title}; "
            f"give {own.file}"
        )
    known = own.betas[: source.layer.shapedirs.shape[-1]]  # some files have fewer than others
    fit = transfer_shape(source, known, body)
    note = f"the shape was fitted to that of {own.file}, whose skin is {fit.off_mm:.1f} mm off"
    placed = _placed(track, own, rest_joints(source, known[None])[0, 0])
    betas = np.tile(fit.betas, (len(track), 1))
    return replace(placed, betas=betas, own=None, notes=_without(track, own)).noted(note)


@in_full_precision
def transfer_shape(source: Body, betas: np.ndarray, target: Body) -> SurfaceFit:
    """The coefficients with which the skin of `target` lies on that of `source`, at rest."""
    with torch.no_grad():
        shape = torch.as_tensor(betas).to(source.weights)
        points = source.shape(shape).double().numpy(force=True)
        joints = source.rest_joints(shape).double().numpy(force=True).copy()
        start = target.rest_joints(torch.zeros(10).to(target.weights)).double().numpy(force=True)
    joints[SHARED:] = np.nan
    paired = source.faces.shape == target.faces.shape and bool((source.faces == target.faces).all())
    shift = (joints[:SHARED] - start[:SHARED]).mean(axis=0)[None]
    return fit_surface(target, [Surface(points, joints, paired)], np.zeros((1, 24, 3)), shift)


def _as_own(track: BodyTrack, own: OwnShape) -> BodyTrack:
    """Nothing is to be fitted: the body is of the kind that the file is of."""
    betas = np.zeros((len(track), 10), np.float32)
    betas[:, : min(10, len(own.betas))] = own.betas[:10]
    moved = "origin" if own.shift.any() else track.moved
    transl = None if track.transl is None else track.transl - own.shift
    return replace(
        track, betas=betas, transl=transl, moved=moved, own=None, notes=_without(track, own)
    )


def _placed(track: BodyTrack, own: OwnShape, pelvis: np.ndarray) -> BodyTrack:
    """By the pelvis of the body that the file is of, where `transl` was added to that body."""
    is_exact = track.moved == "pelvis" and not own.shift.any()
    if track.transl is None or is_exact:
        return track
    return replace(track, transl=track.transl - own.shift + pelvis, moved="pelvis")


def _without(track: BodyTrack, own: OwnShape) -> tuple[str, ...]:
    return tuple(note for note in track.notes if note != own.note)
