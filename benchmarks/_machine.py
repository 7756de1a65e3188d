"""What a benchmark says about where it ran, and how it takes the time."""

import importlib.metadata
import platform
import statistics
import time
from pathlib import Path

import torch


def machine(device="cpu"):
    words = [platform.platform(), platform.processor(), f"{torch.get_num_threads()} threads"]
    cpu = Path("/proc/cpuinfo")
    if cpu.exists():
        lines = cpu.read_text().splitlines()
        words += [line.split(":")[1].strip() for line in lines if "model n" in line][:1]
    if device == "cuda":
        words.append(torch.cuda.get_device_name())
    return ", ".join(word for word in words if word)


def versions(packages):
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def speeds(runs, frames, seconds, device="cpu"):
    """Median frames per second of each of `runs` and the quartiles around it.

    They take turns, at least three each, so that a busy minute slows them all.
    """
    for run in runs:
        run()  # compiles
        run()
    figures, start = [[] for _ in runs], time.perf_counter()
    while len(figures[0]) < 3 or time.perf_counter() - start < seconds * len(runs):
        for run, own in zip(runs, figures, strict=True):
            before = time.perf_counter()
            run()
            if device == "cuda":
                torch.cuda.synchronize()
            own.append(frames / (time.perf_counter() - before))
    return [_summary(own) for own in figures]


def _summary(figures):
    low, median, high = statistics.quantiles(figures, n=4)
    return {"median": median, "low": low, "high": high, "calls": len(figures)}
