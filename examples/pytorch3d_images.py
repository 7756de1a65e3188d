"""Silhouette, depth and normals of a body by PyTorch3D, beside ours, and its `Meshes`.

    python examples/pytorch3d_images.py --out images.png

Without PyTorch3D, which wants an environment of its own (see the README), the reference draws in
its place: the same calls, another `backend`.
"""

import argparse
from importlib.util import find_spec

import torch
from PIL import Image

from meshgait import Body, Camera, Mesh, modalities, render


def images(mesh: Mesh, camera: Camera, backend: str) -> list[torch.Tensor]:
    """Three pictures (H, W, 3) from 0 to 1."""
    alpha = render.softras(camera.project(mesh.vertices), mesh.faces, camera.size, backend=backend)
    depth = modalities.depth(mesh, camera, backend=backend)
    near = depth[depth > 0].min()
    shade = torch.where(depth > 0, 1 - (depth - near), 0).clamp(0, 1)
    normals = modalities.normals(mesh, camera, backend=backend) / 2 + 0.5
    return [alpha[..., None].expand(*alpha.shape, 3), shade[..., None].expand_as(normals), normals]


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="pytorch3d.png")
    parser.add_argument("--pixels", type=int, default=128)
    options = parser.parse_args(argv)
    backend = "pytorch3d" if find_spec("pytorch3d") else "reference"
    body = Body.embedded()
    mesh = body(pose=torch.zeros(1, 72), betas=torch.zeros(10))[0]
    size = (options.pixels, options.pixels // 2)
    camera = Camera.orbit(30.0, 5.0, 4.0, size, target=(0.0, -0.2, 0.0), fov_deg=32.0)
    rows = [images(mesh, camera, "auto"), images(mesh, camera, backend)]
    picture = torch.cat([torch.cat(row, dim=1) for row in rows])
    Image.fromarray((picture * 255).round().byte().numpy()).save(options.out)
    for name, ours, theirs in zip(("silhouette", "depth", "normals"), *rows, strict=True):
        print(f"{name:10}  {backend} differs by {(ours - theirs).abs().mean():.1e} of 1 a pixel")
    if backend == "pytorch3d":
        meshes = mesh.to_pytorch3d()
        again = Mesh.from_pytorch3d(meshes)
        print(f"{len(meshes)} mesh of {again.vertices.shape[1]} vertices there and back")
    print(options.out)


if __name__ == "__main__":
    main()
