"""What meshgait uses of PyTorch3D 0.7.9, written anew from its documentation, in plain torch.

Structures, axes (x left, y up, half of the shorter side is 1), counting of faces through a batch,
-1 where there is nothing, strict insides, depths below 0 left out. Where PyTorch3D is installed the
same tests ask it instead.
"""

import sys
from types import ModuleType

import torch


class Meshes:
    """Meshes of one number of vertices, or lists; faces are padded by -1 at the end."""

    def __init__(self, verts, faces, textures=None, *, verts_normals=None):
        if isinstance(verts, list) != isinstance(faces, list):
            raise ValueError("Verts and Faces must be either a list or a tensor")
        if not isinstance(verts, list) and (verts.ndim != 3 or faces.ndim != 3):
            raise ValueError("Verts or Faces tensors have incorrect dimensions.")
        self._verts, self._faces = list(verts), [f[f.gt(-1).all(1)].long() for f in faces]

    def __len__(self):
        return len(self._verts)

    def verts_list(self):
        return self._verts

    def faces_list(self):
        return self._faces


def centres(size):
    """Places of the centres of pixels (H, W, 2)."""
    H, W = size
    across, down = torch.arange(W) + 0.5, torch.arange(H) + 0.5
    y, x = torch.meshgrid((H / 2 - down), (W / 2 - across), indexing="ij")
    return torch.stack([x, y], -1) * (2 / min(size))


def cross(a, b):
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]


def to_segment(point, start, end):
    along = end - start
    t = ((point - start) * along).sum(-1) / along.square().sum(-1)
    return (point - start - t.clamp(0, 1)[..., None] * along).square().sum(-1)


def rasterize_meshes(
    meshes, image_size=256, blur_radius=0.0, faces_per_pixel=8, bin_size=None,
    max_faces_per_bin=None, perspective_correct=False, clip_barycentric_coords=False,
    cull_backfaces=False, z_clip_value=None, cull_to_frustum=False,
):  # fmt: skip
    point = centres(image_size)[..., None, :]  # (H, W, 1, 2)
    rows, first = [], 0
    for verts, faces in zip(meshes.verts_list(), meshes.faces_list(), strict=True):
        corners = verts.float()[faces]
        a, b, c = corners[..., :2].unbind(1)
        area = cross(b - a, c - a)
        flat = torch.stack(
            [cross(c - b, point - b), cross(a - c, point - c), cross(b - a, point - a)], -1
        )
        weight = flat / torch.where(area == 0, 1.0, area)[:, None]
        z = corners[..., 2]
        if perspective_correct:
            weight = weight / z
            weight = weight / weight.sum(-1, keepdim=True)
        inside = (weight > 0).all(-1)
        if clip_barycentric_coords:
            weight = weight.clamp(0, 1)
            weight = weight / weight.sum(-1, keepdim=True).clamp(min=1e-5)
        depth = (weight * z).sum(-1)
        sides = ((a, b), (b, c), (c, a))
        square = torch.stack([to_segment(point, s, e) for s, e in sides]).amin(0)
        counts = (inside | (square < blur_radius)) & (depth >= 0) & (area != 0)
        key = torch.where(counts, depth.detach(), torch.inf)
        key, face = key.topk(min(faces_per_pixel, len(faces)), largest=False)
        is_there = key < torch.inf
        found = [
            torch.where(is_there, x.gather(-1, face), -1.0)
            for x in (depth, torch.where(inside, -square, square))
        ]
        chosen = weight.gather(-2, face[..., None].expand(*face.shape, 3))
        chosen = torch.where(is_there[..., None], chosen, -1.0)
        rows.append((torch.where(is_there, face + first, -1), found[0], chosen, found[1]))
        first += len(faces)
    return tuple(torch.stack(part) for part in zip(*rows, strict=True))


class BlendParams:
    def __init__(self, sigma=1e-4, gamma=1e-4, background_color=(1.0, 1.0, 1.0)):
        self.sigma = sigma


def sigmoid_alpha_blend(colors, fragments, blend_params):
    share = torch.sigmoid(-fragments.dists / blend_params.sigma) * (fragments.pix_to_face >= 0)
    alpha = 1 - (1 - share).prod(-1)
    return torch.cat([colors[..., 0, :], alpha[..., None]], -1)


def install(monkeypatch):
    """Be PyTorch3D until the test ends."""
    parts = {
        "pytorch3d": {},
        "pytorch3d.structures": {"Meshes": Meshes},
        "pytorch3d.renderer": {},
        "pytorch3d.renderer.mesh": {},
        "pytorch3d.renderer.mesh.rasterize_meshes": {"rasterize_meshes": rasterize_meshes},
        "pytorch3d.renderer.blending": {
            "BlendParams": BlendParams, "sigmoid_alpha_blend": sigmoid_alpha_blend,
        },
    }  # fmt: skip
    for name, things in parts.items():
        module = ModuleType(name)
        vars(module).update(things)
        monkeypatch.setitem(sys.modules, name, module)
