"""Keypoints of one walk as OpenPose, COCO and MediaPipe write them, read into one joint set.

python examples/poses.py --out out/poses
"""

import argparse
import json
from pathlib import Path

import numpy as np

from meshgait.body import Body
from meshgait.io import read
from meshgait.modalities import JOINT_SETS, skeleton3d
from meshgait.sequence import Motion
from meshgait.walker import Identity, walk


def pixels(motion: Motion, body: Body, joint_set: str) -> np.ndarray:
    """Keypoints (T, K, 3): x and y in pixels, y down, and a confidence."""
    points = skeleton3d(motion.decode(body), JOINT_SETS[joint_set], landmarks=body.landmarks)
    flat = points[..., :2].numpy() * [100, -100] + [200, 250]
    return np.concatenate([flat, np.full((*flat.shape[:2], 1), 0.9)], axis=2)


def write_openpose(folder: Path, people: np.ndarray) -> None:
    """A folder with one file a frame."""
    folder.mkdir(exist_ok=True)
    for t, person in enumerate(people):
        page = {"people": [{"person_id": [-1], "pose_keypoints_2d": person.ravel().tolist()}]}
        (folder / f"walk_{t:012d}_keypoints.json").write_text(json.dumps(page))


def write_coco(path: Path, people: np.ndarray) -> None:
    """One list; every second frame only."""
    rows = [
        {"image_id": t, "category_id": 1, "keypoints": person.ravel().tolist(), "score": 0.9}
        for t, person in enumerate(people)
    ]
    path.write_text(json.dumps(rows[::2]))


def write_mediapipe(path: Path, people: np.ndarray) -> None:
    """Shares of the picture; only the nose is where it is."""
    rest = [{"x": 0.5, "y": 0.5, "visibility": 0.1}] * 32
    nose = [{"x": x / 400, "y": y / 400, "visibility": c} for x, y, c in people[:, 0].tolist()]
    path.write_text(json.dumps({"frames": [{"pose_landmarks": [row, *rest]} for row in nose]}))


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/poses"))
    parser.add_argument("--frames", type=int, default=20)
    options = parser.parse_args(argv)
    options.out.mkdir(parents=True, exist_ok=True)
    body = Body.embedded()
    motion = walk(body, Identity.draw(np.random.default_rng(1)), frames=options.frames).motion
    write_openpose(options.out / "openpose", pixels(motion, body, "openpose25"))
    write_coco(options.out / "coco.json", pixels(motion, body, "coco17"))
    write_mediapipe(options.out / "mediapipe.json", pixels(motion, body, "coco17"))
    print(f"{'file':15} {'format':15} frames points unit     as coco17   nose in the first frame")
    for path in sorted(options.out.iterdir()):
        recording = read(path)
        track = recording.track()
        chosen = track.select(JOINT_SETS["coco17"].names)
        nose = ", ".join(f"{x:.2f}" for x in chosen.points[0, 0])
        print(
            f"{path.name:15} {recording.format.title:15} {len(track):6} {len(track.names):6} "
            f"{track.unit:8} {chosen.points.shape!s:11} {nose}"
        )


if __name__ == "__main__":
    main()
