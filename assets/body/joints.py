"""Where the joints lie: seated once on the skin around them, then regressed from the T-pose.

The source's own joint markers fit the average body; on others they slip along the limb by up to
4 cm against the skin. So they only say where the joints of the average body are, and from there
the joints go with the skin.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import nnls

from body.skeleton import JOINT_ORDER
from meshgait.body.names import JOINT_PARENTS as PARENTS

HIP_PULL = 0.82  # the source's hips lie 21 cm apart; hip centres are nearer to 17
KNEE_BACK = 0.015  # metres; the axis of a knee lies behind the middle of the leg
CANDIDATES = 400  # nearest vertices that may carry a joint
FALL = 2.0  # the penalty on a seat's weights grows with this power of the distance
TIE = 1e3  # how much heavier a seat's place and the sum of weights count than the penalty


def carriers(weights: np.ndarray) -> np.ndarray:
    """Which vertices (H, 24) may carry a joint: those held by it and its parent, by weights."""
    return weights + weights[:, np.maximum(PARENTS, 0)] > 0.5


def seat_joints(
    body: np.ndarray, markers: np.ndarray, usable: np.ndarray, mirror: np.ndarray
) -> np.ndarray:
    """Weights (24, V) on the skin of the average half body (H, 3) that give its joints.

    `markers` (24, 3) are the source's. The weights are spread over the nearest vertices all
    around, non-negative and symmetric; `usable` (H, 24) tells which may carry which joint.
    """
    places = markers.copy()
    for joint, name in enumerate(JOINT_ORDER):
        places[joint, 0] *= HIP_PULL if name.startswith("hip") else 1.0
        places[joint, 2] -= KNEE_BACK if name.startswith("knee") else 0.0

    def seat(vertices: np.ndarray, place: np.ndarray) -> np.ndarray:
        gaps = vertices[0].T - place[0][:, None]
        distance = np.linalg.norm(gaps, axis=0)
        penalty = np.diag((distance / distance.min()) ** FALL)
        return _convex(np.concatenate([TIE * gaps / distance.min(), penalty]), TIE)

    return _per_joint(body[None], places[None], usable, mirror, seat)


def fit_joint_regressor(
    bodies: np.ndarray, joints: np.ndarray, usable: np.ndarray, mirror: np.ndarray
) -> np.ndarray:
    """Weights (24, V) that find the joints (N, 24, 3) in half bodies (N, H, 3) of the T-pose."""

    def fit(vertices: np.ndarray, places: np.ndarray) -> np.ndarray:
        # A combination of sum 1 misses by the same combination of the vertices' own gaps.
        gaps = (vertices - places[:, None]).transpose(0, 2, 1).reshape(-1, vertices.shape[1])
        return _convex(gaps, 100 * np.sqrt((gaps**2).mean()))

    return _per_joint(bodies, joints, usable, mirror, fit)


def _convex(rows: np.ndarray, tie: float) -> np.ndarray:
    """Non-negative weights of sum 1 that make `rows @ weights` small."""
    system = np.concatenate([rows, np.full((1, rows.shape[1]), tie)])
    goal = np.append(np.zeros(len(rows)), tie)
    weights, _ = nnls(system, goal, maxiter=100 * rows.shape[1])
    return weights / weights.sum()


def _per_joint(
    bodies: np.ndarray,
    joints: np.ndarray,
    usable: np.ndarray,
    mirror: np.ndarray,
    solve: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> np.ndarray:
    """Weights (24, V) from `solve(vertices (N, C, D), places (N, D))`, left and right alike.

    A joint of the middle is carried by pairs of mirrored vertices, and their x does not matter.
    """
    regressor = np.zeros((len(JOINT_ORDER), len(mirror)))
    for joint, name in enumerate(JOINT_ORDER):
        if name.endswith(".R"):
            regressor[joint] = regressor[joint - 1][mirror]
            continue
        axes = [0, 1, 2] if name.endswith(".L") else [1, 2]
        gap = bodies.mean(axis=0) - joints[:, joint].mean(axis=0)
        distance = np.where(usable[:, joint], np.linalg.norm(gap, axis=1), np.inf)
        near = np.argsort(distance, kind="stable")[: min(CANDIDATES, usable[:, joint].sum())]
        weights = solve(bodies[:, near][:, :, axes], joints[:, joint][:, axes])
        regressor[joint, near] = weights
        if len(axes) == 2:
            regressor[joint] = (regressor[joint] + regressor[joint][mirror]) / 2
    return regressor
