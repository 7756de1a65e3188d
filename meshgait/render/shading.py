"""Pictures for people: matt surfaces in the light of the camera and of a lamp above it."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor
from torch.nn.functional import normalize

from meshgait.camera import Camera, WeakPerspective
from meshgait.numerics import in_full_precision
from meshgait.render.surface import normals
from meshgait.render.zbuffer import interpolate, rasterize_seen_by

SAMPLES = 2  # per pixel and side
AMBIENT, HEADLIGHT, LAMP = 0.25, 0.5, 0.35
LAMP_FROM = (-0.5, -0.7, -0.5)  # above the camera's left shoulder, in its axes
SKIN = (0.62, 0.70, 0.82)


@in_full_precision
def shade(
    vertices: Float[Tensor, "*batch V 3"],
    faces: Int[Tensor, "F 3"],
    camera: Camera | WeakPerspective,
    *,
    color: tuple[float, float, float] | Float[Tensor, "*batch V 3"] = SKIN,
    background: tuple[float, float, float] | Float[Tensor, "*#batch H W 3"] = (1.0, 1.0, 1.0),
    opacity: float = 1.0,
) -> UInt8[Tensor, "*batch H W 3"]:
    """Picture of a mesh (world axes, metres) as `camera` sees it: RGB from 0 to 255.

    `color` is one for the mesh or one per vertex, `background` one for the image or one per pixel;
    colours are in [0, 1]. Below an `opacity` of 1 the background shows through the mesh. Both
    sides of a face are lit. Raises `DataError` if the mesh reaches behind the camera.
    """
    vertices = vertices.detach()
    fine = camera.resize((SAMPLES * camera.size[0], SAMPLES * camera.size[1]))
    fragments = rasterize_seen_by(fine, vertices, faces)
    facing = normals(fragments, camera.to_camera(vertices), faces)
    facing = facing * -facing[..., 2:].sign()  # towards the camera
    lamp = normalize(facing.new_tensor(LAMP_FROM), dim=0)
    light = AMBIENT - HEADLIGHT * facing[..., 2] + LAMP * (facing @ lamp).clamp(min=0)
    if isinstance(color, Tensor):
        paint = interpolate(fragments, faces, color.to(light))
    else:
        paint = light.new_tensor(color)
    behind = torch.as_tensor(background).to(light)
    if behind.ndim > 1:
        behind = behind.repeat_interleave(SAMPLES, -3).repeat_interleave(SAMPLES, -2)
    lit = opacity * (paint * light[..., None]).clamp(0, 1) + (1 - opacity) * behind
    seen = (fragments.face >= 0)[..., None]
    picture = torch.where(seen, lit, behind)
    H, W = camera.size
    picture = picture.unflatten(-3, (H, SAMPLES)).unflatten(-2, (W, SAMPLES)).mean((-4, -2))
    return (picture * 255).round().to(torch.uint8)
