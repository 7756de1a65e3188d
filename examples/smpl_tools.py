"""One walk as ROMP, WHAM and AMASS would have written it, read back as one kind of thing.

python examples/smpl_tools.py --out out/smpl_tools
"""

import argparse
import pickle
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from meshgait.body import Body
from meshgait.io import fill_gaps, find_jumps, read, write_amass
from meshgait.sequence.motion import Motion
from meshgait.walker import Identity, walk


def write_romp(path: Path, motion: Motion) -> None:
    """A video with the camera's axes, y down; two frames in the middle were missed."""
    frames = len(motion.pose)
    flip = Rotation.from_rotvec([np.pi, 0, 0])
    pose = motion.pose.copy()
    pose[:, :3] = (flip * Rotation.from_rotvec(pose[:, :3])).as_rotvec()
    seen = [t for t in range(frames) if t not in (frames // 2, frames // 2 + 1)]
    person = {
        "frame_id": seen,
        "smpl_thetas": pose[seen],
        "smpl_betas": np.tile(motion.betas, (len(seen), 1)),
        "cam": np.tile([0.8, 0.0, 0.1], (len(seen), 1)),
    }
    np.savez(path, results={}, sequence_results={1: person})


def write_wham(path: Path, motion: Motion) -> None:
    """Two people; from the fourth frame on the second is somebody else."""
    frames = len(motion.pose)
    person = {
        "pose": motion.pose,
        "trans": motion.transl,
        "pose_world": motion.pose,
        "trans_world": motion.transl,
        "betas": np.tile(motion.betas, (frames, 1)),
        "frame_ids": np.arange(frames),
    }
    switched = person | {"betas": person["betas"] + 2 * (np.arange(frames) > 3)[:, None]}
    path.write_bytes(pickle.dumps({1: person, 2: switched}))


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/smpl_tools"))
    parser.add_argument("--frames", type=int, default=30)
    options = parser.parse_args(argv)
    options.out.mkdir(parents=True, exist_ok=True)
    body = Body.embedded()
    motion = walk(body, Identity.draw(np.random.default_rng(1)), frames=options.frames).motion
    # The endings say nothing on purpose: a file is known by what is in it.
    write_romp(options.out / "romp.npz", motion)
    write_wham(options.out / "wham.pkl", motion)
    write_amass(options.out / "amass.npz", motion, body)
    print(f"{'file':10} {'format':12} track frames filled axes     sudden changes")
    for path in sorted(options.out.iterdir()):
        recording = read(path)
        for name in recording.tracks:
            track = recording.body(str(name))
            whole = fill_gaps(track, longest=5)
            jumps = [f"{jump.what} in frame {jump.frame}" for jump in find_jumps(track)]
            print(
                f"{path.name:10} {recording.format.title:12} {name:5} {len(track):6} "
                f"{len(whole):6} {track.axes:8} {', '.join(jumps) or 'none'}"
            )


if __name__ == "__main__":
    main()
