"""How time and memory grow with people, frames and faces: the slopes, and a picture.

`python benchmarks/scale.py --figure scale.png`. Each size is a process of its own, whose peak of
memory is told. People: a store of one clip each written and opened, 100 probes searched. Index:
the same store by its index alone, whose files of frames are holes, which is how a million people
fit onto a laptop. Frames: one walk decoded and drawn (64 x 64). Faces: 30 frames of a sphere drawn.
The slope is that of log(cost) over log(size) between the two largest: 1 is in proportion.
"""

import argparse
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
import trimesh
from _machine import machine

from meshgait.body import Body
from meshgait.data import Store, write_store
from meshgait.metrics import search
from meshgait.render import coverage
from meshgait.sequence import GaitSequence

PROBES, PARTS, CHANNELS, FRAMES, PER_SHARD = 100, 16, 64, 30, 32


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    sizes = {
        "people": [100, 1_000, 10_000],
        "index": [10_000, 100_000, 1_000_000],
        "frames": [100, 1_000, 10_000],
        "faces": [5_120, 81_920, 327_680],
    }
    for axis, usual in sizes.items():
        parser.add_argument(f"--{axis}", type=int, nargs="*", default=usual)
    parser.add_argument("--figure", type=Path, help="draw it into this file")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args(argv)
    if chosen.one:
        print(json.dumps(measured(chosen.one[0], int(chosen.one[1]))))
        return
    print(machine())
    found = {}
    for axis in sizes:
        found[axis] = [apart(axis, size) for size in sorted(getattr(chosen, axis))]
        show(axis, found[axis])
    if chosen.figure:
        draw(found, chosen.figure)


def apart(axis, size):
    """What a process of its own measured."""
    command = [sys.executable, __file__, "--one", axis, str(size)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    return json.loads(done.stdout.splitlines()[-1])


def measured(axis, size):
    found = {"people": people, "index": index, "frames": frames, "faces": faces}[axis](size)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {axis: size, **found, "peak, MB": peak}


def people(count):
    few = torch.randn(1, PARTS, CHANNELS)
    search(few, few, [0], [0])  # compiles
    gallery = torch.randn(count, PARTS, CHANNELS, generator=torch.Generator().manual_seed(0))
    names = list(range(count))
    found = timed(
        "search, s", lambda: search(gallery[:PROBES] + 0.1, gallery, names[:PROBES], names)
    )
    with tempfile.TemporaryDirectory() as folder:
        shards = [
            lambda f=f: clips(f, min(PER_SHARD, count - f)) for f in range(0, count, PER_SHARD)
        ]
        found |= timed("write, s", lambda: write_store(folder, shards, fingerprint="scale"))
        found |= timed("open, s", lambda: Store(folder))
        found["store, MB"] = Store(folder).bytes / 1e6
    return found


def clips(first, count):
    images = (np.random.default_rng(first).random((FRAMES, 64, 44)) > 0.5).astype(np.uint8) * 255
    return [
        GaitSequence(f"p{i:07d}", "nm", "000", {"silhouette": images})
        for i in range(first, first + count)
    ]


def index(count):
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_store(folder, [lambda: clips(0, PER_SHARD)], fingerprint="scale")
        shard = json.loads((folder / "00000.json").read_text(encoding="utf-8"))
        size = (folder / "00000.silhouette.npy").stat().st_size
        number, written = 0, 0
        for number, first in enumerate(range(0, count, PER_SHARD)):
            for place, entry in enumerate(shard["sequences"]):
                entry["subject"] = f"p{first + place:07d}"
            written += (folder / f"{number:05d}.json").write_text(
                json.dumps(shard), encoding="utf-8"
            )
            (folder / f"{number:05d}.silhouette.npy").touch()
            os.truncate(folder / f"{number:05d}.silhouette.npy", size)
        header = json.loads((folder / "store.json").read_text(encoding="utf-8"))
        (folder / "store.json").write_text(json.dumps(header | {"shards": number + 1}))
        return timed("open, s", lambda: Store(folder)) | {"index, MB": written / 1e6}


def frames(count):
    body, pose = Body.embedded(), 0.1 * torch.randn(count, 72)
    about = torch.tensor([[0.0, 1.0, 0.0]])

    def draw_walk():
        for some in pose.split(1000):  # as the library does: no more meshes at once than needed
            seen = body(pose=some, betas=torch.zeros(10), transl=about.expand(len(some), 3))
            coverage(28 * seen.vertices[..., :2] + 32, body.faces, (64, 64))

    coverage(torch.rand(1, 3, 2), torch.tensor([[0, 1, 2]]), (8, 8))  # compiles
    body(pose=pose[:3], betas=torch.zeros(10))
    return timed("decode and draw, s", draw_walk)


def faces(count):
    level = round(math.log(count / 20, 4))
    ball = trimesh.creation.icosphere(level)
    points = torch.tensor(ball.vertices[:, :2] * 28 + 32, dtype=torch.float32)
    triangles = torch.tensor(ball.faces)
    many = points + torch.rand(FRAMES, 1, 2)
    coverage(many[:1], triangles, (64, 64))  # compiles, and learns who is whose neighbour
    return timed("draw 30 frames, s", lambda: coverage(many, triangles, (64, 64)))


def timed(name, work):
    start = time.perf_counter()
    work()
    return {name: time.perf_counter() - start}


def slopes(axis, rows):
    less, more = rows[-2:]
    step = math.log(more[axis] / less[axis])
    return {name: math.log(more[name] / less[name]) / step for name in more if name != axis}


def show(axis, rows):
    for row in rows:
        print("  ".join(f"{name} {value:.4g}" for name, value in row.items()), flush=True)
    if len(rows) > 1:
        found = slopes(axis, rows).items()
        print("slopes: " + ", ".join(f"{name} {slope:.2f}" for name, slope in found), flush=True)


def draw(found, path):
    """A panel for each axis; the slopes stand in the legends."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 7), layout="constrained")
    for panel, (axis, rows) in zip(figure.subplots(2, 2).flat, found.items(), strict=True):
        steep = slopes(axis, rows) if len(rows) > 1 else {}
        for name in [key for key in (rows or [{}])[0] if key != axis]:
            label = f"{name} (slope {steep[name]:.2f})" if steep else name
            panel.loglog(
                [row[axis] for row in rows], [row[name] for row in rows], "o-", label=label
            )
        panel.set_xlabel({"index": "people, by the index alone"}.get(axis, axis))
        panel.grid(alpha=0.3)
        panel.legend(fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    main()
