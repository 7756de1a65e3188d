"""What SMPL adds to the skin by pose, as a few shapes and how much of each a frame has."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from meshgait.body import Body
from meshgait.body.kinds import SMPL
from meshgait.sequence.motion import Motion

_CLOSE_M = 1e-4  # that may be left of them
_CHUNK = 128  # frames at once


@dataclass(frozen=True, eq=False)
class Correctives:
    """`weights @ shapes` moves the vertices of each frame, but for `left` metres at most."""

    shapes: Float[np.ndarray, "K V 3"]
    weights: Float[np.ndarray, "T K"]
    left: float


def correctives_of(motion: Motion, body: Body, *, keep: int | None = None) -> Correctives:
    """As many shapes as leave a tenth of a millimetre, or `keep` of them: principal components."""
    local = Rotation.from_rotvec(motion.pose.reshape(-1, 3).astype(np.float64)).as_matrix()
    bend = local.reshape(-1, 24, 3, 3)[:, 1:].reshape(len(motion), 207) - np.tile(
        np.eye(3).reshape(-1), 23
    )
    shared = len(bend[0]) if body.kind == SMPL else 189  # of fingers that rest nothing is added
    bend, directions = bend[:, :shared], body.layer.posedirs[:shared].double().numpy(force=True)
    # Components of bend @ directions by those of far smaller factors.
    basis = np.linalg.svd(bend @ _root(directions), full_matrices=False)[0]

    def left(count: int) -> float:
        return _farthest(bend - basis[:, :count] @ (basis[:, :count].T @ bend), directions)

    kept = keep if keep is not None else bisect_left(
        range(basis.shape[1]), True, key=lambda count: left(count) <= _CLOSE_M
    )  # fmt: skip
    shapes = basis[:, :kept].T @ bend @ directions
    return Correctives(
        shapes.reshape(kept, body.layer.v_template.shape[0], 3).astype(np.float32),
        basis[:, :kept].astype(np.float32),
        left(kept),
    )


def _farthest(bend: Float[np.ndarray, "T P"], directions: Float[np.ndarray, "P D"]) -> float:
    """How far a vertex is moved at most, in metres."""
    pieces = np.array_split(bend, max(1, len(bend) // _CHUNK))
    moved = ((piece @ directions).reshape(len(piece), -1, 3) for piece in pieces)
    return max(float(np.linalg.norm(piece, axis=2).max()) for piece in moved)


def _root(directions: Float[np.ndarray, "P D"]) -> Float[np.ndarray, "P P"]:
    """A matrix with the same lengths and angles between its rows."""
    values, vectors = np.linalg.eigh(directions @ directions.T)
    return vectors * np.sqrt(np.maximum(values, 0))
