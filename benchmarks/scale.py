"""How time and memory grow with people: a store written and opened, a gallery searched.

Run `python benchmarks/scale.py --people 100 1000 10000`. Each size is a process
(its peak memory is told).
The slope is that of log(cost) over log(people) between the two largest: 1 is in proportion.
"""

import argparse
import json
import math
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch
from _machine import machine

from meshgait.data import Store, write_store
from meshgait.metrics import search
from meshgait.sequence import GaitSequence

PROBES, PARTS, CHANNELS, FRAMES, PER_SHARD = 100, 16, 64, 30, 32


def _shard(first, count):
    rng = np.random.default_rng(first)
    images = (rng.random((FRAMES, 64, 44)) > 0.5).astype(np.uint8) * 255
    return [
        GaitSequence(f"p{i:07d}", "nm", "000", {"silhouette": images})
        for i in range(first, first + count)
    ]


def _measure(people):
    found = {"people": people}
    few = torch.randn(1, PARTS, CHANNELS)
    generator = torch.Generator().manual_seed(0)
    gallery = torch.randn(people, PARTS, CHANNELS, generator=generator)
    search(few, few, [0], [0])  # compiles
    start = time.perf_counter()
    search(gallery[:PROBES] + 0.1, gallery, list(range(min(PROBES, people))), list(range(people)))
    found["search, s"] = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        firsts = range(0, people, PER_SHARD)
        shards = [lambda f=f: _shard(f, min(PER_SHARD, people - f)) for f in firsts]
        start = time.perf_counter()
        store = write_store(folder, shards, fingerprint="scale")
        found["write, s"] = time.perf_counter() - start
        start = time.perf_counter()
        found["store, MB"] = Store(folder).bytes / 1e6
        found["open, s"] = time.perf_counter() - start
        found["clips"] = len(store)
    found["peak, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[100, 1000, 10000])
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args(argv)
    if chosen.one:
        print(json.dumps(_measure(chosen.one)))
        return
    rows = []
    for people in sorted(chosen.people):
        command = [sys.executable, __file__, "--one", str(people)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
        rows.append(json.loads(done.stdout.splitlines()[-1]))
        print("  ".join(f"{name} {value:.4g}" for name, value in rows[-1].items()), flush=True)
    if len(rows) > 1:
        less, more = rows[-2:]
        step = math.log(more["people"] / less["people"])
        print("slopes: " + ", ".join(
            f"{name} {math.log(more[name] / less[name]) / step:.2f}" for name in list(more)[1:]
        ))  # fmt: skip
    print(machine())


if __name__ == "__main__":
    main()
