"""Prepare a data set in Gait3D's folders, where one clip lacks a frame, and search in the store."""

import argparse
import json
import pickle
from pathlib import Path

import numpy as np

from meshgait import embed, evaluate, models
from meshgait.data.layouts import find_layout
from meshgait.data.preparation.prepare import prepare
from meshgait.data.recorded import Recorded


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=8)
    parser.add_argument("--frames", type=int, default=20)
    parser.add_argument("--out", type=Path, default=Path("out/prepare"))
    options = parser.parse_args(argv)

    tree, partition = write_tree(options.out, options.people, options.frames)
    layout = find_layout("gait3d")
    done = prepare(layout, tree, options.out / "stores", partition=partition, progress=False)
    print(done.describe())

    test = Recorded(options.out / "stores", "test")
    scores = evaluate(embed(models.GEI(), test, progress=False), test.protocol, metric="euclidean")
    print(f"{test.protocol.name}: rank-1 {scores['rank1']:.0f} % by the gait energy image")


def write_tree(folder: Path, people: int, frames: int) -> tuple[Path, Path]:
    """Pickles as the published scripts make them, and the official list beside them."""
    tree, names = folder / "Gait3D-merged-pkl", [f"{person:04d}" for person in range(people)]
    for person, name in enumerate(names):
        for camera in range(2):
            leaf = tree / name / f"camid{camera}_videoid0" / "seq0"
            leaf.mkdir(parents=True, exist_ok=True)
            lost = person == camera == 0
            dump(leaf / "sils-seq0.pkl", walk(person, camera, frames))
            dump(leaf / "smpls-seq0.pkl", np.zeros((frames - lost, 85)))
    half = people // 2
    probes = [f"{name}-camid0_videoid0-seq0" for name in names[half:]]
    lists = {"TRAIN_SET": names[:half], "TEST_SET": names[half:], "PROBE_SET": probes}
    partition = folder / "Gait3D.json"
    partition.write_text(json.dumps(lists), encoding="utf-8")
    return tree, partition


def walk(person: int, camera: int, frames: int) -> np.ndarray:
    """An ellipse as wide as the person, which swings, on a 64 x 64 picture."""
    y, x = np.mgrid[:64, :64]
    width = 8 + person % 12 + 2 * np.sin(np.arange(frames) / 3 + camera)[:, None, None]
    return ((((x - 32) / width) ** 2 + ((y - 32) / 32) ** 2) < 1) * np.uint8(255)


def dump(path: Path, frames: np.ndarray) -> None:
    with path.open("wb") as file:
        pickle.dump(frames, file)


if __name__ == "__main__":
    main()
