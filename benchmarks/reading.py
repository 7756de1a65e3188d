"""Where the time of one clip of a store goes while it is cached, and what other ways would take.

`python benchmarks/reading.py`: 30 of 60 binary silhouettes, microseconds of the processor, all ways
in turns. The last three are attempts that the library does not make: they keep every file open, or
let the process's memory grow by what it touches of a map.
"""

import argparse
import os
import pickle
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np
from _machine import machine

from meshgait.data import write_store
from meshgait.data.store.bits import _PIXELS, unpack
from meshgait.data.store.bits_kernel import look_up
from meshgait.sequence import GaitSequence

CLIPS, FRAMES, PER_SHARD, SIZE = 256, 60, 32, (64, 64)
ROW = SIZE[0] * SIZE[1] // 8


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="of all clips in each way")
    options = parser.parse_args(argv)
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        ways = prepare(Path(folder))
        figures = {name: [] for name in ways}
        order = np.random.default_rng(1).permutation(CLIPS)
        for turn in range(options.rounds + 1):
            for name, way in ways.items():
                start = time.process_time()
                for clip in order:
                    way(clip)
                if turn:
                    figures[name].append((time.process_time() - start) / CLIPS * 1e6)
    for name, own in figures.items():
        low, middle, high = statistics.quantiles(own, n=4)
        print(f"{name:44} {middle:6.1f} ({low:.1f} - {high:.1f})")


def prepare(folder):
    """The ways to read a clip, of a store and of pickles written to `folder`."""
    walks = [walk(clip) for clip in range(CLIPS)]
    for clip, images in enumerate(walks):
        (folder / f"{clip}.pkl").write_bytes(pickle.dumps(images))
    firsts = range(0, CLIPS, PER_SHARD)
    store = write_store(
        folder / "store", [partial(shard, walks, first) for first in firsts], fingerprint="x"
    )
    few = np.sort(np.random.default_rng(0).permutation(FRAMES)[:30])
    paths = [folder / "store" / f"{clip // PER_SHARD:05d}.silhouette.npy" for clip in range(CLIPS)]
    maps = {path: np.load(path, mmap_mode="r") for path in set(paths)}
    files = {path: os.open(path, os.O_RDONLY) for path in set(paths)}
    room, first = (
        np.empty((FRAMES, ROW), np.uint8),
        [clip % PER_SHARD * FRAMES for clip in range(CLIPS)],
    )
    offset = {path: path.stat().st_size - mapped.nbytes for path, mapped in maps.items()}

    batch = np.empty((128, 30, ROW), np.uint64)

    def place(clip):
        return offset[paths[clip]] + first[clip] * ROW

    def opened(clip):
        with open(paths[clip], "rb", buffering=0) as file:
            os.fstat(file.fileno())
            file.seek(place(clip))
            file.readinto(room.data)

    def pickled(clip):
        with open(folder / f"{clip}.pkl", "rb") as file:
            return pickle.load(file)[few]  # noqa: S301

    def kept(clip):
        os.preadv(files[paths[clip]], [room], place(clip))
        return unpack(room[few], SIZE)

    def mapped(clip):
        return unpack(maps[paths[clip]][first[clip] + few], SIZE)

    def into_a_batch(clip):
        look_up(maps[paths[clip]][first[clip] + few], _PIXELS, batch[clip % len(batch)])

    def bits(clip):
        packed = room[few]
        images = np.unpackbits(packed, axis=1)
        return np.multiply(images, 255, out=images).reshape(len(packed), *SIZE)

    return {
        "a pickle": pickled,
        "the store": lambda clip: store[clip].take(few).frames["silhouette"],
        "  of which: open, check and read the file": opened,
        "  of which: unpack by the kernel": lambda clip: unpack(room[few], SIZE),
        "unpack by numpy": bits,
        "keep the file open, unpack by the kernel": kept,
        "map the file, unpack by the kernel": mapped,
        "map the file, unpack into a batch of 128": into_a_batch,
    }


def walk(clip):
    """An ellipse that walks."""
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    width = 8 + clip % 7 + 3 * np.sin(np.arange(FRAMES) / 4)[:, None, None]
    return (((x - 32) / width) ** 2 + ((y - 32) / 32.0) ** 2 < 1).astype(np.uint8) * 255


def shard(walks, first):
    return [
        GaitSequence(f"p{clip:03d}", "nm", "0", {"silhouette": walks[clip]})
        for clip in range(first, first + PER_SHARD)
    ]


if __name__ == "__main__":
    main()
