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

from meshgait.walker.rigid import about

LARGEST_BEND = np.deg2rad(40)  # of the toes
MID_STANCE = 0.215  # share of the cycle after heel strike at which the pelvis passes the ankle

# Pitch of the foot: where in the stance or the swing, and which share of the angle that it has at
# heel strike (up) or at toe-off (down). With `GLIDE` and the hump of the lift fitted so that thigh,
# knee and ankle of the mean walker follow Winter's curves at natural cadence.
_STANCE_PITCH = (
    (0.0, "up", 1.0), (0.08, "up", 0.0), (0.35, "up", 0.0), (0.7, "down", 0.15),
    (0.861, "down", 0.389),
)  # fmt: skip
_SWING_PITCH = (
    (0.0, "down", 1.0), (0.076, "down", 1.062), (0.262, "down", 0.859), (0.587, "down", 0.161),
    (0.804, "up", 0.548), (0.93, "up", 0.95),
)  # fmt: skip
_GLIDE = 0.856  # how late the foot is on its way
_HUMP = (1.087, 5.0)  # powers of rise and fall of the lift

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
        *,
        aside: float = 0.0,
    ) -> FootShape:
        """Roll the sole of a foot over the floor without letting it slide.

        `sole` holds points of the foot at rest and `ball` the joint of the toes, both from the
        ankle; `toes` says how much each point moves with the toes (0..1), which point `aside`
        (radians, to the left).
        """
        pitch = np.deg2rad(np.arange(-80.0, 46.0))
        bend = bend_of_toes(pitch)
        stiff = _pitched(sole[:, 1:], pitch)
        front = (sole - ball) @ about(1, aside).T
        bent = _pitched(ball[None, 1:], pitch) + _pitched(front[:, 1:], pitch + bend)
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
    phase: Samples,
    *,
    stance_share: float,
    heel_strike: Samples,
    toe_off: Samples,
    next_heel_strike: Samples,
) -> Samples:
    """Angle between foot and floor, toes up, at `phase` (0..1) cycles after heel strike; radians.

    The angles at heel strike and toe-off may differ from stride to stride.
    """
    up, down, then = (_by_kind(phase, stance_share, kind) for kind in ("up", "down", "then"))
    return up * heel_strike - down * toe_off + then * next_heel_strike


def _by_kind(phase: Samples, stance_share: float, kind: str) -> Samples:
    """The share of one of the three angles in the pitch, at each phase."""
    stance = [(place * stance_share, which, share) for place, which, share in _STANCE_PITCH]
    swing = [
        (stance_share + place * (1 - stance_share), "then" if which == "up" else which, share)
        for place, which, share in _SWING_PITCH
    ]
    knots = [*stance, *swing, (1.0, "then", 1.0)]
    place = np.array([place for place, _, _ in knots])
    return PchipInterpolator(place, [share * (which == kind) for _, which, share in knots])(phase)


@dataclass(frozen=True, eq=False)
class Steps:
    """The strides of a foot, from heel strike k (cycles) on at print k: x, z (metres), yaw.

    `pitch_down` and `pitch_off` are how far the toes are up at heel strike and down at toe-off
    (radians), `lift` is how high the ankle is drawn up early in the swing (metres).
    """

    heel_strikes: Float[np.ndarray, " K"]
    prints: Float[np.ndarray, "K 3"]
    pitch_down: Float[np.ndarray, " K"]
    pitch_off: Float[np.ndarray, " K"]
    lift: Float[np.ndarray, " K"]


def move_foot(
    cycle: Samples,
    steps: Steps,
    shape: FootShape,
    *,
    stance_share: float,
    clearance: float,
    swing_out: float,
) -> FootMotion:
    """A foot that rests at print k from heel strike k on for `stance_share` of the stride.

    `cycle` counts gait cycles, as heel strikes do; lengths are in metres. `swing_out` moves the
    foot sideways in the middle of its swing, to its left if positive.
    """
    step = np.searchsorted(steps.heel_strikes, cycle, side="right") - 1
    start, end = steps.heel_strikes[step], steps.heel_strikes[step + 1]
    own = (cycle - start) / (end - start)
    pitch = pitch_curve(
        own, stance_share=stance_share, heel_strike=steps.pitch_down[step],
        toe_off=steps.pitch_off[step], next_heel_strike=steps.pitch_down[step + 1],
    )  # fmt: skip
    forward, up = (np.interp(pitch, shape.pitch, path) for path in (shape.forward, shape.up))
    u = ((own - stance_share) / (1 - stance_share)).clip(0, 1)
    bump = 4 * u * (1 - u)
    flat, yaw = _glide(u, steps.prints[step], steps.prints[step + 1])
    flat += forward[:, None] * _facing(yaw)
    flat += (swing_out * bump)[:, None] * _facing(yaw + np.pi / 2)
    height = up + clearance * bump + steps.lift[step] * _hump(u, *_HUMP)
    ankle = np.stack([flat[:, 0], height, flat[:, 1]], axis=1)
    return FootMotion(ankle=ankle, yaw=yaw, pitch=pitch, bend=bend_of_toes(pitch))


def _glide(
    u: Samples, here: Float[np.ndarray, "N 3"], there: Float[np.ndarray, "N 3"]
) -> tuple[Float[np.ndarray, "N 2"], Samples]:
    """Place (x, z) and yaw between two prints, `u` of the swing later, from rest to rest."""
    late = u**_GLIDE
    share = late * late * (3 - 2 * late)
    turn = (there[:, 2] - here[:, 2] + np.pi) % (2 * np.pi) - np.pi
    return here[:, :2] + share[:, None] * (there - here)[:, :2], here[:, 2] + share * turn


def _hump(u: Samples, rise: float, fall: float) -> Samples:
    """The bump u ** rise * (1 - u) ** fall, 1 where it is highest."""
    peak = rise / (rise + fall)
    return (u / peak) ** rise * ((1 - u) / (1 - peak)) ** fall


def _facing(yaw: Samples) -> Float[np.ndarray, "N 2"]:
    """Direction (x, z) of a heading."""
    return np.stack([np.sin(yaw), np.cos(yaw)], axis=-1)
