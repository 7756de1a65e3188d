"""What a CUDA machine must show: `make bench-gpu`, minutes on one card.

Coverage (against the reference, then timed for few and many frames, beside PyTorch3D where it is
installed), hard masks, z-buffer, decoding, sparse maps, every network's training step, a fit and
walkers that are drawn on the device. At the end is listed what draws or computes there without a
kernel of ours, by plain torch, and what does not run at all. `--device cpu` tries this script.
"""

import argparse
import inspect
import json
import time
from functools import partial
from pathlib import Path

import torch
from _machine import machine, speeds, versions
from models import PACKAGES as NETWORK_PACKAGES
from models import training_step
from render import PEER_FRAMES, pytorch3d_alpha, views
from scipy.sparse import csr_array

from meshgait import models, render
from meshgait.body import Body
from meshgait.body import decode as body_decode
from meshgait.data.synthetic.dataset import SyntheticGait
from meshgait.data.synthetic.render_clip import WildConfig, dressed
from meshgait.errors import MeshgaitError
from meshgait.fitting import FitConfig, fit_silhouettes
from meshgait.nn.graph import SparseMap, sparse_map
from meshgait.numerics import settle
from meshgait.render import contour, softras, winding, zbuffer
from meshgait.render.backend import choice
from meshgait.zoo import random_clips

PACKAGES = (*NETWORK_PACKAGES, "triton", "pytorch3d")
PLAN = {30: 100_000, 960: 300_000}  # frames a second at 64 px with the gradient
SIZE = (64, 64)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cuda", choices=("cuda", "cpu"))
    parser.add_argument("--frames", type=int, nargs="+", default=list(PLAN))
    parser.add_argument("--model", nargs="+", default=list(trainable()))
    parser.add_argument("--seconds", type=float, default=1.0, help="for each figure")
    parser.add_argument("--json", type=Path, help="also write everything to this file")
    options = parser.parse_args(argv)
    if options.device == "cuda" and not torch.cuda.is_available():
        print("torch sees no CUDA device here, so nothing was run; `meshgait doctor` says more")
        return
    start = time.perf_counter()
    report = {"machine": machine(options.device), "versions": versions(PACKAGES), "rows": []}
    for name in ("machine", "versions"):
        print(f"{name}: {report[name]}")
    print(f"\n{'what':34} {'frames':>6} {'by':10} {'frames/s (quartiles)':>34}")
    body, broken = Body.embedded().to(options.device), {}
    for job in (coverage, pictures, decoding, sparse, networks, fit, walkers):
        try:
            for row in job(body, options):
                report["rows"].append(row)
                show(row)
        except (MeshgaitError, RuntimeError, TypeError, ValueError, ImportError) as error:
            broken[job.__name__] = f"{type(error).__name__}: {str(error).splitlines()[0]}"
            print(f"{job.__name__:34} {broken[job.__name__]}")
    report |= {"plain torch": plain(body, options.device), "does not run": broken}
    print("\nby plain torch here: " + (", ".join(report["plain torch"]) or "nothing"))
    print("does not run here: " + (", ".join(broken) or "nothing"))
    print(f"{time.perf_counter() - start:.0f} s in all")
    if options.json:
        options.json.write_text(json.dumps(report, indent=1))


def trainable():
    """Networks that learn from clips alone."""
    for name in models.networks():
        if list(getattr(models, name)().parameters()):
            yield name


def show(row):
    if "median" not in row:
        print(f"{row['what']:34} {row['text']}", flush=True)
        return
    text = f"{row['median']:,.0f} ({row['low']:,.0f} - {row['high']:,.0f})"
    plan = f"  plan {row['plan']:,}" if row.get("plan") else ""
    print(f"{row['what']:34} {row['frames']:6} {row['by']:10} {text:>34}{plan}", flush=True)


def timed(what, by, run, frames, options, **more):
    (figures,) = speeds([run], frames, options.seconds, options.device)
    return {"what": what, "by": by, "frames": frames, **figures, **more}


def with_gradient(draw, points):
    leaf = points.detach().clone().requires_grad_()
    weight = torch.rand_like(draw(leaf).detach())

    def run():
        torch.autograd.grad(draw(leaf), leaf, weight)

    return run


def coverage(body, options):
    vertices, faces = standing(body)
    by = choice(options.device, contour.MODULES).backend
    draw = partial(render.coverage, faces=faces, size=SIZE)
    points = views(vertices.cpu(), 3, SIZE[0], options.device)
    images, slopes = [], []
    for backend in ("auto", "reference"):
        leaf = points.double().requires_grad_()
        images.append(draw(leaf, backend=backend))
        slopes.append(torch.autograd.grad(images[-1].square().sum(), leaf)[0])
    error = float((images[0] - images[1]).detach().abs().max())
    slope = float((slopes[0] - slopes[1]).norm() / slopes[1].norm())
    text = f"differs from the reference by {error:.1e}, its gradient by {slope:.1e}"
    yield {"what": f"coverage by {by}", "text": text}
    for frames in options.frames:
        points = views(vertices.cpu(), frames, SIZE[0], options.device)
        yield timed("coverage", by, partial(draw, points), frames, options)
        run = with_gradient(draw, points)
        row = timed("coverage with gradient", by, run, frames, options, plan=PLAN.get(frames))
        yield row
    if options.device == "cuda":
        try:
            peer = partial(pytorch3d_alpha, faces=faces, size=SIZE)
            points = views(vertices.cpu(), PEER_FRAMES, SIZE[0], options.device)
            theirs = timed("PyTorch3D with gradient, K=50", "pytorch3d",
                           with_gradient(peer, points), PEER_FRAMES, options)  # fmt: skip
            yield theirs
            times = row["median"] / theirs["median"]
            yield {"what": "coverage / PyTorch3D", "text": f"{times:.1f} times (plan 10)"}
        except ImportError as error:
            yield {"what": "PyTorch3D", "text": f"not timed: {error}"}


