"""One walk written for other programs: AMASS, BVH, Gait3D's layout, a clip, and meshes.

python examples/export.py --out out/export
"""

import argparse
from pathlib import Path

import numpy as np

from meshgait.body import Body
from meshgait.camera import Camera
from meshgait.io import read, write
from meshgait.io.formats.gait3d import vector_track
from meshgait.walker import EstimatorNoise, Identity, estimate_smpl, walk

TARGETS = {
    "motion.npz": "motion", "clip.npz": "clip", "amass.npz": "amass", "walk.bvh": "bvh",
    "seq0.pkl": "gait3d", "seq0": "gait3d", "walk.glb": "glb", "meshes_obj": "obj",
}  # fmt: skip


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/export"))
    parser.add_argument("--frames", type=int, default=10)
    options = parser.parse_args(argv)
    body = Body.embedded()
    motion = walk(body, Identity.draw(np.random.default_rng(1)), frames=options.frames).motion
    # What a camera and a tool for mesh recovery would have made of the walk.
    camera = Camera.orbit(60, 5, 6.0, (256, 256))
    noise = EstimatorNoise()
    joints = motion.decode(body).joints
    smpl = estimate_smpl(body, motion, joints, camera, noise, np.random.default_rng(2))
    track = vector_track(smpl, frames=np.arange(100, 100 + options.frames))
    print(f"{'file':12} {'as':8} {'kilobytes':>9}  read again as")
    for name, target in TARGETS.items():
        path = options.out / name
        write(path, track, body, target, fps=25.0)
        written = path if path.exists() else path.with_suffix("")
        files = [written] if written.is_file() else sorted(written.iterdir())
        size = sum(file.stat().st_size for file in files) / 1000
        again = "(meshes are not read)"
        if target not in ("glb", "obj"):
            recording = read(written)
            frames = recording.body().frames
            again = f"{recording.format.title}, frames {frames[0]} to {frames[-1]}"
        print(f"{name:12} {target:8} {size:9.1f}  {again}")


if __name__ == "__main__":
    main()
