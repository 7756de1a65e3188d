"""Where the time of SLN's training step in fp32 goes, and two attempts to take less of it.

`python benchmarks/step.py`: seconds of the processor for 8 clips of 6 frames, one thread, all in
turns: as it is, with the channels of its weights last, and compiled by torch.compile.
"""

import argparse
import statistics
import time

import torch
from _machine import machine
from torch.profiler import ProfilerActivity, profile

from meshgait.losses import IdentityLoss
from meshgait.models import SLN

CLIPS, FRAMES = 8, 6


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="of a step each")
    options = parser.parse_args(argv)
    torch.set_num_threads(1)
    print(machine())
    torch.manual_seed(0)
    images = torch.randint(0, 2, (CLIPS, FRAMES, 64, 44), dtype=torch.uint8) * 255
    last = SLN().to(memory_format=torch.channels_last)
    models = {"plain": SLN(), "channels last": last, "compiled": torch.compile(SLN())}
    loss = IdentityLoss(*SLN().embedding_shape, CLIPS)
    people = torch.arange(CLIPS) // 2

    def step(model):
        terms = loss(model(silhouette=images), people)
        (sum(terms.values()) if isinstance(terms, dict) else terms).backward()
        model.zero_grad()

    figures = {name: [] for name in models}
    for turn in range(options.rounds + 2):
        for name, model in models.items():
            start = time.process_time()
            step(model)
            if turn > 1:  # the first ones compile
                figures[name].append(time.process_time() - start)
    for name, own in figures.items():
        low, middle, high = statistics.quantiles(own, n=4)
        print(f"{name:16} {middle:.3f} ({low:.3f} - {high:.3f})")
    with profile(activities=[ProfilerActivity.CPU]) as found:
        step(models["plain"])
    rows = sorted(found.key_averages(), key=lambda row: -row.self_cpu_time_total)
    total = sum(row.self_cpu_time_total for row in rows)
    for row in rows[:6]:
        print(f"{100 * row.self_cpu_time_total / total:5.1f} %  {row.key}")


if __name__ == "__main__":
    main()