def standing(body):
    device = body.weights.device
    mesh = body(pose=torch.zeros(1, 72, device=device), betas=torch.zeros(10, device=device))[0]
    return mesh.vertices, mesh.faces


def pictures(body, options):
    vertices, faces = standing(body)
    points = views(vertices.cpu(), 30, SIZE[0], options.device)
    deep = torch.cat([points, torch.ones_like(points[..., :1])], -1)
    for what, run, modules in (
        ("hard mask", lambda: render.mask(points, faces, SIZE), winding.MODULES),
        ("z-buffer", lambda: render.rasterize(deep, faces, SIZE), zbuffer.MODULES),
    ):
        yield timed(what, choice(options.device, modules).backend, run, 30, options)


def decoding(body, options):
    by = "numba" if body_decode._has_kernels(body.weights) else "torch"
    for frames in (1, 30, 960):
        pose = 0.3 * torch.randn(frames, 72, device=options.device)
        betas = torch.randn(10, device=options.device)

        def decode(pose, betas=betas):
            return body(pose=pose, betas=betas).vertices

        yield timed("decode", by, partial(decode, pose), frames, options)
        yield timed("decode with gradient", by, with_gradient(decode, pose), frames, options)


def sparse(body, options):
    matrix = csr_array(body.layer.J_regressor.cpu().numpy())
    layer = SparseMap(matrix.T @ matrix).to(options.device)
    x = torch.randn(30, layer.shape[1], 32, device=options.device)
    by = "numba" if sparse_map.has_kernels(x) else "torch"
    yield timed("SparseMap with gradient", by, with_gradient(layer, x), 30, options)


def networks(_, options):
    precision = settle("auto", torch.device(options.device))
    for name in options.model:
        torch.manual_seed(0)
        model = getattr(models, name)().to(options.device)
        clips = {k: clip.to(options.device) for k, clip in random_clips(model, 16, 10).items()}
        step = training_step(name, model, model, clips)
        with torch.autocast(options.device, torch.bfloat16, enabled=precision == "bf16"):
            yield timed(f"{name}, training step", precision, step, 160, options)


def fit(body, options):
    device = options.device
    if "device" not in inspect.signature(fit_silhouettes).parameters:
        yield {"what": "fit", "text": "has no device of its own: it follows what it is given"}
    mesh = body(pose=torch.zeros(4, 72, device=device), betas=torch.zeros(10, device=device))
    points = views(mesh.vertices[0].cpu(), 4, 96, device)
    masks = render.mask(points, mesh.faces, (96, 96))
    config = FitConfig(rigid_steps=8, pose_steps=16)
    start = time.perf_counter()
    found = fit_silhouettes(masks, body=body, config=config)
    seconds = time.perf_counter() - start
    where = found.motion.pose.device
    yield {"what": "fit of 4 frames, 24 steps", "text": f"{seconds:.1f} s, result on {where}"}


def walkers(body, options):
    """The meshes of walkers' clips as `SyntheticGait` films them, drawn on the device."""
    data = SyntheticGait("test", identities=2, config=WildConfig(clips=2), progress=False)
    by = choice(options.device, contour.MODULES).backend
    cpu = Body.embedded()
    clips = [data.clip(index) for index in range(len(data))]
    meshes = [(dressed(cpu, clip), clip.camera) for clip in clips]
    frames = sum(len(mesh.vertices) for mesh, _ in meshes)

    def film():
        for mesh, camera in meshes:
            points = camera.project(mesh.vertices).to(options.device)
            middle = points.mean(1, keepdim=True).floor()
            corner = middle - points.new_tensor([camera.size[1] / 2, camera.size[0] / 2])
            render.coverage(points - corner, mesh.faces.to(options.device), size=camera.size)

    yield timed("walkers drawn as SyntheticGait", by, film, frames, options)
    yield {"what": "SyntheticGait", "text": "decodes, dresses and segments on the CPU"}


def plain(body, device):
    """What has kernels elsewhere and none on this device, by asking what would be used."""
    kinds = {
        "coverage": contour.MODULES, "mask": winding.MODULES, "z-buffer": zbuffer.MODULES,
        "softras": inspect.getmodule(softras).MODULES,
    }  # fmt: skip
    found = [name for name, own in kinds.items() if choice(device, own).backend == "reference"]
    if not body_decode._has_kernels(body.weights):
        found.append("decode")
    if not sparse_map.has_kernels(torch.zeros(1, 2, 3, device=device)):
        found += ["SparseMap", "attention on meshes", "diffusion"]
    if device != "cpu":
        found.append("sums of Euclidean distances")
    return found


if __name__ == "__main__":
    main()
