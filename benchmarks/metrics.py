"""Time of ranking a test set the size of Gait3D's, and memory of a far larger one.

`python benchmarks/metrics.py --json metrics.json`. The larger run ranks block by block in a process
of its own, whose peak memory is read at its end; the embeddings themselves are part of it. The
two metrics take turns. `--huge 100000 100000 31 256 --part 670` ranks that many of the probes in
both metrics and says what all of them would take: every block of probes costs the same.
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
    parser.add_argument("--huge", type=int, nargs=4,
                        metavar=("PROBES", "GALLERY", "PARTS", "CHANNELS"))  # fmt: skip
    parser.add_argument("--part", type=int, default=670, help="probes of --huge that are ranked")
    parser.add_argument("--seconds", type=float, default=5.0, help="for each metric")
    parser.add_argument("--json", type=Path, help="also write everything to this file")
    options = parser.parse_args(argv)
    report = {"machine": machine(), "versions": versions(PACKAGES), "size": options.size}
    for name, value in report.items():
        print(f"{name}: {value}")
    if options.huge:
        report["huge"] = apart(huge_run, options.huge, options.part, torch.get_num_threads())
        for row in report["huge"]:
            show_huge(row, options)
    else:
        compare(report, options)
    if options.json:
        options.json.write_text(json.dumps(report, indent=1))


def compare(report, options):
    print(f"\n{'metric':10} {'distance, s':>12} {'scores, s':>12} {'together, s':>12}")
    report["rows"], report["euclidean_by_cosine"] = timed(options.size, options.seconds)
    for row in report["rows"]:
        cells = " ".join(f"{row[part]:12.3f}" for part in ("distance", "scores", "together"))
        print(f"{row['metric']:10} {cells} (quartiles {row['low']:.3f} - {row['high']:.3f})")
    for what, (low, middle, high) in report["euclidean_by_cosine"].items():
        figures = f"{middle:.2f} (quartiles {low:.2f} - {high:.2f})"
        print(f"Euclidean distances take {figures} times the {what} of cosine ones, turn by turn")
    large = apart(large_run, options.large, torch.get_num_threads())
    report["large"] = {"size": options.large, **large}
    print(
        f"\n{' x '.join(map(str, options.large))}: {large['seconds']:.1f} s, peak memory "
        f"{large['peak_gb']:.2f} GB, of which embeddings {large['embeddings_gb']:.2f} GB"
    )


def apart(run, *arguments):
    """In a process of its own, whose peak memory is nobody else's."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(run, arguments)


def show_huge(row, options):
    probes = options.huge[0]
    print(
        f"{row['metric']}: {row['ranked']} of {probes:,} probes in {row['seconds']:.1f} s, so all "
        f"would take {row['seconds'] * probes / row['ranked'] / 60:.0f} minutes (extrapolated); "
        f"peak memory {row['peak_gb']:.2f} GB, of which the gallery {row['gallery_gb']:.2f} GB"
    )


def timed(size, seconds):
    """Median seconds of distances, scores and both, three turns or more; how the metrics compare.

    The processor's time tells more where others use the machine too.
    """
    probe, gallery, *people = draw(size)
    figures, start = {"cosine": [], "euclidean": []}, time.perf_counter()
    work = {"cosine": [], "euclidean": []}
    while len(figures["cosine"]) < 4 or time.perf_counter() - start < 2 * seconds:
        for metric, own in figures.items():
            first, worked = time.perf_counter(), time.process_time()
            distance = part_distance(probe, gallery, metric)
            middle = time.perf_counter()
            work[metric].append(time.process_time() - worked)
            retrieval(distance, *people)
            last = time.perf_counter()
            own.append((middle - first, last - middle, last - first))
    rows = [{"metric": metric, **summary(own[1:])} for metric, own in figures.items()]
    clock = {metric: [turn[0] for turn in own] for metric, own in figures.items()}
    return rows, {"time": turns(clock), "processor's time": turns(work)}


def turns(seconds):
    """Quartiles of Euclidean by cosine, each turn for itself."""
    pairs = zip(seconds["euclidean"][1:], seconds["cosine"][1:], strict=True)
    return statistics.quantiles([euclidean / cosine for euclidean, cosine in pairs], n=4)


def summary(figures):
    columns = list(zip(*figures, strict=True))
    row = dict(
        zip(("distance", "scores", "together"), map(statistics.median, columns), strict=True)
    )
    low, _, high = statistics.quantiles(columns[2], n=4)
    return row | {"low": low, "high": high, "calls": len(figures)}


def huge_run(size, part, threads):
    """Seconds of some probes against the whole gallery, and the peak of memory by then."""
    torch.set_num_threads(threads)
    _, entries, parts, channels = size
    generator = torch.Generator().manual_seed(0)
    gallery = torch.empty(entries, parts, channels)
    for rows in gallery.split(1000):  # in place: nothing else of this size
        rows.normal_(generator=generator)
    probe = gallery[:part] + 3 * torch.randn(part, parts, channels, generator=generator)
    rows = []
    for metric in ("cosine", "euclidean"):
        start = time.perf_counter()
        search(probe, gallery, np.arange(part), np.arange(entries), metric=metric).mean()
        rows.append({
            "metric": metric, "ranked": part, "seconds": time.perf_counter() - start,
            "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9,
            "gallery_gb": gallery.nbytes / 1e9,
        })  # fmt: skip
    return rows


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
