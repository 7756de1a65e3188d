"""The walk of one person along one route: SMPL parameters, frame by frame.

The pelvis follows the route; the feet are set down beside it and roll there (`feet.py`); two-bone
inverse kinematics joins them, the pelvis sinking where a leg would not reach. Trunk and arms swing
with the gait cycle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.ndimage import gaussian_filter1d, minimum_filter1d
from scipy.spatial.transform import Rotation

from meshgait.body import JOINT_INDEX, JOINT_NAMES, Body
from meshgait.errors import ConfigError
from meshgait.numerics import show_shapes
from meshgait.sequence.motion import Motion
from meshgait.walker.course import Course
from meshgait.walker.feet import MID_STANCE, FootMotion, Steps, move_foot
from meshgait.walker.identity import Identity
from meshgait.walker.rigid import about, bone_frame, transpose
from meshgait.walker.route import Route
from meshgait.walker.skeleton import Skeleton
from meshgait.walker.upper_body import UpperBody
from meshgait.walker.variation import FOOT_DEGREES, LIFT, STEP, Variation

SIDES = ("left", "right")
_GRID = 50  # samples per cycle at which the height of the pelvis is planned

Samples = Float[np.ndarray, " N"]
Points = Float[np.ndarray, "N 3"]
Matrices = Float[np.ndarray, "N 3 3"]


@dataclass(frozen=True, eq=False)
class Walk:
    """The motion of a walk, the floor at y = 0, and what is known about it.

    `phase` (T,) in gait cycles, whole at every left heel strike. `speed` (m/s), `step_length` (m)
    and `cadence` (steps per minute) are means over the clip, stops included.
    """

    motion: Motion
    phase: Float[np.ndarray, " T"]
    speed: float
    step_length: float
    cadence: float

    __repr__ = show_shapes


def walk(
    body: Body,
    identity: Identity,
    route: Route = Route(),
    *,
    frames: int = 60,
    fps: float = 25.0,
    phase: float = 0.0,
    variation: int | None = None,
) -> Walk:
    """Let `identity` walk along `route`; the middle of the clip is over the origin.

    `phase` is the gait cycle in the middle of the clip, 0 a left heel strike. `variation` seeds
    what no two strides have in common; without it they are alike.
    """
    if frames < 1 or not fps > 0:
        raise ConfigError(f"a walk needs a frame and a frame rate above 0, got {frames} at {fps}")
    left, right = np.deg2rad(identity.sided("toes_aside_deg"))
    skeleton = Skeleton.of(body, identity.betas, (left, -right))
    course = Course.plan(identity, skeleton.leg_length, route, frames / fps)
    stride = _Stride(identity, skeleton, course, phase, Variation(variation))
    time = (np.arange(frames) - (frames - 1) / 2) / fps
    cycle = stride.course.cycle_at(time)
    rotations, pelvis = stride.pose(cycle)
    pose = Rotation.from_matrix(rotations.reshape(-1, 3, 3)).as_rotvec().reshape(frames, 72)
    rest = stride.skeleton.joints[JOINT_INDEX["pelvis"]]
    pose, betas, transl = (x.astype(np.float32) for x in (pose, identity.betas, pelvis - rest))
    motion = Motion(pose, betas, transl, fps)
    return Walk(motion, cycle + phase, **_summary(stride.course, time, cycle))


def _summary(course: Course, time: Samples, cycle: Samples) -> dict[str, float]:
    """Means over the clip; over one cycle where the clip is a single frame."""
    first, last = (cycle[0], cycle[-1]) if len(cycle) > 1 else (cycle[0] - 0.5, cycle[0] + 0.5)
    distance, seconds = (
        np.interp(last, course.cycle, values) - np.interp(first, course.cycle, values)
        for values in (course.distance, course.time)
    )
    steps = 2 * (last - first)
    return {
        "speed": float(distance / seconds),
        "step_length": float(distance / steps),
        "cadence": float(60 * steps / seconds),
    }


class _Stride:
    """One person on one route: everything as a function of the gait cycle."""

    def __init__(
        self,
        identity: Identity,
        skeleton: Skeleton,
        course: Course,
        phase: float,
        variation: Variation,
    ) -> None:
        self.identity, self.skeleton, self.start = identity, skeleton, phase
        self.course, self.variation = course, variation
        self.upper = UpperBody(identity, variation)
        self.steps = tuple(map(self._plan_steps, (0, 1)))
        half = int(_GRID * (self.course.cycle[-1] - 1.5))
        self._height_cycle = np.arange(-half, half + 1) / _GRID
        self._height = self._plan_height(self._height_cycle)

    def _plan_steps(self, side: int) -> Steps:
        """When and where a foot is set down, and how it rolls and is lifted in each stride."""
        first, last = self.course.cycle[[0, -1]]
        offset = side * (0.5 + self.identity.trait("step_asymmetry")) - self.start
        strikes = np.arange(np.ceil(first - offset), np.floor(last - offset) + 1) + offset

        def sided(name: str, what: str, size: float) -> Samples:
            vary = self.variation.at(f"{what} {side}", strikes)
            return self.identity.sided(name)[side] + size * vary

        return Steps(
            strikes,
            self._footprints(side, strikes),
            pitch_down=np.deg2rad(sided("heel_strike_deg", "heel", FOOT_DEGREES)),
            pitch_off=np.deg2rad(sided("toe_off_deg", "toe", FOOT_DEGREES)),
            lift=sided("lift", "lift", LIFT).clip(min=0),
        )

    def _footprints(self, side: int, strikes: Samples) -> Float[np.ndarray, "K 3"]:
        """Where a foot stands after each heel strike: x, z, yaw."""
        place, heading, _ = self.course.at(strikes + MID_STANCE)
        sign = (1, -1)[side]
        left = np.stack([np.cos(heading), -np.sin(heading)], axis=1)
        ahead = np.stack([np.sin(heading), np.cos(heading)], axis=1)
        half = sign * max(self.identity.trait("step_width"), 0.085) / 2
        aside = half + STEP / 2 * self.variation.at(f"aside {side}", strikes)
        further = STEP * self.variation.at(f"ahead {side}", strikes)
        place = place + aside[:, None] * left + further[:, None] * ahead
        toe_out = np.deg2rad(self.identity.sided("toe_out_deg")[side])
        return np.concatenate([place, (heading + sign * toe_out)[:, None]], axis=1)

    def _foot(self, side: int, cycle: Samples) -> FootMotion:
        return move_foot(
            cycle,
            self.steps[side],
            self.skeleton.feet[side],
            stance_share=self.identity.trait("stance_share"),
            clearance=max(self.identity.sided("clearance")[side], 0.004),
            swing_out=(1, -1)[side] * self.identity.sided("swing_out")[side],
        )

    def _pelvis(self, cycle: Samples) -> tuple[Points, Matrices]:
        """Place of the pelvis without its height, and its orientation."""
        place, heading, speed = self.course.at(cycle)
        phase = cycle + self.start
        vigour = (speed / self.identity.trait("comfortable_speed")) ** 0.55
        sway = self.identity.trait("sway") * np.sin(2 * np.pi * phase)
        bob = self.identity.trait("bob") * vigour
        beat = 4 * np.pi * (phase - 0.03 - self.identity.trait("bob_phase"))
        point = np.stack(
            [
                place[:, 0] + sway * np.cos(heading),
                -bob * np.cos(beat),
                place[:, 1] - sway * np.sin(heading),
            ],
            axis=1,
        )
        return point, self.upper.pelvis(phase, heading, vigour)

    def _hips(self, point: Points, turn: Matrices) -> list[Points]:
        return [point + turn @ self.skeleton.bone("pelvis", f"{side}_hip") for side in SIDES]

    def _plan_height(self, cycle: Samples) -> Samples:
        """Highest pelvis, but for its bobbing, that lets both legs reach; smooth over a cycle."""
        point, turn = self._pelvis(cycle)
        room = np.full(len(cycle), np.inf)
        for side, hip in zip((0, 1), self._hips(point, turn), strict=True):
            ankle = self._foot(side, cycle).ankle
            across = ((hip - ankle)[:, [0, 2]] ** 2).sum(axis=1)
            reach = np.sqrt(np.maximum(self._longest(side) ** 2 - across, 0))
            room = np.minimum(room, ankle[:, 1] + reach - hip[:, 1])
        lowest = minimum_filter1d(room, _GRID, mode="nearest")
        return np.minimum(gaussian_filter1d(lowest, 0.15 * _GRID, mode="nearest"), room)

    def _longest(self, side: int) -> float:
        """Distance of hip and ankle when the knee is as straight as this person has it."""
        thigh, shank = self._leg(side)
        bend = np.deg2rad(max(self.identity.trait("straightest_knee_deg"), 2))
        a, b = _length(thigh), _length(shank)
        return float(np.sqrt(a * a + b * b + 2 * a * b * np.cos(bend)))

    def _leg(self, side: int) -> tuple[np.ndarray, np.ndarray]:
        name = SIDES[side]
        thigh = self.skeleton.bone(f"{name}_hip", f"{name}_knee")
        return thigh, self.skeleton.bone(f"{name}_knee", f"{name}_ankle")

    def pose(self, cycle: Samples) -> tuple[Float[np.ndarray, "N 24 3 3"], Points]:
        """Local rotation of every joint, and where the pelvis is."""
        point, turn = self._pelvis(cycle)
        point[:, 1] += np.interp(cycle, self._height_cycle, self._height)
        _, heading, speed = self.course.at(cycle)
        phase = cycle + self.start
        vigour = (speed / self.identity.trait("comfortable_speed")) ** 0.55
        joints = {"pelvis": turn, **self.upper.spine(phase, heading, vigour, turn)}
        joints |= self.upper.arms(phase, vigour)
        for side, hip in zip((0, 1), self._hips(point, turn), strict=True):
            joints |= self._bend_leg(side, hip, turn, self._foot(side, cycle), heading)
        still = np.broadcast_to(np.eye(3), turn.shape)
        return np.stack([joints.get(name, still) for name in JOINT_NAMES], axis=1), point

    def _bend_leg(
        self, side: int, hip: Points, pelvis: Matrices, foot: FootMotion, heading: Samples
    ) -> dict[str, Matrices]:
        """Rotations of hip, knee, ankle and toes that bring the foot where it belongs."""
        thigh, shank = self._leg(side)
        sign = (1, -1)[side]
        out = sign * np.deg2rad(self.identity.sided("knee_out_deg")[side])
        toward = (heading + foot.yaw) / 2 + out
        left = np.stack([np.cos(toward), np.zeros_like(toward), -np.sin(toward)], axis=1)
        knee = _place_knee(hip, foot.ankle, left, _length(thigh), _length(shank))
        rest = np.array([1.0, 0.0, 0.0])
        upper = bone_frame(knee - hip, left) @ transpose(bone_frame(thigh, rest))
        lower = bone_frame(foot.ankle - knee, left) @ transpose(bone_frame(shank, rest))
        sole = about(1, foot.yaw) @ about(0, -foot.pitch)
        name = SIDES[side]
        aside = sign * np.deg2rad(self.identity.sided("toes_aside_deg")[side])
        return {
            f"{name}_hip": transpose(pelvis) @ upper,
            f"{name}_knee": transpose(upper) @ lower,
            f"{name}_ankle": transpose(lower) @ sole,
            f"{name}_foot": about(0, -foot.bend) @ about(1, np.full_like(heading, aside)),
        }


def _length(vector: Float[np.ndarray, "3"]) -> float:
    return float(np.linalg.norm(vector))


def _place_knee(hip: Points, ankle: Points, left: Points, thigh: float, shank: float) -> Points:
    """The knee of a leg whose hinge points as far `left` as it can; it bends forwards."""
    line = ankle - hip
    length = np.linalg.norm(line, axis=1, keepdims=True)
    reach = np.clip(length, abs(thigh - shank) + 1e-6, thigh + shank - 1e-6)
    frame = bone_frame(line, left)
    along = (thigh**2 - shank**2 + reach**2) / (2 * reach)
    aside = np.sqrt(np.maximum(thigh**2 - along**2, 0))
    return hip - along * frame[..., 1] + aside * frame[..., 2]
