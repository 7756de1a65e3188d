"""Bodies decoded per second: meshgait's `Body` against `smplx.lbs`, taking turns.

Both blend shapes and poses, skin, return vertices and joints and move them by `transl`; the body
is the embedded one, or with `--dense` one of its size whose blend shapes have no zeros, as SMPL's.
`python benchmarks/decode.py --json decode.json`; on a busy machine the medians say little.
"""

import argparse
import json
from functools import partial
from pathlib import Path

import torch
from _machine import machine, speeds, versions
from smplx.lbs import lbs

from meshgait.body import Body
from meshgait.body._embedded import load_embedded

PACKAGES = ("meshgait", "torch", "numpy", "numba", "smplx")


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, nargs="+", default=[1, 30, 300])
    parser.add_argument("--seconds", type=float, default=2.0, help="for each figure")
    parser.add_argument("--dense", action="store_true", help="blend shapes without zeros")
    parser.add_argument("--json", type=Path, help="also write everything to this file")
    options = parser.parse_args(argv)
    report = {"machine": machine(), "versions": versions(PACKAGES), "rows": []}
    for name in ("machine", "versions"):
        print(f"{name}: {report[name]}")
    arrays = load_embedded()
    if options.dense:
        arrays["posedirs"] = arrays["posedirs"] + 1e-6
    body = Body(arrays)
    print(
        f"\n{'frames/s':>8} {'frames':>6} {'smplx.lbs':>26} {'Body':>26} {'times':>6} {'error':>8}"
    )
    for frames in options.frames:
        for task in (forward, gradient):
            report["rows"].append(compare(body, frames, task, options.seconds))
    if options.json:
        options.json.write_text(json.dumps(report, indent=1))


def compare(body, frames, task, seconds):
    inputs = 0.3 * torch.randn(frames, 72), torch.randn(10), torch.randn(frames, 3)
    decoders = [partial(decode, body) for decode in (by_smplx, by_meshgait)]
    expected, found = (decode(*inputs)[0] for decode in decoders)
    theirs, ours = speeds([partial(task, x, *inputs) for x in decoders], frames, seconds)
    row = {"task": task.__name__, "frames": frames, "smplx": theirs, "meshgait": ours}
    row["times"] = ours["median"] / theirs["median"]
    row["largest_error"] = float((expected - found).abs().max())
    figures = (f"{x['median']:,.0f} ({x['low']:,.0f} - {x['high']:,.0f})" for x in (theirs, ours))
    print(
        f"{row['task']:>8} {frames:6} " + " ".join(f"{text:>26}" for text in figures),
        f"{row['times']:6.1f} {row['largest_error']:8.1e}",
    )
    return row


def by_smplx(body, pose, betas, transl):
    layer = body.layer
    vertices, joints = lbs(
        betas.expand(len(pose), -1), pose, layer.v_template, layer.shapedirs, layer.posedirs,
        layer.J_regressor, layer.parents, layer.lbs_weights,
    )  # fmt: skip
    return vertices + transl[:, None], joints + transl[:, None]


def by_meshgait(body, pose, betas, transl):
    mesh = body(pose=pose, betas=betas, transl=transl)
    return mesh.vertices, mesh.joints


@torch.no_grad()
def forward(decode, *inputs):
    decode(*inputs)


def gradient(decode, *inputs):
    inputs = [x.clone().requires_grad_() for x in inputs]
    found = decode(*inputs)
    torch.autograd.grad(found, inputs, [x.detach() for x in found])


if __name__ == "__main__":
    main()
