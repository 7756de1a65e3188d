"""Bodies laid over silhouettes pixel by pixel: what their shape coefficients cannot say.

The skin stands off along its normals, by as much in all frames of a clip; beside that each frame
may bend a little at every joint and be nudged in the image. So what belongs to the person is told
from what a tracker got wrong in one frame: a limb that lies too far to the left covers too much on
one side and too little on the other, one that is too thin too little on both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from meshgait.body import Body
from meshgait.body.lean import joint_reach, lean
from meshgait.camera import Camera, WeakPerspective
from meshgait.errors import ConfigError, ShapeError
from meshgait.fitting.descent import descend
from meshgait.fitting.targets import read_silhouettes
from meshgait.mesh import Mesh
from meshgait.modalities import gait_map, median_column
from meshgait.numerics import in_no_mode, made_once
from meshgait.operators import symmetric_offsets
from meshgait.render import coverage, mask, soften

METRES = 0.01  # rms of the offsets before anything is seen
_MODES, _RADIANS, _SIDES = 0.2, 0.01, 0.004  # steps of descent; the last by the image's side
_BEND, _NUDGE = 0.1, 0.01  # radians and sides that count as 1


@dataclass(frozen=True)
class RefineConfig:
    """Steps, softness and weights.

    `blur` is the first standard deviation of the softness by the image's height; it shrinks to
    nothing. Weights stand beside the sum over frames of a silhouette term that is 1 where a body
    misses all of the silhouette: `offsets` times the squared modes of the skin, 1 each where it
    stands off by a centimetre, `bend` times the squared turns of joints in tenths of a radian,
    infinite to leave them as they are, and `nudge` times the squared shift and enlargement of each
    frame in hundredths of the image's side.
    """

    steps: int = 40
    blur: float = 1 / 32
    offsets: float = 0.002
    bend: float = 0.1
    nudge: float = 0.1

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not 0 <= value < math.inf and (field.name, value) != ("bend", math.inf):
                raise ConfigError(f"{field.name} must be 0 or more, got {value}")


@dataclass(frozen=True, eq=False)
class Refined:
    """Bodies that were refined, and how sure that is.

    `offsets` (metres, outwards) are how far each vertex stands off, in all frames alike;
    `confidence` how many pixels more the clip would show if it stood off a centimetre more: 0 for
    what no frame showed at an outline. `iou` is the overlap of the hard masks by their union, of
    the bodies in `mesh` and of those given; `bare_iou` that of the given ones with `offsets` alone.
    """

    mesh: Mesh
    offsets: Float[Tensor, " V"]
    confidence: Float[Tensor, " V"]
    iou: Float[Tensor, " T"]
    start_iou: Float[Tensor, " T"]
    bare_iou: Float[Tensor, " T"]


@in_no_mode()
@torch.enable_grad()
def refine(
    mesh: Mesh,
    silhouette: np.ndarray | Tensor,
    camera: Camera | WeakPerspective | None = None,
    *,
    body: Body | None = None,
    config: RefineConfig = RefineConfig(),
) -> Refined:
    """Bodies (T, V, 3) of one person, laid over the silhouettes (T, H, W) of the same frames.

    `camera` is the one whose pictures these are, one or one per frame; a rough one will do. Without
    one the silhouettes are the normalised crops of gait data sets, and the mesh is in the axes of
    the camera (x right, y down), as estimates of SMPL are. `body` is whose mesh it is. Raises
    `ShapeError` and `DataError` for what does not fit together.
    """
    body = Body.embedded() if body is None else body
    target = read_silhouettes(silhouette).to(mesh.vertices)
    _check(mesh, target, camera, body)
    laid = Laid(mesh.to(target.dtype), target, camera or crop_camera(mesh, target), body, config)
    rates = [(laid.modes, _MODES), (laid.nudge, _SIDES)]
    if laid.bends:
        rates.append((laid.turns, _RADIANS))
    start = laid.iou(mesh.vertices)
    descend(laid.loss, rates, config.steps, lambda: None)
    offsets = laid.offsets().detach().requires_grad_()
    (confidence,) = torch.autograd.grad(laid.draw(laid.stand_off(offsets)).sum(), offsets)
    offsets = offsets.detach()
    with torch.no_grad():
        bare = laid.stand_off(offsets)
        found, joints = laid.bend(bare), laid.bend_joints()
        refined = replace(mesh, vertices=found, joints=joints)
        iou = laid.iou(found), start, laid.iou(bare)
    return Refined(refined, offsets, METRES * confidence.clamp(min=0), *iou)


def _check(mesh: Mesh, target: Tensor, camera: Camera | WeakPerspective | None, body: Body) -> None:
    frames, vertices = target.shape[0], len(body.weights)
    if target.ndim != 3 or mesh.vertices.shape != (frames, vertices, 3):
        raise ShapeError(
            f"bodies are (T, {vertices}, 3) for silhouettes (T, H, W) of one sequence; got "
            f"{tuple(mesh.vertices.shape)} and {tuple(target.shape)}"
        )
    if camera is not None and camera.size != tuple(target.shape[1:]):
        raise ShapeError(
            f"silhouettes are {target.shape[1]} x {target.shape[2]} pixels, the camera's images "
            f"{camera.size[0]} x {camera.size[1]}; camera.resize or camera.crop makes them agree"
        )


def crop_camera(mesh: Mesh, target: Float[Tensor, "T H W"]) -> WeakPerspective:
    """The camera in whose images bodies are as high as these crops, their median columns alike."""
    size = (target.shape[1], target.shape[2])
    middle = median_column(target)
    scale, shift = gait_map(mesh.vertices[..., :2], mesh.faces, size, middle=middle)
    return WeakPerspective(torch.eye(3).to(shift), scale[:, None].expand_as(shift), shift, size)


class Laid:
    """Bodies over silhouettes, and all that may change about them."""

    def __init__(
        self,
        mesh: Mesh,
        target: Float[Tensor, "T H W"],
        camera: Camera | WeakPerspective,
        body: Body,
        config: RefineConfig,
    ) -> None:
        self.mesh, self.target, self.camera, self.config = mesh, target, camera, config
        self.normals = mesh.vertex_normals()
        self.basis = offset_basis(body).to(target)
        self.bends = config.bend < math.inf
        self.reach = [joint_reach(w).to(target) for w in (body.weights, torch.eye(24))]
        self.modes = target.new_zeros(self.basis.shape[1]).requires_grad_()
        self.turns = target.new_zeros(len(target), 24, 3).requires_grad_()
        self.nudge = target.new_zeros(len(target), 3).requires_grad_()
        self._area = target.sum((1, 2))

    def offsets(self) -> Float[Tensor, " V"]:
        """Metres along the normals."""
        return METRES * self.basis @ self.modes

    def stand_off(self, offsets: Float[Tensor, " V"]) -> Float[Tensor, "T V 3"]:
        """The bodies with their skin moved."""
        return self.mesh.vertices + offsets[:, None] * self.normals

    def bend(self, vertices: Float[Tensor, "T V 3"]) -> Float[Tensor, "T V 3"]:
        """The same, turned a little at every joint; to first order."""
        if not self.bends:
            return vertices
        return lean(vertices, self.mesh.require_joints(), self.turns, self.reach[0])

    def bend_joints(self) -> Float[Tensor, "T 24 3"] | None:
        """Where the joints then are."""
        if not self.bends:
            return self.mesh.joints
        joints = self.mesh.require_joints()
        return lean(joints, joints, self.turns, self.reach[1])

    def pixels(self, vertices: Float[Tensor, "T V 3"]) -> Float[Tensor, "T V 2"]:
        """Where points are seen, each frame shifted and enlarged by its nudge."""
        seen = self.camera.project(vertices)
        middle = seen.mean(1, keepdim=True)
        larger, shift = self.nudge[:, None, :1], self.nudge[:, None, 1:]
        return seen + larger * (seen - middle) + self.target.shape[1] * shift

    def draw(self, vertices: Float[Tensor, "T V 3"]) -> Float[Tensor, "T H W"]:
        """Coverage by bodies."""
        return coverage(self.pixels(vertices), self.mesh.faces, self.camera.size)

    def loss(self, blur: float) -> Float[Tensor, ""]:
        """What is to be small; `blur` is the share of the softness that is left."""
        config, image = self.config, self.draw(self.bend(self.stand_off(self.offsets())))
        apart = soften(image - self.target, blur * config.blur * self.target.shape[1])
        terms = [
            (apart.square().sum((1, 2)) / self._area).sum(),
            config.offsets * self.modes.square().sum(),
            config.nudge * (self.nudge / _NUDGE).square().sum(),
        ]
        if self.bends:
            terms.append(config.bend * (self.turns / _BEND).square().sum())
        return torch.stack(terms).sum()

    @torch.no_grad()
    def iou(self, vertices: Float[Tensor, "T V 3"]) -> Float[Tensor, " T"]:
        """Overlap of the hard masks by their union."""
        drawn = mask(self.pixels(vertices), self.mesh.faces, self.camera.size)
        wanted = self.target > 0.5
        common, union = (x.sum((1, 2)).float() for x in (drawn & wanted, drawn | wanted))
        return common / union


def offset_basis(body: Body) -> Float[Tensor, "V M"]:
    """The smooth symmetric offsets of a body in T-pose, of rms 1 (`meshgait.operators`)."""
    arrays = body.faces, body.layer.v_template.double()
    return _basis(*(array.numpy(force=True).tobytes() for array in arrays))


@made_once(maxsize=4)
def _basis(faces: bytes, vertices: bytes) -> Float[Tensor, "V M"]:
    triangles = np.frombuffer(faces, np.int64).reshape(-1, 3)
    found = symmetric_offsets(triangles, np.frombuffer(vertices).reshape(-1, 3))
    return torch.from_numpy(found.modes)
