"""How large somebody is: the unit of a file, and SMPL's shape from the lengths of bones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from scipy.optimize import lsq_linear

from meshgait.body import JOINT_INDEX, Body
from meshgait.errors import DataError
from meshgait.io.track import rest_joints
from meshgait.numerics import made_once

Points = Mapping[str, Float[np.ndarray, "T 3"]]
Lengths = tuple[tuple[str, str, float], ...]

# Metres in a unit, and how unusual it is in files, as a logarithm.
_UNITS = {
    "metres": (1.0, 0.0), "centimetres": (0.01, 0.0), "millimetres": (0.001, 0.0),
    "inches": (0.0254, 0.3), "units of 1 / 0.45 inch": (0.0254 / 0.45, 0.3), "feet": (0.3048, 0.5),
}  # fmt: skip
_LEG_M = 0.82  # of an adult, from hip to ankle
_ADULT_LEGS_M = (0.70, 0.94)  # what two deviations of the first coefficient reach
_MOST_OFF = np.log(3)  # a child of one year has a leg of 0.28 m
# Five lengths, from joint to joint, and to how many metres each is known: what a program calls
# a neck is less certain than a knee.
_LENGTHS: Lengths = (
    ("hip", "knee", 0.005), ("knee", "ankle", 0.005), ("shoulder", "elbow", 0.015),
    ("elbow", "wrist", 0.015), ("mid_hip", "neck", 0.03),
)  # fmt: skip


@made_once(maxsize=1)
def embedded_body() -> Body:
    """The body that ships with meshgait, by which others are measured."""
    return Body.embedded()


def smpl_rest(betas: Float[np.ndarray, "10"] | None = None) -> Float[np.ndarray, "24 3"]:
    """The joints at rest of the embedded body, of mean shape or that of `betas`."""
    shape = np.zeros(10) if betas is None else betas
    return rest_joints(embedded_body(), shape[None].astype(np.float32))[0].astype(np.float64)


def unit_of(leg: float) -> tuple[float, str]:
    """Metres in the unit in which a leg is `leg` long, from hip to ankle, and what it is called.

    >>> unit_of(86.0)
    (0.01, 'centimetres')
    """
    if not 1e-6 < leg < 1e9:
        raise DataError(f"the skeleton's leg is {leg:.3g} long")
    off = {name: abs(np.log(leg * m / _LEG_M)) for name, (m, _) in _UNITS.items()}
    name = min(_UNITS, key=lambda word: off[word] + _UNITS[word][1])
    if off[name] > _MOST_OFF:
        return _LEG_M / leg, f"units of {_LEG_M / leg:.3g} m, for which the leg is {_LEG_M} m"
    return _UNITS[name][0], name


def leg_length(points: Points) -> float:
    """From hip to knee to ankle, the median of the frames and the mean of the sides."""
    return _length(points, "hip", "knee") + _length(points, "knee", "ankle")


def _length(points: Points, start: str, end: str) -> float:
    """Of a bone that one or both sides show, else NaN."""
    pairs = [
        [side + name if side + name in points else name for name in (start, end)]
        for side in ("left_", "right_")
    ]
    found = [
        float(np.median(np.linalg.norm(points[a] - points[b], axis=-1)))
        for a, b in pairs
        if a in points and b in points
    ]
    return float(np.mean(found)) if found else np.nan


def with_mid_hip(points: Points) -> dict[str, np.ndarray]:
    """The points and the middle between the hips."""
    return {**points, "mid_hip": (points["left_hip"] + points["right_hip"]) / 2}


def shape_of(
    points: Points, body: Body, *, lengths: Lengths = _LENGTHS, most: float = 2.0
) -> Float[np.ndarray, "10"]:
    """Shape coefficients, within `most` deviations, of the body with lengths most like these.

    Thigh, shin, upper arm, forearm and trunk, in metres, as many as there are, or other `lengths`;
    what they leave open stays near the mean (regularised least squares). Whoever is beyond the
    sizes of adults gets the proportions.
    """
    seen = with_mid_hip(points)
    rows = [row for row in lengths if _length(seen, *row[:2]) > 0]
    sigma = np.array([row[2] for row in rows])
    wanted = np.array([_length(seen, *row[:2]) for row in rows])
    # A child or a giant: the proportions are told, and not by twisting all coefficients.
    wanted *= np.clip(leg_length(points), *_ADULT_LEGS_M) / leg_length(points)
    betas = np.zeros(10)
    for _ in range(3):  # a length is nearly linear in the coefficients
        here, slope = _lengths_of(body, betas, rows)
        left = np.concatenate([slope / sigma[:, None], np.eye(10)])
        right = np.concatenate([(wanted - here + slope @ betas) / sigma, np.zeros(10)])
        betas = lsq_linear(left, right, bounds=(-most, most)).x
    return betas.astype(np.float32)


def _lengths_of(
    body: Body, betas: Float[np.ndarray, "10"], rows: Sequence[tuple[str, str, float]]
) -> tuple[Float[np.ndarray, " N"], Float[np.ndarray, "N 10"]]:
    """The lengths of a body, and how they change with each coefficient."""
    step = 1e-2
    shapes = np.concatenate([betas[None], betas + step * np.eye(10)])
    places = rest_joints(body, shapes.astype(np.float32)).astype(np.float64)
    lengths = []
    for joints in places:
        points = with_mid_hip({name: joints[None, i] for name, i in JOINT_INDEX.items()})
        lengths.append([_length(points, start, end) for start, end, _ in rows])
    found = np.array(lengths)
    return found[0], (found[1:] - found[0]).T / step
