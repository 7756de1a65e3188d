"""Seconds for every representation of one clip, and for all of them together, here and now.

`python benchmarks/representations.py --json representations.json`; on a busy machine the medians
say little. What several need (silhouettes, keypoints, gait cycle) counts for the first to ask.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

import numpy as np
import torch

from meshgait.body import Body
from meshgait.modalities.scene import REPRESENTATIONS, Scene
from meshgait.walker import Identity, walk


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--size", type=int, default=64, help="pixels per side")
    parser.add_argument("--repeats", type=int, default=5, help="after one to warm up")
    parser.add_argument("--json", type=Path, help="also write everything to this file")
    options = parser.parse_args(argv)
    body = Body.embedded()
    motion = walk(body, Identity.draw(np.random.default_rng(1)), frames=options.frames).motion
    rounds = [measure(body, motion, options.size) for _ in range(options.repeats + 1)][1:]
    report = {"frames": options.frames, "size": options.size, "threads": torch.get_num_threads()}
    report["seconds"] = {name: statistics.median(r[name] for r in rounds) for name in rounds[0]}
    totals = sorted(sum(r.values()) for r in rounds)
    report["total"] = {"median": statistics.median(totals), "low": totals[0], "high": totals[-1]}
    print(f"{options.frames} frames, {options.size} x {options.size}, seconds (median)")
    for name, seconds in report["seconds"].items():
        print(f"{name:14} {seconds:8.4f}")
    total = report["total"]
    print(f"{'together':14} {total['median']:8.4f} ({total['low']:.2f} - {total['high']:.2f})")
    if options.json:
        options.json.write_text(json.dumps(report, indent=1))


def measure(body, motion, size):
    """Seconds by name for one fresh scene, decoding first."""
    start = time.perf_counter()
    scene = Scene.follow(body, motion.decode(body), motion.fps, size=(size, size))
    seconds = {"decode": time.perf_counter() - start}
    for name, derive in REPRESENTATIONS.items():
        start = time.perf_counter()
        derive(scene)
        seconds[name] = time.perf_counter() - start
    return seconds


if __name__ == "__main__":
    main()
