"""Time of ranking a test set the size of Gait3D's, and memory of a far larger one.

`python benchmarks/metrics.py --json metrics.json`. The larger run ranks block by block in a process
of its own, whose peak memory is read at its end; the embeddings themselves are part of it.
"""

import argparse
import json
import multiprocessing
import resource
import statistics
import time
from pathlib import Path

import numpy as np
import torch
from _machine import machine, versions

from meshgait.metrics import part_distance, retrieval, search

PACKAGES = ("meshgait", "torch", "numpy")


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, nargs=4, default=(1000, 5369, 31, 256),
                        metavar=("PROBES", "GALLERY", "PARTS", "CHANNELS"))  # fmt: skip
    parser.add_argument("--large", type=int, nargs=4, default=(20_000, 100_000, 1, 256),
                        metavar=("PROBES", "GALLERY", "PARTS", "CHANNELS"))  # fmt: skip
    parser.add_argument("--seconds", type=float, default=5.0, help="for each metric")
    parser.add_argument("--json", type=Path, help="also write everything to this file")
    options = parser.parse_args(argv)
    report = {"machine": machine(), "versions": versions(PACKAGES), "size": options.size}
    for name, value in report.items():
        print(f"{name}: {value}")
    print(f"\n{'metric':10} {'distance, s':>12} {'scores, s':>12} {'together, s':>12}")
    report["rows"] = []
    for metric in ("cosine", "euclidean"):
        row = {"metric": metric, **timed(options.size, metric, options.seconds)}
        report["rows"].append(row)
        cells = " ".join(f"{row[part]:12.3f}" for part in ("distance", "scores", "together"))
        print(f"{metric:10} {cells}", flush=True)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        large = pool.apply(large_run, (options.large, torch.get_num_threads()))
    report["large"] = {"size": options.large, **large}
    print(
        f"\n{' x '.join(map(str, options.large))}: {large['seconds']:.1f} s, peak memory "
        f"{large['peak_gb']:.2f} GB, of which embeddings {large['embeddings_gb']:.2f} GB"
    )
    if options.json:
        options.json.write_text(json.dumps(report, indent=1))


def timed(size, metric, seconds):
    """Median seconds of distances, of scores from them, and of both, over three runs or more."""
    probe, gallery, *people = draw(size)
    figures, start = [], time.perf_counter()
    while len(figures) < 4 or time.perf_counter() - start < seconds:
        first = time.perf_counter()
        distance = part_distance(probe, gallery, metric)
        middle = time.perf_counter()
        retrieval(distance, *people)
        last = time.perf_counter()
        figures.append((middle - first, last - middle, last - first))
    parts = zip(("distance", "scores", "together"), zip(*figures[1:], strict=True), strict=True)
    return {name: statistics.median(values) for name, values in parts} | {"calls": len(figures) - 1}


def large_run(size, threads):
    torch.set_num_threads(threads)
    probe, gallery, *people = draw(size)
    start = time.perf_counter()
    search(probe, gallery, *people, metric="cosine").mean()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "seconds": time.perf_counter() - start,
        "peak_gb": peak * 1024 / 1e9,
        "embeddings_gb": (probe.nbytes + gallery.nbytes) / 1e9,
    }


def draw(size):
    """Embeddings of random people, so that ranks are neither all right nor all wrong."""
    probes, gallery, parts, channels = size
    generator = torch.Generator().manual_seed(0)
    mean = torch.randn(probes, parts, channels, generator=generator)
    who = np.arange(gallery) % probes
    noise = torch.randn(gallery, parts, channels, generator=generator)
    return mean, mean[torch.from_numpy(who)] + 3 * noise, np.arange(probes), who


if __name__ == "__main__":
    main()
