"""Modalities drawn of SMPL estimates, each a function of rows (T, 85)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import avg_pool2d

from meshgait.body import Body, parsing_labels
from meshgait.camera import WeakPerspective
from meshgait.mesh import Mesh
from meshgait.modalities import (
    COCO17,
    Grid,
    JointSet,
    Lidar,
    LidarScan,
    canonical_mesh,
    depth_image,
    flow_image,
    front_silhouette,
    lidar,
    normalize_parsing,
    normalized_coverage,
    normalized_flow,
    parts,
    pose_heatmap,
    sample_returns,
    skeleton3d,
    voxels,
)
from meshgait.modalities.scene import GRID
from meshgait.nn import Network
from meshgait.render import shade

PICTURE_PX = 128  # side of the square in which SMPL estimates place a person
_FINER = 2  # pixels drawn for one that is kept
_Y_UP = (1.0, -1.0, -1.0)
_SCANNER = Lidar(
    (0.0, 0.0, 6.0), azimuth_deg=180.0, width_deg=30.0, step_deg=0.2, beams=116, lowest_deg=-12.0,
    highest_deg=11.0, noise=0.0,
)  # fmt: skip


@dataclass(frozen=True)
class Form:
    """Height and width of images, the grid of volumes, how many points: as a network reads them."""

    size: tuple[int, int] = (64, 44)
    grid: Grid = GRID
    points: int = 1024

    @classmethod
    def of(cls, model: Network) -> Form:
        """That of the images or volumes which `model` is configured to read."""
        size: Any = getattr(getattr(model, "config", None), "size", ())
        grid = getattr(model, "grid", GRID)
        return cls(size=(size[0], size[1]) if len(size) == 2 else (64, 44), grid=grid)


USUAL = Form()


def decode_estimate(smpl: Float[Tensor, "T 85"], body: Body) -> Mesh:
    """The body that the estimates describe: axes of the camera (y down), the pelvis at 0."""
    mesh = body(pose=smpl[:, 3:75], betas=smpl[:, 75:])
    joints = mesh.require_joints()
    root = joints[:, :1]
    return Mesh(mesh.vertices - root, joints - root, mesh.faces)


def skeleton2d_of(smpl: Float[Tensor, "T 85"], joint_set: JointSet = COCO17) -> Tensor:
    """Keypoints (T, K, 3) in pixels of the estimates' square picture, all of confidence 1."""
    body = estimated_body()
    places = skeleton3d(decode_estimate(smpl, body), joint_set, landmarks=body.landmarks)
    scale, shift = smpl[:, None, :1], smpl[:, None, 1:3]
    pixels = (scale * places[..., :2] + shift + 1) * (PICTURE_PX / 2)
    return torch.cat([pixels, torch.ones_like(pixels[..., :1])], dim=-1)


def _camera(smpl: Float[Tensor, "T 85"], side: int) -> WeakPerspective:
    return WeakPerspective.from_romp(smpl[:, :3], (side, side))


def _silhouette_of(smpl: Float[Tensor, "T 85"], form: Form) -> Tensor:
    """Of bodies without clothes, grey at the edge."""
    mesh = decode_estimate(smpl, estimated_body())
    seen = normalized_coverage(mesh.vertices[..., :2], mesh.faces, form.size)
    return (seen * 255).round().to(torch.uint8)


def _parsing_of(smpl: Float[Tensor, "T 85"], form: Form) -> Tensor:
    body, side = estimated_body(), _FINER * form.size[0]
    labels = parts(
        decode_estimate(smpl, body), _camera(smpl, side), parsing_labels(body.weights), background=0
    )
    return torch.from_numpy(normalize_parsing(labels.to(torch.uint8).numpy(), form.size))


def _rgb_of(smpl: Float[Tensor, "T 85"], form: Form) -> Tensor:
    """Pictures (T, 3, H, H / 2) of bodies without clothes on black, as GaitNet reads people."""
    mesh, side = decode_estimate(smpl, estimated_body()), _FINER * form.size[0]
    picture = shade(mesh.vertices, mesh.faces, _camera(smpl, side), background=(0.0, 0.0, 0.0))
    middle = picture[:, :, side // 4 : -side // 4].movedim(3, 1).float()
    return avg_pool2d(middle, _FINER).round().to(torch.uint8)


def _upright(smpl: Float[Tensor, "T 85"]) -> Mesh:
    mesh, turn = decode_estimate(smpl, estimated_body()), smpl.new_tensor(_Y_UP)
    return Mesh(mesh.vertices * turn, mesh.require_joints() * turn, mesh.faces)


def _heatmap_of(smpl: Float[Tensor, "T 85"], form: Form) -> Tensor:
    height, width = form.size
    margin = (height - width) // 2
    maps = pose_heatmap(skeleton2d_of(smpl), side=height)[..., margin : margin + width]
    return (maps * 255).round().to(torch.uint8)


def _scan(smpl: Float[Tensor, "T 85"]) -> LidarScan:
    """What a scanner at the place of the camera sees of the bodies, without noise."""
    return lidar(_upright(smpl), _SCANNER, torch.Generator().manual_seed(0))


def _points_of(smpl: Float[Tensor, "T 85"], form: Form) -> Tensor:
    return sample_returns(_scan(smpl), form.points, torch.Generator().manual_seed(0))


def _depth_image_of(smpl: Float[Tensor, "T 85"], form: Form) -> Tensor:
    scan = _scan(smpl)
    return depth_image(scan.local.flatten(-3, -2), scan.hit.flatten(-2))


def _front_of(smpl: Float[Tensor, "T 85"], form: Form) -> Tensor:
    return (front_silhouette(estimated_body(), smpl, form.size) > 0.5).to(torch.uint8)


def _flow_of(smpl: Float[Tensor, "T 85"], form: Form) -> Tensor:
    """Of the crop, so that a body that only comes nearer stands still."""
    mesh = decode_estimate(smpl, estimated_body())
    return flow_image(normalized_flow(mesh.vertices, mesh.faces, form.size))


DERIVATIONS: dict[str, Callable[[Float[Tensor, "T 85"], Form], Tensor]] = {
    "silhouette": _silhouette_of,
    "skeleton2d": lambda smpl, _: skeleton2d_of(smpl),
    "skeleton3d": lambda smpl, _: _upright(smpl).require_joints(),
    "pose_heatmap": _heatmap_of,
    "parsing": _parsing_of,
    "rgb": _rgb_of,
    "points": _points_of,
    "depth_image": _depth_image_of,
    "smpl_silhouette": _front_of,
    "flow": _flow_of,
    "voxels": lambda smpl, form: voxels(canonical_mesh(_upright(smpl)), form.grid),
}
"""Modalities that can be made of `smpl`, and how."""


@lru_cache(maxsize=1)
def estimated_body() -> Body:
    """The body that estimates are drawn with."""
    return Body.embedded()
