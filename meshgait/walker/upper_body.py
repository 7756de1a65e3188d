"""Pelvis, trunk, head and arms through the gait cycle: a mean and one or two harmonics each.

`phase` is in gait cycles, 0 at a left heel strike; `vigour` scales every swing with the speed.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from meshgait.walker.identity import Identity
from meshgait.walker.rigid import about, transpose

Samples = Float[np.ndarray, " N"]
Matrices = Float[np.ndarray, "N 3 3"]


def turn_pelvis(identity: Identity, phase: Samples, heading: Samples, vigour: Samples) -> Matrices:
    """Orientation of the pelvis: the hip of the forward leg leads, that of the swing leg drops."""
    lag = identity.trait("pelvis_phase")
    turn = -_amplitude(identity, "pelvis_turn_deg") * vigour * _cosine(phase - lag)
    drop = _amplitude(identity, "pelvis_drop_deg") * vigour * _cosine(phase - lag - 0.15)
    tilt = np.deg2rad(identity.trait("pelvis_tilt_deg") + np.cos(4 * np.pi * (phase - 0.1)))
    return about(1, heading + turn) @ about(2, drop) @ about(0, tilt)


def turn_spine(
    identity: Identity, phase: Samples, heading: Samples, vigour: Samples, pelvis: Matrices
) -> dict[str, Matrices]:
    """Spine, neck and head: the chest turns against the pelvis, the head looks ahead."""
    lag = identity.trait("pelvis_phase")
    turn = _amplitude(identity, "trunk_turn_deg") * vigour * _cosine(phase - lag - 0.02)
    sway = -_amplitude(identity, "trunk_sway_deg") * vigour * _cosine(phase - lag - 0.2)
    lean = np.deg2rad(identity.trait("trunk_lean_deg") + identity.trait("hunch_deg"))
    lean = lean + np.deg2rad(1.0) * vigour * np.cos(4 * np.pi * (phase - 0.05))
    chest = about(1, heading + turn) @ about(2, sway) @ about(0, lean)
    head = about(1, heading) @ about(
        0, np.full_like(phase, np.deg2rad(identity.trait("head_down_deg")))
    )
    spine = _split(transpose(pelvis) @ chest, (0.3, 0.3, 0.4))
    neck = _split(transpose(chest) @ head, (0.5, 0.5))
    return dict(zip(("spine1", "spine2", "spine3", "neck", "head"), [*spine, *neck], strict=True))


def swing_arms(identity: Identity, phase: Samples, vigour: Samples) -> dict[str, Matrices]:
    """Rotations of collar, shoulder and elbow: each arm swings with the other side's leg."""
    joints = {}
    for side, name in enumerate(("left", "right")):

        def trait(name: str, side: int = side) -> float:
            return float(np.deg2rad(identity.sided(f"{name}_deg")[side]))

        sign = (1, -1)[side]
        own = phase - 0.5 * side - identity.trait("arm_phase")
        forward = trait("arm_offset") - max(trait("arm_swing"), 0) * vigour * _cosine(own)
        bend = trait("elbow") - trait("elbow_swing") * vigour * _cosine(own - 0.05)
        drop, still = trait("shoulder_drop"), np.zeros_like(phase)
        down = np.pi / 2 - max(trait("arm_out"), np.deg2rad(4)) - drop
        joints[f"{name}_collar"] = about(2, still - sign * drop)
        joints[f"{name}_shoulder"] = (
            about(0, -forward) @ about(2, still - sign * down) @ about(0, still + trait("arm_turn"))
        )
        joints[f"{name}_elbow"] = about(1, -sign * np.maximum(bend, np.deg2rad(3)))
    return joints


def _amplitude(identity: Identity, name: str) -> float:
    return float(np.deg2rad(max(identity.trait(name), 0)))


def _cosine(phase: Samples) -> Samples:
    return np.cos(2 * np.pi * phase)


def _split(rotation: Matrices, shares: tuple[float, ...]) -> list[Matrices]:
    """A rotation as several about the same axis, one after another."""
    vector = Rotation.from_matrix(rotation).as_rotvec()
    return [Rotation.from_rotvec(share * vector).as_matrix() for share in shares]
