"""Time of a training step and of inference, here and now: every network, 64 x 44 and full width.

`python benchmarks/models.py --json models.json --model SLN GaitSet --precision bf16`. A training
step is forward, the published losses, backward and optimiser for 8 people x 2 clips x 10 frames;
the share is that of a 3 x 3 convolution from 64 to 64 channels, timed in the same minute.
`--against PATH`, a clone of OpenGait or of the Gait3D benchmark, times the original's step with
the same losses beside ours, taking turns, always in its own float32.
"""

import argparse
import json
import statistics
import time
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import _originals as originals
import torch
from _machine import machine, speeds, versions
from torch.nn.functional import conv2d
from torch.utils.flop_counter import FlopCounterMode

from meshgait import models
from meshgait.losses import BNNeckCrossEntropy, batch_all_triplet
from meshgait.losses.part_classifiers import PartCrossEntropy
from meshgait.training.compilation import compile_network
from meshgait.training.memory import keep_freed_memory
from meshgait.training.optimizers import Adam
from meshgait.zoo import random_clips

PACKAGES = ("meshgait", "torch", "numpy")
IDS = 3000  # of Gait3D
PEOPLE, CLIPS = 8, 2
JOBS = {"training": (PEOPLE * CLIPS, 10), "long": (1, 120), "batch": (16, 10)}
CLASSIFIERS = {"GaitSet": None, "GaitPart": None, "GLN": None, "GaitGL": PartCrossEntropy}


def main(argv=None):
    networks = [name for name in models.networks() if list(getattr(models, name)().parameters())]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", nargs="+", default=networks, choices=networks)
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32")
    parser.add_argument("--only", nargs="+", default=list(JOBS), choices=JOBS)
    parser.add_argument("--against", type=Path, help="a clone of the originals, which is run")
    parser.add_argument("--compile", action="store_true", help="by torch.compile, not timed")
    parser.add_argument("--seconds", type=float, default=3.0, help="for each figure")
    parser.add_argument("--json", type=Path, help="also write everything to this file")
    options = parser.parse_args(argv)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    keep_freed_memory()
    report = {
        "machine": machine(device),
        "versions": versions(PACKAGES),
        "precision": options.precision,
        "compiled": options.compile,
    }
    report["peak_gflops"] = peak = convolution_peak(device, options)
    for name, value in report.items():
        print(f"{name}: {value}")
    if options.against:
        report["against"] = list(compare(device, options))
    else:
        measure_all(report, peak, device, options)
    if options.json:
        options.json.write_text(json.dumps(report, indent=1))


def compare(device, options):
    """Clips a second of our training step and of the original's, and how many times ours does."""
    print(f"\n{'network':16} {'original':>24} {'meshgait':>24} {'times':>6}")
    for name in options.model:
        torch.manual_seed(0)
        model = getattr(models, name)().to(device)
        clips = {
            key: clip.to(device) for key, clip in random_clips(model, *JOBS["training"]).items()
        }
        label = torch.arange(PEOPLE, device=device).repeat_interleave(CLIPS)
        try:
            original = originals.load(originals.clone_at(options.against), name, device)
        except originals.MissingError as error:
            print(f"{name:16} {error}")
            continue
        step = originals.training_step(original, Adam()(original.parameters()), clips, label)
        ours = training_step(name, model, model, clips)

        def in_precision(ours=ours):
            with precise(device, options):
                ours()

        rows = speeds([step, in_precision], PEOPLE * CLIPS, options.seconds, device)
        texts = (f"{row['median']:.1f} ({row['low']:.1f} - {row['high']:.1f})" for row in rows)
        times = rows[1]["median"] / rows[0]["median"]
        print(f"{name:16} " + " ".join(f"{text:>24}" for text in texts) + f" {times:6.2f}")
        yield {"model": name, "original": rows[0], "meshgait": rows[1], "times": times}


def measure_all(report, peak, device, options):
    print(f"\n{'network':16} {'job':9} {'seconds (quartiles)':>24} {'frames/s':>9} {'GFLOP/s':>8}")
    report["rows"] = []
    for name in options.model:
        for job in options.only:
            row = {"model": name, "job": job, **measure(name, job, device, options)}
            row["share_of_peak"] = row["gflops"] / peak
            report["rows"].append(row)
            seconds = f"{row['median']:.3f} ({row['low']:.3f} - {row['high']:.3f})"
            print(
                f"{name:16} {job:9} {seconds:>24} {row['frames_per_second']:9.0f} "
                f"{row['gflops']:8.0f} {row['share_of_peak']:5.0%}",
                flush=True,
            )


def measure(name, job, device, options):
    """Seconds of one run of `job`, frames and floating-point operations per second."""
    torch.manual_seed(0)
    model = getattr(models, name)().to(device)
    batch, frames = JOBS[job]
    clips = {key: clip.to(device) for key, clip in random_clips(model, batch, frames).items()}
    make = partial(training_step, name) if job == "training" else inference
    run = make(model, model, clips)
    with precise(device, options):
        run()
        with FlopCounterMode(display=False) as counter:
            run()
        if options.compile:
            run = make(model, compile_network(model, torch.device(device)), clips)
            run()
        figures = timed(run, device, options.seconds)
    figures["frames_per_second"] = batch * frames / figures["median"]
    figures["gflops"] = counter.get_total_flops() / 1e9 / figures["median"]
    return figures


def precise(device, options):
    return torch.autocast(device, torch.bfloat16) if options.precision == "bf16" else nullcontext()


def training_step(name, model, network, clips):
    device = next(model.parameters()).device
    label = torch.arange(PEOPLE, device=device).repeat_interleave(CLIPS)
    classifier = CLASSIFIERS.get(name, BNNeckCrossEntropy)
    criterion = classifier and classifier(*model.embedding_shape, num_ids=IDS).to(device)
    parameters = [*model.parameters(), *(criterion.parameters() if criterion else ())]
    optimizer = Adam()(parameters)

    def step():
        embedding = network(**clips)
        loss = batch_all_triplet(embedding, label)
        if criterion:
            loss = loss + 0.1 * criterion(embedding, label)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def inference(model, network, clips):
    model.eval()

    def embed():
        with torch.inference_mode():
            network(**clips)

    return embed


def convolution_peak(device, options):
    """GFLOP/s of the convolution that most gait networks spend their time in, both ways."""
    x = torch.randn(160, 64, 64, 44, device=device).to(memory_format=torch.channels_last)
    weight = torch.randn(64, 64, 3, 3, device=device).to(memory_format=torch.channels_last)
    x.requires_grad_()
    weight.requires_grad_()
    gradient = torch.ones_like(x)

    def run():
        with precise(device, options):
            y = conv2d(x, weight, padding=1)
        torch.autograd.grad(y, (x, weight), gradient.to(y.dtype))

    run()
    operations = 3 * 2 * x.numel() * 64 * 9
    return operations / 1e9 / timed(run, device, options.seconds)["median"]


def timed(run, device, seconds):
    """Median seconds over at least three calls, with the quartiles around it."""
    figures, start = [], time.perf_counter()
    while len(figures) < 3 or time.perf_counter() - start < seconds:
        before = time.perf_counter()
        run()
        if device == "cuda":
            torch.cuda.synchronize()
        figures.append(time.perf_counter() - before)
    low, median, high = statistics.quantiles(figures, n=4)
    return {"median": median, "low": low, "high": high, "calls": len(figures)}


if __name__ == "__main__":
    main()
