"""Pelvis, trunk, head and arms through the gait cycle: a posture and two harmonics for each.

`phase` is in gait cycles, 0 at a left heel strike; `vigour` scales every swing with the speed. What
goes to one side takes the first and the third harmonic, what nods the second and the fourth: such
curves are the same for the other side, half a cycle later.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from meshgait.walker.identity import Identity
from meshgait.walker.rigid import about, transpose
from meshgait.walker.variation import Variation

Samples = Float[np.ndarray, " N"]
Matrices = Float[np.ndarray, "N 3 3"]
_LEAST_OUT = np.deg2rad(4)  # of an arm, from the trunk
_LEAST_BEND = np.deg2rad(3)  # of an elbow


class UpperBody:
    """One person's curves; every method takes what it needs of the moments asked for."""

    def __init__(self, identity: Identity, variation: Variation) -> None:
        self.identity, self.variation = identity, variation

    def pelvis(self, phase: Samples, heading: Samples, vigour: Samples) -> Matrices:
        """Orientation of the pelvis: the forward leg's hip leads, that of the swing leg drops."""
        turn = -vigour * self._aside("pelvis_turn", phase)
        drop = vigour * self._aside("pelvis_drop", phase, 0.15)
        tilt = self._angle("pelvis_tilt") + self._nod("pelvis_nod", phase, 0.1)
        return about(1, heading + turn) @ about(2, drop) @ about(0, tilt)

    def spine(
        self, phase: Samples, heading: Samples, vigour: Samples, pelvis: Matrices
    ) -> dict[str, Matrices]:
        """Spine, neck and head: the chest turns against the pelvis, the head looks ahead."""
        turn = vigour * self._aside("trunk_turn", phase, 0.02) + self._angle("trunk_turn_to_left")
        sway = self._angle("trunk_sway_to_left") - vigour * self._aside("trunk_sway", phase, 0.2)
        lean = self._angle("trunk_lean") + self._angle("hunch")
        lean = lean + vigour * self._nod("trunk_nod", phase, 0.05)
        chest = about(1, heading + turn) @ about(2, sway) @ about(0, lean)
        gaze = about(
            1, heading + self._aside("head_turn", phase) + self._angle("head_turn_to_left")
        )
        gaze = gaze @ about(
            2, self._aside("head_sway", phase, 0.2) + self._angle("head_sway_to_left")
        )
        head = gaze @ about(0, self._angle("head_down") + self._nod("head_nod", phase, 0.05))
        spine = _split(transpose(pelvis) @ chest, (0.3, 0.3, 0.4))
        hollow = about(0, np.full_like(phase, self._angle("hollow_back")))
        spine = [hollow @ spine[0], spine[1], spine[2]]
        # What the back is bent more at the waist it is bent less between the shoulders.
        spine[2] = transpose(spine[0] @ spine[1]) @ transpose(pelvis) @ chest
        still = np.zeros_like(phase)
        forward = (
            about(1, still + self._angle("neck_turn_to_left"))
            @ about(2, still + self._angle("neck_sway_to_left"))
            @ about(0, still + self._angle("neck_forward"))
        )
        between = transpose(chest) @ head
        neck = forward @ _split(between, (0.4,))[0]
        return dict(
            zip(
                ("spine1", "spine2", "spine3", "neck", "head"),
                [*spine, neck, transpose(neck) @ between],
                strict=True,
            )
        )

    def arms(self, phase: Samples, vigour: Samples) -> dict[str, Matrices]:
        """Rotations of collar, shoulder, elbow and wrist: an arm swings with the other leg."""
        joints = {}
        hang = self._angle("trunk_lean") + self._angle("hunch")  # however the trunk leans
        for side, name in enumerate(("left", "right")):
            sign = (1, -1)[side]
            own = phase - 0.5 * side
            forward = (
                self._angle("arm_offset", side) + hang - vigour * self._limb("arm_swing", own, side)
            )
            bend = self._angle("elbow", side) - vigour * self._limb("elbow_swing", own, side, 0.05)
            out = self._angle("arm_out", side) - vigour * self._limb(
                "arm_out_swing", own, side, 0.1
            )
            drop, still = self._angle("shoulder_drop", side), np.zeros_like(phase)
            down = np.pi / 2 - np.maximum(out, _LEAST_OUT) - drop
            turn = self._angle("arm_turn", side)
            round_ = self._angle("shoulder_round", side)
            joints[f"{name}_collar"] = about(1, still - sign * round_) @ about(
                2, still - sign * drop
            )
            joints[f"{name}_shoulder"] = (
                about(1, still + sign * round_)
                @ about(0, -forward) @ about(2, -sign * down) @ about(0, still + turn)
            )  # fmt: skip
            joints[f"{name}_elbow"] = about(1, -sign * np.maximum(bend, _LEAST_BEND))
            joints[f"{name}_wrist"] = (
                about(0, still + self._angle("wrist_turn", side))
                @ about(1, still - sign * self._angle("wrist_aside", side))
                @ about(2, still - sign * self._angle("wrist_bend", side))
            )
        return joints

    def _angle(self, name: str, side: int | None = None) -> float:
        identity = self.identity
        name = f"{name}_deg"
        return float(
            np.deg2rad(identity.trait(name) if side is None else identity.sided(name)[side])
        )

    def _aside(self, name: str, phase: Samples, late: float = 0.0) -> Samples:
        return self._curve(name, phase, late, (1, 3))

    def _nod(self, name: str, phase: Samples, late: float = 0.0) -> Samples:
        return self._curve(name, phase, late, (2, 4))

    def _limb(self, name: str, phase: Samples, side: int, late: float = 0.0) -> Samples:
        return self._curve(name, phase, late, (1, 2), side)

    def _curve(
        self,
        name: str,
        phase: Samples,
        late: float,
        harmonics: tuple[int, int],
        side: int | None = None,
    ) -> Samples:
        """Radians: two harmonics, and what no two strides have in common."""

        def trait(end: str) -> float:
            full = f"{name}{end}"
            identity = self.identity
            return identity.trait(full) if side is None else identity.sided(full)[side]

        first, more = harmonics
        wave = max(trait("_deg"), 0) * _cosine(first * (phase - late - trait("_lag")))
        wave = wave + trait("_more_deg") * _cosine(more * (phase - late - trait("_more_lag")))
        key = name if side is None else f"{name} {side}"
        return np.deg2rad(wave + self.variation.degrees(key, phase))


def _cosine(phase: Samples) -> Samples:
    return np.cos(2 * np.pi * phase)


def _split(rotation: Matrices, shares: tuple[float, ...]) -> list[Matrices]:
    """A rotation as several about the same axis, one after another."""
    vector = Rotation.from_matrix(rotation).as_rotvec()
    return [Rotation.from_rotvec(share * vector).as_matrix() for share in shares]
