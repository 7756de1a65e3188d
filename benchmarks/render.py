"""Frames per second of the renderer, here and now: every backend, and PyTorch3D where it imports.

`python benchmarks/render.py --json render.json`; on a busy machine the medians say little.
"""

import argparse
import importlib
import importlib.util
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from _machine import machine, speeds, versions

from meshgait import Camera, render
from meshgait.body import Body

PACKAGES = ("meshgait", "torch", "numpy", "numba", "triton", "pytorch3d")
BACKENDS = {"numba": "cpu", "triton": "cuda", "reference": None}  # where each is timed
PEER_FRAMES = 2  # PyTorch3D takes seconds for these
SIGMA = 1e-4


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[64, 128, 512])
    parser.add_argument("--frames", type=int, nargs="+", default=[1, 8, 30, 120])
    parser.add_argument("--subpixels", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--backends", nargs="+", default=list(BACKENDS), choices=BACKENDS)
    parser.add_argument("--seconds", type=float, default=0.25, help="for each figure")
    parser.add_argument("--json", type=Path, help="also write everything to this file")
    options = parser.parse_args(argv)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    vertices, faces, mesh = body()
    report = {"machine": machine(device), "versions": versions(PACKAGES), "mesh": mesh, "rows": []}
    for name in ("machine", "versions", "mesh"):
        print(f"{name}: {report[name]}")
    print(f"\n{'renderer':22} {'pixels':>7} {'frames':>6} {'forward':>22} {'with gradient':>22}")
    for size in options.sizes:
        rows = list(ours(vertices, faces, size, options, device))
        rows += list(peers(vertices, faces, size, options, device, rows))
        report["rows"] += rows
    if options.json:
        options.json.write_text(json.dumps(report, indent=1))


def body():
    mesh = Body.embedded()(pose=torch.zeros(1, 72), betas=torch.zeros(10))[0]
    vertices, faces = mesh.vertices, mesh.faces
    return vertices, faces, f"{len(vertices)} vertices, {len(faces)} faces"


def views(vertices, frames, size, device):
    """The mesh from `frames` sides, filling nine tenths of the image, in pixels."""
    middle = (vertices.amax(0) + vertices.amin(0)) / 2
    height = (vertices.amax(0) - vertices.amin(0))[1]
    angles = torch.arange(frames) * (360 / frames) + 3
    fov_deg = 2 * float(torch.rad2deg(height / 18))
    camera = Camera.orbit(angles, 5.0, 10.0, (size, size), fov_deg=fov_deg)
    return camera.project((vertices - middle).expand(frames, -1, 3)).to(device)


def ours(vertices, faces, size, options, device):
    for backend in options.backends:
        place = BACKENDS[backend]
        missing = backend != "reference" and not importlib.util.find_spec(backend)
        if missing or place not in (device, "cpu", None):
            print(f"{backend:22} {'not installed' if missing else f'needs {place}'}")
            continue
        where = place or device
        for subpixels in options.subpixels:
            draw = partial(
                render.coverage, faces=faces.to(where), size=(size, size),
                subpixels=subpixels, backend=backend,
            )  # fmt: skip
            for frames in options.frames:
                points = views(vertices, frames, size, where)
                yield measure(f"{backend}, subpixels={subpixels}", draw, points, size, options)


def peers(vertices, faces, size, options, device, rows):
    """PyTorch3D in the same minutes, and how much faster ours are at the most frames."""
    name = "PyTorch3D, K=50"
    try:
        draw = partial(pytorch3d_alpha, faces=faces.to(device), size=(size, size))
        row = measure(name, draw, views(vertices, PEER_FRAMES, size, device), size, options)
    except ImportError as error:
        print(f"{name:22} missing: {error}")
        return
    for own in rows:
        if own["frames"] == max(options.frames):
            ratios = [own[key]["median"] / row[key]["median"] for key in ("forward", "gradient")]
            print(f"  {own['renderer']}: {ratios[0]:.0f} and {ratios[1]:.0f} times as fast")
    yield row


def pytorch3d_alpha(points, *, faces, size):
    """What its MeshRenderer with a SoftSilhouetteShader runs, without the projection."""
    blending = importlib.import_module("pytorch3d.renderer.blending")
    rasterizer = importlib.import_module("pytorch3d.renderer.mesh.rasterize_meshes")
    structures = importlib.import_module("pytorch3d.structures")
    centre = points.new_tensor([size[1] / 2, size[0] / 2])
    flat = (centre - points) / (min(size) / 2)
    space = torch.cat([flat, torch.ones_like(flat[..., :1])], dim=-1)
    meshes = structures.Meshes(space, faces.expand(len(space), -1, -1))
    face, _, _, dists = rasterizer.rasterize_meshes(
        meshes, size, np.log(1 / 1e-4 - 1) * SIGMA, 50, bin_size=0, clip_barycentric_coords=True
    )
    colors = points.new_ones(*face.shape, 3)
    fragments = SimpleNamespace(pix_to_face=face, dists=dists)
    params = blending.BlendParams(sigma=SIGMA)
    return blending.sigmoid_alpha_blend(colors, fragments, params)[..., 3]


def measure(name: str, draw: Callable, points: torch.Tensor, size: int, options) -> dict:
    wanted = points.clone().requires_grad_()
    weight = torch.rand(len(points), size, size, device=points.device)

    def gradient():
        torch.autograd.grad(draw(wanted), wanted, weight)

    row = {"renderer": name, "size": size, "frames": len(points)}
    for key, run in (("forward", partial(draw, points)), ("gradient", gradient)):
        (row[key],) = speeds([run], len(points), options.seconds, points.device.type)
    figures = (
        f"{row[key]['median']:10,.0f} ({row[key]['low']:,.0f} - {row[key]['high']:,.0f})"
        for key in ("forward", "gradient")
    )
    print(f"{name:22} {size:7} {len(points):6} " + " ".join(f"{text:>22}" for text in figures))
    return row


if __name__ == "__main__":
    main()
