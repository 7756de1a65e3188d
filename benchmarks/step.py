"""Where the time of SLN's training step in fp32 goes, and attempts to take less of it.

`python benchmarks/step.py`: seconds of the processor for 8 clips of 6 frames, one thread, all in
turns: as it is, with the channels of its weights last, with each activation inside its convolution,
and compiled by torch.compile. Then what share of the processor's matrix products its convolutions
reach, and how much Winograd's algorithm (`_winograd.py`), which multiplies less, would take off.
"""

import argparse
import statistics
import time

import torch
from _machine import machine
from _winograd import Winograd
from torch import nn
from torch.nn.functional import conv2d
from torch.profiler import ProfilerActivity, profile

from meshgait.losses import IdentityLoss
from meshgait.models import SLN

CLIPS, FRAMES = 8, 6
LAYERS = ((64, 64, 64, 44), (64, 128, 32, 22), (128, 128, 32, 22), (256, 256, 16, 11))  # of SLN
SLOPE = 0.01  # of LeakyReLU


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="of a step each")
    options = parser.parse_args(argv)
    torch.set_num_threads(1)
    print(machine())
    time_steps(options.rounds)
    time_layers(options.rounds)


def time_steps(rounds):
    torch.manual_seed(0)
    images = torch.randint(0, 2, (CLIPS, FRAMES, 64, 44), dtype=torch.uint8) * 255
    models = {
        "plain": SLN(),
        "channels last": SLN().to(memory_format=torch.channels_last),
        "fused": fused(SLN()),
        "compiled": torch.compile(SLN()),
    }
    loss = IdentityLoss(*SLN().embedding_shape, CLIPS)
    people = torch.arange(CLIPS) // 2

    def step(model):
        sum(loss(model(silhouette=images), people).values()).backward()
        model.zero_grad()

    found = in_turns({name: lambda m=model: step(m) for name, model in models.items()}, rounds)
    for name, own in found.items():
        low, middle, high = statistics.quantiles(own, n=4)
        print(f"{name:16} {middle:.3f} ({low:.3f} - {high:.3f})")
    with profile(activities=[ProfilerActivity.CPU]) as seen:
        step(models["plain"])
    rows = sorted(seen.key_averages(), key=lambda row: -row.self_cpu_time_total)
    total = sum(row.self_cpu_time_total for row in rows)
    for row in rows[:6]:
        print(f"{100 * row.self_cpu_time_total / total:5.1f} %  {row.key}")


def time_layers(rounds):
    """Forward passes of single layers, milliseconds of the processor, and errors of both ways."""
    a, b = torch.randn(2, 1024, 1024)
    for inner, outer, height, width in LAYERS:
        torch.manual_seed(0)
        images = torch.randn(16, inner, height, width).to(memory_format=torch.channels_last)
        weight = torch.randn(outer, inner, 3, 3) / (9 * inner) ** 0.5
        last = weight.to(memory_format=torch.channels_last)
        winograd = Winograd(weight)
        ways = {
            "product": lambda: a @ b,
            "direct": lambda i=images, w=last: conv2d(i, w, padding=1),
            "winograd": lambda i=images, w=winograd: w(i),
        }
        middle = {name: statistics.median(own) for name, own in in_turns(ways, rounds).items()}
        right = conv2d(images.double(), weight.double(), padding=1)
        wrong = [
            (ways[n]() - right).abs().max() / right.abs().max() for n in ("direct", "winograd")
        ]
        share = images[:, 0].numel() * inner * outer * 9 / middle["direct"]
        share /= 1024**3 / middle["product"]
        print(
            f"{inner:3} to {outer:3} channels, {height} x {width}: direct "
            f"{1e3 * middle['direct']:.1f} ({share:.0%} of a product's speed, error "
            f"{wrong[0]:.1e}), Winograd {1e3 * middle['winograd']:.1f} (error {wrong[1]:.1e})"
        )


def in_turns(ways, rounds):
    """Seconds of the processor of each way, `rounds` times; the first two compile."""
    found = {name: [] for name in ways}
    for turn in range(rounds + 2):
        for name, way in ways.items():
            start = time.process_time()
            way()
            if turn > 1:
                found[name].append(time.process_time() - start)
    return found


class Fused(torch.autograd.Function):
    """A convolution with LeakyReLU inside, which PyTorch has for inference alone."""

    @staticmethod
    def forward(ctx, images, weight):
        sides = [side // 2 for side in weight.shape[2:]]
        found = torch.ops.mkldnn._convolution_pointwise(
            images, weight, None, sides, [1, 1], [1, 1], 1, "leaky_relu", [SLOPE], ""
        )
        ctx.save_for_backward(images, weight, found)
        ctx.sides = sides
        return found

    @staticmethod
    def backward(ctx, gradient):
        images, weight, found = ctx.saved_tensors
        gradient = torch.ops.aten.leaky_relu_backward(gradient, found, SLOPE, True)
        wanted = [ctx.needs_input_grad[0], True, False]
        return torch.ops.aten.convolution_backward(
            gradient, images, weight, None, [1, 1], ctx.sides, [1, 1], False, [0, 0], 1, wanted
        )[:2]


class FusedConvolution(nn.Module):
    """A layer of it, without bias."""

    def __init__(self, weight):
        super().__init__()
        self.weight = weight

    def forward(self, images):
        return Fused.apply(images, self.weight)


def fused(model):
    """`model`, each activation inside the convolution before it."""
    layers = (layer for layer in model.backbone if not isinstance(layer, nn.LeakyReLU))
    model.backbone = nn.Sequential(
        *(FusedConvolution(x.conv.weight) if hasattr(x, "conv") else x for x in layers)
    )
    return model


if __name__ == "__main__":
    main()
