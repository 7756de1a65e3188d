"""Feet on the floor: where each is set down, how it rolls there, how it swings to the next place.

A foot rolls over its heel, stands flat, rolls over the ball while the toes stay down and leaves
from the tip of the toes. Every one of these is a rotation about a point at rest on the floor, so a
foot does not slide; in the air its lowest point is kept above the floor.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.interpolate import PchipInterpolator

LARGEST_BEND = np.deg2rad(40)  # of the toes
MID_STANCE = 0.25  # share of the cycle after heel strike at which the pelvis passes the ankle

Samples = Float[np.ndarray, " N"]


@dataclass(frozen=True, eq=False)
class FootShape:
    """How the ankle moves while the foot rolls on the floor, by the pitch of the foot.

    `forward` is measured from the ankle of the same foot when it stands flat, `up` from the floor;
    metres, at the angles `pitch` (radians, toes up).
    """

    pitch: Samples
    forward: Samples
    up: Samples

    @classmethod
    def measure(
        cls,
        sole: Float[np.ndarray, "S 3"],
        toes: Float[np.ndarray, " S"],
        ball: Float[np.ndarray, "3"],
    ) -> FootShape:
        """Roll the sole of a foot over the floor without letting it slide.

        `sole` holds points of the foot at rest and `ball` the joint of the toes, both from the
        ankle; `toes` says how much each point moves with the toes (0..1).
        """
        pitch = np.deg2rad(np.arange(-80.0, 46.0))
        bend = bend_of_toes(pitch)
        stiff = _pitched(sole[:, 1:], pitch)
        bent = _pitched(ball[None, 1:], pitch) + _pitched(sole[:, 1:] - ball[1:], pitch + bend)
        points = toes[:, None] * bent + (1 - toes[:, None]) * stiff  # height, forward
        contact = points[..., 0].argmin(axis=1)
        step = np.arange(len(pitch) - 1)
        # The point that touches at one angle stays where it is until the next.
        slide = points[step, contact[:-1], 1] - points[step + 1, contact[:-1], 1]
        forward = np.concatenate([[0], slide.cumsum()])
        flat = np.searchsorted(pitch, -1e-9)
        return cls(pitch, forward - forward[flat], -points[..., 0].min(axis=1))


def _pitched(
    points: Float[np.ndarray, "S 2"], pitch: Float[np.ndarray, " P"]
) -> Float[np.ndarray, "P S 2"]:
    """Points of a side view (height, forward), toes lifted by `pitch`."""
    c, s = np.cos(pitch), np.sin(pitch)
    return points @ np.stack([[c, -s], [s, c]]).transpose(2, 0, 1)


def bend_of_toes(pitch: Samples) -> Samples:
    """The toes stay flat on the floor while the heel rises, as far as they bend."""
    return np.clip(-pitch, 0, LARGEST_BEND)


@dataclass(frozen=True, eq=False)
class FootMotion:
    """A foot over time: ankle (N, 3), direction of the foot, its pitch (toes up), bend of toes."""

    ankle: Float[np.ndarray, "N 3"]
    yaw: Samples
    pitch: Samples
    bend: Samples


def pitch_curve(
    phase: Samples, *, stance_share: float, heel_strike: float, toe_off: float
) -> Samples:
    """Angle between foot and floor, toes up, at `phase` cycles after heel strike; radians."""
    stance = [
        (0, heel_strike),
        (0.13, 0),
        (0.55, 0),
        (0.72, -0.17 * toe_off),
        (0.87, -0.5 * toe_off),
    ]
    swing = [
        (0, -toe_off),
        (0.12, -1.02 * toe_off),
        (0.38, -0.7 * toe_off),
        (0.62, -0.12 * toe_off),
    ]
    swing += [(0.8, 0.35 * heel_strike), (0.93, 0.95 * heel_strike)]
    knots = [(place * stance_share, angle) for place, angle in stance]
    knots += [(stance_share + place * (1 - stance_share), angle) for place, angle in swing]
    place, angle = np.array(knots).T
    place = np.concatenate([place - 1, place, place + 1])
    return PchipInterpolator(place, np.tile(angle, 3))(phase % 1)


def move_foot(
    phase: Samples,
    heel_strikes: Float[np.ndarray, " K"],
    prints: Float[np.ndarray, "K 3"],
    shape: FootShape,
    *,
    stance_share: float,
    heel_strike: float,
    toe_off: float,
    clearance: float,
    swing_out: float,
) -> FootMotion:
    """A foot that is at print k, (x, z, yaw), from heel strike k on for `stance_share` cycles.

    `phase` counts gait cycles, as `heel_strikes` does; angles in radians, lengths in metres.
    `swing_out` moves the foot sideways in the middle of its swing, to its left if positive.
    """
    step = np.searchsorted(heel_strikes, phase, side="right") - 1
    since = phase - heel_strikes[step]
    period = heel_strikes[step + 1] - heel_strikes[step]
    own = since / period
    pitch = pitch_curve(own, stance_share=stance_share, heel_strike=heel_strike, toe_off=toe_off)
    forward, up = (np.interp(pitch, shape.pitch, path) for path in (shape.forward, shape.up))
    here, there = prints[step], prints[step + 1]
    u = ((own - stance_share) / (1 - stance_share)).clip(0, 1)
    late = u**1.1
    glide = late * late * (3 - 2 * late)  # from rest to rest
    bump = 4 * u * (1 - u)
    turn = (there[:, 2] - here[:, 2] + np.pi) % (2 * np.pi) - np.pi
    yaw = here[:, 2] + glide * turn
    flat = here[:, :2] + glide[:, None] * (there - here)[:, :2]
    flat += forward[:, None] * _facing(yaw)
    flat += (swing_out * bump)[:, None] * _facing(yaw + np.pi / 2)
    return FootMotion(
        ankle=np.stack([flat[:, 0], up + clearance * bump, flat[:, 1]], axis=1),
        yaw=yaw,
        pitch=pitch,
        bend=bend_of_toes(pitch),
    )


def _facing(yaw: Samples) -> Float[np.ndarray, "N 2"]:
    """Direction (x, z) of a heading."""
    return np.stack([np.sin(yaw), np.cos(yaw)], axis=-1)
