"""Motion capture on SMPL's skeleton: a BVH with other names and proportions, and joints alone.

python examples/motion_capture.py --out out/motion_capture
"""

import argparse
import re
from pathlib import Path

import numpy as np

from meshgait.body import JOINT_INDEX, JOINT_NAMES, Body
from meshgait.io import fit_joints, read, write_bvh
from meshgait.sequence.motion import Motion
from meshgait.walker import Identity, walk

MIXAMO = {
    "pelvis": "Hips", "spine1": "Spine", "spine2": "Spine1", "spine3": "Spine2", "neck": "Neck",
    "head": "Head", "hip": "UpLeg", "knee": "Leg", "ankle": "Foot", "foot": "ToeBase",
    "collar": "Shoulder", "shoulder": "Arm", "elbow": "ForeArm", "wrist": "Hand", "hand": "Thumb",
}  # fmt: skip


def rename(match: re.Match) -> str:
    """`JOINT left_hip` as `JOINT LeftUpLeg`."""
    side, _, joint = match[2].rpartition("_")
    return f"{match[1]} {side.title()}{MIXAMO[joint]}"


def in_inches(match: re.Match) -> str:
    """An offset of the skeleton in another unit."""
    return "OFFSET " + " ".join(f"{float(x) / 0.0254:.6f}" for x in match[1].split())


def write_mixamo(path: Path, motion: Motion, body: Body) -> None:
    """Our own BVH, as another program would have named and measured it."""
    write_bvh(path, motion, body)
    head, _, tail = path.read_text().partition("MOTION")
    head = re.sub(r"(ROOT|JOINT) (\w+)", rename, head)
    head = re.sub(r"OFFSET ([-. \d]+)", in_inches, head)
    rows = [line.split() for line in tail.strip().splitlines()[2:]]
    rows = [[*(f"{float(x) / 0.0254:.6f}" for x in row[:3]), *row[3:]] for row in rows]
    start = tail.strip().splitlines()[:2]
    path.write_text(head + "\n".join(["MOTION", *start, *map(" ".join, rows)]) + "\n")


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/motion_capture"))
    parser.add_argument("--frames", type=int, default=30)
    options = parser.parse_args(argv)
    options.out.mkdir(parents=True, exist_ok=True)
    body = Body.embedded()
    motion = walk(body, Identity.draw(np.random.default_rng(1)), frames=options.frames).motion
    truth = motion.decode(body).joints.numpy()
    write_bvh(options.out / "own.bvh", motion, body)
    write_mixamo(options.out / "mixamo.bvh", motion, body)
    np.save(options.out / "joints.npy", truth[:, :22])
    print(f"{'file':12} {'format':10} hips over ground  left knee bends   off by (mean joint)")
    for path in sorted(options.out.iterdir()):
        recording = read(path)
        track = recording.track()
        found = (track if recording.format.name == "bvh" else fit_joints(track)).to_motion(body)
        joints = found.decode(body).joints.numpy()
        knee = found.pose[:, 3 * JOINT_INDEX["left_knee"] :][:, :3]
        error = np.linalg.norm((joints - truth)[:, : len(JOINT_NAMES) - 2], axis=-1).mean()
        print(
            f"{path.name:12} {recording.format.title:10} {joints[:, 0, 1].mean():14.3f} m "
            f"{np.degrees(np.linalg.norm(knee, axis=1)).max():12.1f} deg {100 * error:12.1f} cm"
        )


if __name__ == "__main__":
    main()
