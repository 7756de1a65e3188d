"""A measured walk as the page in 3D shows it: footprints, phase and curves beside the motion."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float

from meshgait.body import Body
from meshgait.errors import DataError
from meshgait.gait.angles import ANGLES, joint_angles
from meshgait.gait.events import FootEvents
from meshgait.gait.landmarks import SIDES, find_landmarks
from meshgait.gait.measure import Gait, measure_gait
from meshgait.io import Actor
from meshgait.modalities.heading import heading
from meshgait.visualization.stage import Shown, Step

_CURVES = ("hip_flexion", "knee_flexion", "ankle_dorsiflexion", "elbow_flexion")


def shown_of(actor: Actor, body: Body, film: int = 0) -> Shown:
    """What can be said of a walk; without a stride only the motion and its curves."""
    motion = actor.motion
    marks = find_landmarks(motion, body)
    facing = np.unwrap(heading(torch.from_numpy(marks.joints)).numpy())
    angles = joint_angles(marks, facing)
    curves = {ANGLES[name].title: angles[name] for name in _CURVES}
    floor = float(np.percentile(np.minimum(marks.heels[..., 1], marks.toes[..., 1]), 5))
    try:
        gait = measure_gait(motion, body)
    except DataError:
        return Shown(actor, facing, floor, curves=curves, film=film)
    steps = [] if gait.on_spot else _steps(gait, actor)
    phase = _phase(gait.events, len(motion), motion.fps)
    return Shown(actor, facing, floor, steps, phase, curves, film)


def _steps(gait: Gait, actor: Actor) -> list[Step]:
    """The footprints, at the times of the scene."""
    found, frames = [], np.arange(len(actor.seconds))
    for side, prints in enumerate(gait.prints):
        for time, place, yaw in zip(
            gait.events.strikes[side], prints.place, prints.yaw, strict=True
        ):
            if np.isfinite(place).all():
                moment = float(np.interp(time * gait.fps, frames, actor.seconds))
                found.append(
                    Step(SIDES[side], moment, float(place[0]), float(place[1]), float(yaw))
                )
    return found


def _phase(events: FootEvents, frames: int, fps: float) -> Float[np.ndarray, " T"] | None:
    """Gait cycles, whole at left heel strikes, at the usual pace before and after them."""
    strikes = events.strikes[0]
    if not len(strikes):
        return None
    time = np.arange(frames) / fps
    beyond = np.minimum(time - strikes[0], 0) + np.maximum(time - strikes[-1], 0)
    return np.interp(time, strikes, np.arange(len(strikes))) + beyond / events.stride_s
