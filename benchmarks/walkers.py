"""How like people the walkers are: traits of gait, of walkers and of motions of a folder.

    python benchmarks/walkers.py [FOLDER] [--people 60] [--trials 4]

FOLDER holds motion capture as `meshgait synth --motion` reads it, a folder for each person. The
first column is 78 walks of 15 people (CMU motion capture) measured in the same way.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from scipy.spatial.transform import Rotation

from meshgait.body import JOINT_INDEX as J
from meshgait.body import Body
from meshgait.body.kinematics import PartialBody
from meshgait.modalities import gait_cycle
from meshgait.sequence import Motion
from meshgait.walker import Identity, Route, walk

# Of all trials (*), or of those at 1.1 to 1.4 m/s.
PEOPLE: dict[str, float] = {
    "thigh, farthest back (deg)": -20, "thigh, range (deg)": 54, "knee, peak (deg)": 73,
    "foot at heel strike, toes up (deg)": 14, "ankle, range (deg)": 38,
    "cadence at 1.25 m/s (steps/min) *": 107, "cadence by speed (steps/min per m/s) *": 35,
    "step length (m)": 0.70, "slowest (m/s) *": 0.71, "fastest (m/s) *": 1.76,
    "arm swing (deg)": 27, "arm abduction, range (deg)": 12, "elbow, range (deg)": 28,
    "trunk lean, range (deg)": 3.4, "head pitch, range (deg)": 5.0,
    "stride to stride (deg) *": 1.47, "knee range, left against right (deg) *": 6.9,
    "ankle range, left against right (deg) *": 6.4,
    "mean posture, between people (deg) *": 41, "mean posture, between trials (deg) *": 21,
    "... head (deg) *": 17, "... wrists (deg) *": 11, "... neck (deg) *": 11,
    "... spine1 (deg) *": 9, "... ankles (deg) *": 9, "... feet (deg) *": 7,
    "between / within, hip *": 3.5, "between / within, knee *": 2.5,
    "between / within, ankle *": 6.5, "between / within, arm *": 4.5,
    "between / within, elbow *": 4.5, "between / within, trunk *": 2.3,
}  # fmt: skip
PHASES = 50  # samples of a stride
FLAT = slice(10, 16)  # of them, when the foot stands flat
POSTURE = {
    "head": ("head",), "wrists": ("left_wrist", "right_wrist"), "neck": ("neck",),
    "spine1": ("spine1",), "ankles": ("left_ankle", "right_ankle"),
    "feet": ("left_foot", "right_foot"),
}  # fmt: skip
RATIOS = {
    "hip": "thigh",
    "knee": "knee",
    "ankle": "ankle",
    "arm": "arm",
    "elbow": "elbow",
    "trunk": "trunk",
}


@dataclass(frozen=True, eq=False)
class Trial:
    """One walk: curves (S, 50) in degrees of every stride, left and right, and its numbers."""

    subject: str
    speed: float
    cadence: float
    step_length: float
    curves: dict[str, np.ndarray]  # name and side: (strides, PHASES)
    posture: np.ndarray  # (23, 3) degrees
    strike_pitch: float


def measure(subject: str, motion: Motion, kinematics: PartialBody) -> Trial:
    """Angles of a walk against the vertical and the way it goes."""
    turns, joints = _pose(motion, kinematics)
    mask = torch.ones(len(joints), dtype=torch.bool)
    gait = gait_cycle(torch.from_numpy(joints), mask, fps=motion.fps)
    angles = _angles(turns, joints)
    curves, pitches = {}, []
    time = np.arange(len(joints)) / motion.fps
    for side, times in zip(("left", "right"), gait.heel_strike.numpy(), strict=True):
        strikes = times[np.isfinite(times)]
        sole = _strides(time, angles[f"foot {side}"], strikes)
        pitches += (sole[:, 0] - np.median(sole[:, FLAT], axis=1)).tolist()
        for name in ("thigh", "knee", "ankle", "arm", "out", "elbow", "trunk", "head"):
            curve = angles.get(f"{name} {side}", angles.get(name))
            curves[f"{name} {side}"] = _strides(time, curve, strikes)
    pose = motion.pose.reshape(-1, 24, 3)[:, 1:]
    mean = [Rotation.from_rotvec(pose[:, j]).mean().as_rotvec() for j in range(23)]
    return Trial(
        subject, float(gait.speed), float(gait.cadence), float(gait.step_length.nanmean()), curves,
        np.rad2deg(mean), float(np.mean(pitches)),
    )  # fmt: skip


def _pose(motion: Motion, kinematics: PartialBody) -> tuple[np.ndarray, np.ndarray]:
    """Rotations (T, 24, 3, 3) and places (T, 24, 3) of the joints in the world."""
    from meshgait.body.kinematics import pose_skeleton

    local = Rotation.from_rotvec(motion.pose.reshape(-1, 3)).as_matrix().reshape(-1, 24, 3, 3)
    rest = kinematics.rest.double() + torch.einsum(
        "k,jck->jc", torch.from_numpy(motion.betas).double(), kinematics.rest_directions.double()
    )
    turns, joints = pose_skeleton(torch.from_numpy(local), rest.expand(len(local), 24, 3))
    return turns.numpy(), joints.numpy() + motion.transl[:, None].astype(np.float64)


def _angles(turns: np.ndarray, joints: np.ndarray) -> dict[str, np.ndarray]:
    """Degrees over time; forwards, upwards and outwards are positive."""
    way = joints[-1, 0] - joints[0, 0]
    way = way * [1, 0, 1] / np.linalg.norm(way * [1, 0, 1])
    left = np.array([way[2], 0, -way[0]])
    axes = np.stack([left, [0, 1, 0], way])
    local, found = joints @ axes.T, {}
    turns = axes @ turns

    def bone(start: str, end: str) -> np.ndarray:
        return local[:, J[end]] - local[:, J[start]]

    def pitch(vector: np.ndarray, down: bool = True) -> np.ndarray:
        return np.rad2deg(np.arctan2(vector[:, 2], (-1 if down else 1) * vector[:, 1]))

    def bend(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        cosine = (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
        return np.rad2deg(np.arccos(cosine.clip(-1, 1)))

    for side, sign in (("left", 1), ("right", -1)):
        thigh, shank = bone(f"{side}_hip", f"{side}_knee"), bone(f"{side}_knee", f"{side}_ankle")
        arm, fore = (
            bone(f"{side}_shoulder", f"{side}_elbow"),
            bone(f"{side}_elbow", f"{side}_wrist"),
        )
        toward = turns[:, J[f"{side}_ankle"], :, 2]  # where the foot points
        sole = np.rad2deg(np.arctan2(toward[:, 1], np.hypot(toward[:, 0], toward[:, 2])))
        found[f"thigh {side}"], found[f"knee {side}"] = pitch(thigh), bend(thigh, shank)
        found[f"foot {side}"] = sole
        found[f"ankle {side}"] = sole - pitch(shank)
        found[f"arm {side}"], found[f"elbow {side}"] = pitch(arm), bend(arm, fore)
        found[f"out {side}"] = np.rad2deg(np.arctan2(sign * arm[:, 0], -arm[:, 1]))
    found["trunk"] = pitch(bone("pelvis", "neck"), down=False)
    found["head"] = pitch(bone("neck", "head"), down=False)
    return found


def _strides(time: np.ndarray, curve: np.ndarray, strikes: np.ndarray) -> np.ndarray:
    share = np.arange(PHASES) / PHASES
    rows = [np.interp(a + share * (b - a), time, curve) for a, b in pairwise(strikes)]
    return np.array(rows).reshape(-1, PHASES)


def figures(trials: list[Trial]) -> dict[str, float]:
    """The rows of `PEOPLE`, of these trials."""
    usual = [t for t in trials if 1.1 <= t.speed <= 1.4] or trials
    speed, cadence = (np.array([getattr(t, n) for t in trials]) for n in ("speed", "cadence"))
    slope, base = np.polyfit(speed, cadence, 1) if np.ptp(speed) > 0.1 else (np.nan, np.nan)

    def over(name: str, value, chosen=usual) -> float:
        rows = [
            value(t.curves[f"{name} {s}"])
            for t in chosen
            for s in ("left", "right")
            if len(t.curves[f"{name} {s}"])
        ]
        return float(np.mean(rows))

    def spread(curves: np.ndarray) -> float:
        return float(np.ptp(curves.mean(0)))

    def uneven(name: str) -> float:
        pairs = [(t.curves[f"{name} left"], t.curves[f"{name} right"]) for t in trials]
        return float(np.mean([abs(spread(a) - spread(b)) for a, b in pairs if len(a) and len(b)]))

    joints = ("thigh", "knee", "ankle", "arm", "elbow", "trunk")
    jitter = [
        np.sqrt(t.curves[f"{n} {s}"].var(0, ddof=1).mean())
        for t in trials
        for n in joints
        for s in ("left", "right")
        if len(t.curves[f"{n} {s}"]) > 1
    ]
    between, within = _posture(trials)
    numbers = [
        over("thigh", lambda c: c.mean(0).min()), over("thigh", spread),
        over("knee", lambda c: c.mean(0).max()), float(np.mean([t.strike_pitch for t in usual])),
        over("ankle", spread), base + 1.25 * slope, slope,
        float(np.mean([t.step_length for t in usual])), speed.min(), speed.max(),
        over("arm", spread), over("out", spread), over("elbow", spread), over("trunk", spread),
        over("head", spread), float(np.mean(jitter)) if jitter else np.nan,
        uneven("knee"), uneven("ankle"), _together(between), _together(within),
        *(_together(between[[J[j] - 1 for j in names]]) for names in POSTURE.values()),
        *(_ratio(trials, name) for name in RATIOS.values()),
    ]  # fmt: skip
    return dict(zip(PEOPLE, map(float, numbers), strict=True))


def _together(sd: np.ndarray) -> float:
    return float(np.sqrt((sd**2).sum()))


def _groups(trials: list[Trial]) -> list[list[Trial]]:
    return [[t for t in trials if t.subject == s] for s in sorted({t.subject for t in trials})]


def _posture(trials: list[Trial]) -> tuple[np.ndarray, np.ndarray]:
    """Deviation (23, 3) of mean postures between people, and between trials of a person."""
    groups = [np.stack([t.posture for t in own]) for own in _groups(trials)]
    between = (
        np.std([g.mean(0) for g in groups], axis=0, ddof=1)
        if len(groups) > 1
        else np.full((23, 3), np.nan)
    )
    several = [g.var(0, ddof=1) for g in groups if len(g) > 1]
    return between, np.sqrt(np.mean(several, axis=0)) if several else np.full((23, 3), np.nan)


def _ratio(trials: list[Trial], name: str) -> float:
    """Variance of a curve at equal phase between people, by that between trials of a person."""
    groups = []
    for own in _groups(trials):
        rows = [
            np.concatenate([t.curves[f"{name} {s}"].mean(0) for s in ("left", "right")])
            for t in own
            if all(len(t.curves[f"{name} {s}"]) for s in ("left", "right"))
        ]
        if len(rows) > 1:
            groups.append(np.stack(rows))
    if len(groups) < 2:
        return float("nan")
    within = np.mean([g.var(0, ddof=1) for g in groups])
    return float(np.var([g.mean(0) for g in groups], axis=0, ddof=1).mean() / within)


def walkers(people: int, trials: int, kinematics: PartialBody, body: Body) -> list[Trial]:
    """Trials of walkers on straight ways, four seconds each."""
    found = []
    for number in range(people):
        person = Identity.draw(np.random.default_rng((number, 0)))
        for trial in range(trials):
            generator = np.random.default_rng((number, 1, trial))
            steps = walk(
                body, person.on_another_day(generator), Route.draw_straight(generator),
                frames=120, fps=30.0, phase=generator.uniform(),
                variation=int(generator.integers(2**32)),
            )  # fmt: skip
            found.append(measure(str(number), steps.motion, kinematics))
    return found


def captured(folder: Path, kinematics: PartialBody, body: Body) -> list[Trial]:
    """Trials of every motion in the folders of FOLDER that is one walk from end to end."""
    from meshgait.errors import MeshgaitError
    from meshgait.io import read

    found = []
    for file in sorted(path for path in folder.glob("*/*") if path.suffix != ".asf"):
        try:
            motion = read(file).body().to_motion(body, fps=120.0)
            found.append(measure(file.parent.name, motion, kinematics))
        except MeshgaitError as error:
            print(f"left out: {error}")
    return found


def main(argv: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--trials", type=int, default=4)
    chosen = parser.parse_args(argv)
    body = Body.embedded()
    kinematics = PartialBody(body, torch.zeros(0, dtype=torch.long))
    columns = {"walkers": figures(walkers(chosen.people, chosen.trials, kinematics, body))}
    if chosen.folder is not None:
        columns[chosen.folder.name] = figures(captured(chosen.folder, kinematics, body))
    print(f"{'':44}{'people':>9}", *(f"{name:>9}" for name in columns))
    near = 0
    for row, people in PEOPLE.items():
        values = [column[row] for column in columns.values()]
        near += abs(values[0] / people - 1) <= 0.15
        print(f"{row:44}{people:9.2f}", *(f"{value:9.2f}" for value in values))
    print(f"{near} of {len(PEOPLE)} rows of the walkers are within 15 % of the people's")


if __name__ == "__main__":
    main()
