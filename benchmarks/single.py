"""Calls of one frame: a body decoded beside smplx, what attempts would make of it, one image drawn.

`python benchmarks/single.py`: microseconds of the processor, one thread, all in turns. "Its shape
known" and "unchecked" are attempts that the library does not make. An image of one triangle tells
what drawing costs whatever is drawn.
"""

import argparse
import statistics
import time
from functools import partial

import torch
from _machine import machine
from smplx.lbs import lbs

from meshgait.body import Body
from meshgait.render import coverage

CALLS = 20


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40, help=f"of {CALLS} calls each")
    options = parser.parse_args(argv)
    torch.set_num_threads(1)
    print(machine())
    ways = decoders() | images()
    figures = {name: [] for name in ways}
    for _ in range(options.rounds):
        for name, way in ways.items():
            way()
            start = time.process_time()
            for _ in range(CALLS):
                way()
            figures[name].append((time.process_time() - start) / CALLS * 1e6)
    for name, own in figures.items():
        low, middle, high = statistics.quantiles(own, n=4)
        print(f"{name:36} {middle:7.1f} ({low:.1f} - {high:.1f})", end="")
        pairs = zip(figures["smplx.lbs"], own, strict=True)
        times = statistics.median(theirs / ours for theirs, ours in pairs)
        print(f"  {times:.1f} times" if name.startswith("Body") else "")


def decoders():
    """One pose by smplx, by `Body` and by bodies that leave something out."""
    torch.manual_seed(0)
    inputs = {
        "pose": 0.3 * torch.randn(1, 72),
        "betas": torch.randn(10),
        "transl": torch.zeros(1, 3),
    }
    whole, shaped, unchecked = (Body.embedded() for _ in range(3))
    layer, betas = whole.layer, inputs["betas"][None]
    vertices, joints = whole.shape(betas), whole._own_rest(betas)
    shaped.shape, shaped._own_rest = lambda _: vertices, lambda _: joints
    unchecked._check = lambda *_: None
    theirs = partial(
        lbs, betas, inputs["pose"], layer.v_template, layer.shapedirs, layer.posedirs,
        layer.J_regressor, layer.parents, layer.lbs_weights,
    )  # fmt: skip
    return {
        "smplx.lbs": lambda: theirs()[0] + inputs["transl"][:, None],
        "Body": partial(whole, **inputs),
        "Body, its shape known": partial(shaped, **inputs),
        "Body, unchecked": partial(unchecked, **inputs),
        "Body, in inference mode": partial(torch.inference_mode()(whole.forward), **inputs),
        "blending the shape alone": partial(whole.shape, betas),
    }


def images():
    """A body and a triangle, 64 x 64."""
    body = Body.embedded()
    corners, faces = torch.tensor([[1.0, 1.0], [5.0, 1.0], [1.0, 5.0]]), torch.tensor([[0, 1, 2]])
    seen = body(pose=torch.zeros(1, 72), betas=torch.zeros(10)).vertices[0, :, :2]
    points = (30 * seen + 32).contiguous()
    return {
        "image of a body": partial(coverage, points, body.faces, (64, 64)),
        "image of a triangle": partial(coverage, corners, faces, (64, 64)),
    }


if __name__ == "__main__":
    main()
