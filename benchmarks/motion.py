"""How well motion capture is retargeted: joints, soles and feet that stand.

    python benchmarks/motion.py ROOT

ROOT is as `meshgait synth --motion ROOT` takes it. Joints: how far hips, knees and ankles of the
body are from those of the file, before its feet are put on the floor (only skeletons, joints and
markers say it). Floor: the lowest vertex of a frame, its median, and how often it is within 1 cm of
y = 0. Drift: how far the ball of a foot strays from its mean place while it stands, that is while
it moves by less than 0.25 m/s for 0.2 s or longer.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from meshgait.body import JOINT_INDEX, Body
from meshgait.data.synthetic.motion_survey import motion_files
from meshgait.errors import MeshgaitError
from meshgait.io import read, to_body
from meshgait.io.ground import on_floor

LEGS = [f"{side}_{name}" for side in ("left", "right") for name in ("hip", "knee", "ankle")]
STILL, LEAST_S = 0.25, 0.2  # metres a second, seconds


def drifts(ball: np.ndarray, fps: float) -> list[float]:
    """Centimetres that a ball (T, 3) strays in each stance."""
    still = np.linalg.norm(np.gradient(ball, axis=0), axis=1) * fps < STILL
    edges = np.flatnonzero(np.diff(np.concatenate([[False], still, [False]]).astype(int)))
    runs = [ball[a:b, [0, 2]] for a, b in edges.reshape(-1, 2) if b - a >= LEAST_S * fps]
    return [100 * float(np.linalg.norm(run - run.mean(0), axis=1).max()) for run in runs]


def main(argv: list[str] | None = None) -> None:
    """Print a row for every file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("--fps", type=float, help="of files that do not say it")
    chosen = parser.parse_args(argv)
    body = Body.embedded()
    print(f"{'file':28}{'joints, cm':>11}{'floor, cm':>10}{'within 1 cm':>12}{'drift, cm':>10}"
          f"{'betas':>16}")  # fmt: skip
    rows = []
    for path in motion_files(chosen.root):
        name = str(path.relative_to(chosen.root))
        try:
            track = to_body(read(path))
            motion = on_floor(track.to_motion(body, fps=chosen.fps or track.assumed_fps), body)
        except MeshgaitError as error:
            print(f"{name:28} left out: {str(error)[:70]}")
            continue
        low = 100 * motion.decode(body).vertices[..., 1].amin(-1).numpy()
        joints = motion.skeleton(body)[1]
        strayed = [d for side in ("left", "right")
                   for d in drifts(joints[:, JOINT_INDEX[f"{side}_foot"]], motion.fps)]  # fmt: skip
        off = [track.off_mm[joint] / 10 for joint in LEGS if joint in track.off_mm]
        row = [np.mean(off or [np.nan]), np.median(low), 100 * np.mean(np.abs(low) < 1),
               np.mean(strayed or [np.nan])]  # fmt: skip
        rows.append(row)
        print(f"{name:28}{row[0]:11.2f}{row[1]:10.2f}{row[2]:10.0f} %{row[3]:10.2f}"
              f"  {' '.join(f'{b:.2f}' for b in motion.betas[:3])}")  # fmt: skip
    if rows:
        mean = np.nanmean(rows, axis=0)
        print(f"{'mean':28}{mean[0]:11.2f}{mean[1]:10.2f}{mean[2]:10.0f} %{mean[3]:10.2f}")


if __name__ == "__main__":
    main()
