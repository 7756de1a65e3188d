"""What a laser scanner under the camera sees of a walker: points and depth images."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Bool

from meshgait.camera import Camera
from meshgait.mesh import Mesh
from meshgait.modalities import Lidar, depth_image, lidar, sample_returns
from meshgait.numerics import stream

SCANS = ("points", "depth_image")
"""Modalities that `scan_clip` gives."""

POINTS = 512
HEIGHT = 1.2  # metres above the floor
STEP_DEG = 0.2
NOISE, DROPOUT = 0.02, 0.05  # metres, and the share of returns that is lost
_MARGIN_DEG = 2.0
_STEEPEST_DEG = 85.0
_WIDEST_DEG = 170.0


def scanner_at(camera: Camera, mesh: Mesh) -> Lidar:
    """A scanner where the camera stands, at the height of a chest, as wide as the walk needs it."""
    position = camera.position.detach().double().reshape(-1, 3)[0].clone()
    position[1] = HEIGHT
    away = mesh.vertices.double().reshape(-1, 3) - position
    middle = away.mean(0)
    ahead = torch.atan2(middle[0], middle[2])
    azimuth = torch.atan2(away[:, 0], away[:, 2]) - ahead
    azimuth = (azimuth + torch.pi) % (2 * torch.pi) - torch.pi
    elevation = torch.atan2(away[:, 1], away[:, [0, 2]].norm(dim=1)).rad2deg()
    width = 2 * float(azimuth.abs().max().rad2deg()) + _MARGIN_DEG
    low = max(float(elevation.min()) - _MARGIN_DEG, -_STEEPEST_DEG)
    high = min(float(elevation.max()) + _MARGIN_DEG, _STEEPEST_DEG)
    beams = max(2, round((high - low) / STEP_DEG) + 1)
    x, y, z = position.tolist()
    return Lidar(
        (x, y, z), azimuth_deg=float(ahead.rad2deg()), width_deg=min(width, _WIDEST_DEG),
        step_deg=STEP_DEG, beams=beams, lowest_deg=low, highest_deg=high, noise=NOISE,
        dropout=DROPOUT,
    )  # fmt: skip


def scan_clip(
    mesh: Mesh, camera: Camera, seen: Bool[np.ndarray, " T"], key: tuple[int, ...]
) -> dict[str, np.ndarray]:
    """Points (T, 512, 3) in the scanner's axes and depth images (T, 3, 64, 64) of frames `seen`.

    Of occluders the scanner knows nothing.
    """
    shown = Mesh(mesh.vertices[torch.from_numpy(seen)], None, mesh.faces)
    generator = torch.Generator().manual_seed(int(stream("scan", *key).integers(2**63)))
    scan = lidar(shown, scanner_at(camera, mesh), generator)
    points = sample_returns(scan, POINTS, generator).float()
    images = depth_image(scan.local.flatten(-3, -2), scan.hit.flatten(-2))
    return {"points": points.numpy(), "depth_image": images.numpy()}
