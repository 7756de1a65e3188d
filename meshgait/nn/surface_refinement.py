"""A learnt fit: a few unrolled steps that lay estimated bodies over silhouettes, each drawn anew.

Where the outline of the drawn body lies inside that of the silhouette, the difference of the two
images is positive, and the skin there is pulled out; a learnt map makes of the pulls on all
vertices, averaged over the clip by how well each was seen, a step of shape and of smooth offsets.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn.functional import grid_sample

from meshgait.body import Body
from meshgait.body._embedded import load_embedded
from meshgait.body.kinematics import PartialBody
from meshgait.body.lean import joint_reach, lean
from meshgait.body.smpl_row import CAMERA, JOINTS, SHAPE
from meshgait.mesh import Mesh
from meshgait.modalities import gait_map
from meshgait.nn.frames import Frames
from meshgait.numerics import in_full_precision, in_no_mode, made_once
from meshgait.operators import hierarchy, spirals, symmetric_offsets
from meshgait.render import coverage, soften
from meshgait.rotation import axis_angle_to_matrix

METRES = 0.01  # rms of the offsets where all modes are N(0, 1)
_BLUR_PX = 1.5
_SEEN = 0.05  # share of the frames in which a vertex must be at an outline to be half believed
_STIFF = 0.02  # square metres beside the inertia of what is seen of a limb
_PRIOR = 5.0  # vertices that must be seen for a mode to be half believed
_LENGTH = 8  # of a spiral


class Surface(NamedTuple):
    """The coarse mesh that is drawn: its vertices among the body's, and its smooth offsets."""

    kept: Int[np.ndarray, " V"]
    faces: Int[np.ndarray, "F 3"]
    modes: Float[np.ndarray, "V M"]
    spirals: Int[np.ndarray, "V L"]


@made_once(maxsize=8)
def surface(vertices: int, modes: int) -> Surface:
    """The embedded body with so many vertices."""
    body = load_embedded()
    faces, whole = body["f"], body["v_template"].astype(np.float64)
    steps = max(1, round(math.log(len(whole) / vertices, 4)))
    level = hierarchy(faces, whole, [(len(whole) / vertices) ** (1 / steps)] * steps)[-1]
    along = symmetric_offsets(faces, whole, count=modes).modes[level.kept]
    return Surface(level.kept, level.faces, along, spirals(level.faces, level.vertices, _LENGTH))


class Laid(NamedTuple):
    """Bodies laid over images: seen from the camera, with what is known of each vertex.

    `code` holds for each clip the modes of the skin and what was added to its betas, `turns` the
    bends of each frame, `pixels` the vertices in the images, `scale` pixels per metre, `confidence`
    whether vertices are at an outline, 0 to 1, `drawn` the bodies.
    """

    code: Float[Tensor, "B D"]
    turns: Float[Tensor, "N 24 3"]
    pixels: Float[Tensor, "N V 2"]
    scale: Float[Tensor, " N"]
    confidence: Float[Tensor, "N V"]
    drawn: Float[Tensor, "N H W"]


class SurfaceRefinement(nn.Module):
    """`steps` unrolled steps; the layer of the skin belongs to a clip, a small bend to each frame.

    The gradient goes through every drawing. It begins with about the step of least squares.

    >>> refinement = SurfaceRefinement(vertices=108, modes=8, steps=2)
    >>> frames = Frames.of(torch.zeros(2, 3), None)
    >>> smpl, silhouettes = torch.zeros(6, 85), torch.zeros(6, 64, 44)
    >>> refinement(silhouettes, smpl, torch.ones(2).bool(), frames).code.shape
    torch.Size([2, 18])
    """

    faces: Tensor
    modes: Tensor
    reach: Tensor

    def __init__(self, vertices: int, modes: int, steps: int) -> None:
        super().__init__()
        self.steps, self.code = steps, modes + SHAPE
        found = surface(vertices, modes)
        self.body = PartialBody(Body.embedded(), torch.from_numpy(found.kept))
        with in_no_mode():
            self.register_buffer("faces", torch.from_numpy(found.faces), persistent=False)
            along = torch.from_numpy(found.modes).to(torch.get_default_dtype())
            self.register_buffer("modes", along, persistent=False)
            self.register_buffer("reach", joint_reach(self.body.weights), persistent=False)
        self.update = nn.Linear(2 * vertices + self.code, self.code)
        self.bend = nn.Parameter(torch.ones(JOINTS))
        self.start_()

    @torch.no_grad()
    def start_(self) -> None:
        """Steps half of the way to the modes that are nearest to what pulls, themselves N(0, 1)."""
        modes = surface(len(self.modes), self.modes.shape[1]).modes
        count = modes.shape[1]
        solve = np.linalg.inv(modes.T @ modes + _PRIOR * np.eye(count)) / 2
        nn.init.normal_(self.update.weight, 0.0, 1e-3)
        nn.init.zeros_(self.update.bias)
        for first, part in ((0, solve @ modes.T), (2 * len(modes), -_PRIOR * solve)):
            place = self.update.weight[:count, first : first + part.shape[1]]
            place.copy_(torch.from_numpy(part))
        nn.init.constant_(self.bend, 0.5)

    @in_full_precision
    def forward(
        self,
        images: Float[Tensor, "N H W"],
        smpl: Float[Tensor, "N 85"],
        both: Bool[Tensor, " B"],
        frames: Frames,
    ) -> Laid:
        """Refine the clips that have `both`; the others stay as they are estimated.

        Frames are packed. Silhouettes are as high as their images, as data sets crop them.
        """
        rotation = self.rotations(smpl)
        betas, there = smpl[:, -SHAPE:], both[:, None].to(smpl)
        code = smpl.new_zeros(frames.batch, self.code)
        turns, size = smpl.new_zeros(len(smpl), JOINTS, 3), (images.shape[1], images.shape[2])
        for _ in range(self.steps):
            placed, joints, unit = self._place(rotation, betas, frames.repeat(code), turns)
            laid = self._lay(placed, unit, code, turns, size)
            pull = self._pull(images, laid) * frames.repeat(there)
            seen = frames.mean(laid.confidence)
            told = [frames.mean(pull) / (seen + _SEEN) / METRES, seen / (seen + _SEEN), code]
            code = code + there * self.update(torch.cat(told, dim=1))
            turns = turns + self._torque(placed, joints, unit, pull, laid.confidence)
        placed, _, unit = self._place(rotation, betas, frames.repeat(code), turns)
        return self._lay(placed, unit, code, turns, size)

    @staticmethod
    def rotations(smpl: Float[Tensor, "N 85"]) -> Float[Tensor, "N 24 3 3"]:
        """Of the joints against their parents, the pelvis against the camera."""
        return axis_angle_to_matrix(smpl[:, CAMERA:-SHAPE].unflatten(1, (JOINTS, 3)))

    def rest(
        self, betas: Float[Tensor, "B 10"], code: Float[Tensor, "B D"]
    ) -> tuple[Float[Tensor, "B V 3"], Float[Tensor, "B V"]]:
        """The refined body in T-pose, and how far its skin stands off, metres."""
        modes, more = code.split([self.code - SHAPE, SHAPE], dim=1)
        height = METRES * modes @ self.modes.T
        bare = self.body.shape(betas + more)
        return bare + height[..., None] * self._normals(bare), height

    @in_full_precision
    def draw(
        self,
        rotation: Float[Tensor, "N 24 3 3"],
        betas: Float[Tensor, "N 10"],
        code: Float[Tensor, "N D"],
        size: tuple[int, int],
    ) -> Float[Tensor, "N H W"]:
        """Silhouettes of one clip's bodies in the poses, and so the views, of another."""
        turns = code.new_zeros(len(code), JOINTS, 3)
        placed, _, unit = self._place(rotation, betas, code, turns)
        return self._lay(placed, unit, code, turns, size).drawn

    def _place(
        self, rotation: Tensor, betas: Tensor, code: Tensor, turns: Tensor
    ) -> tuple[Float[Tensor, "N V 3"], Float[Tensor, "N 24 3"], Float[Tensor, "N V 3"]]:
        """Vertices and joints in the camera's axes, metres; the normals of the skin."""
        modes, more = code.split([self.code - SHAPE, SHAPE], dim=1)
        whole = betas + more
        bare = self.body.shape(whole)
        offsets = (METRES * modes @ self.modes.T)[..., None] * self._normals(bare)
        vertices, joints = self.body(rotation, whole, offsets)
        vertices = lean(vertices, joints, turns, self.reach)
        return vertices, joints, self._normals(vertices)

    def _normals(self, vertices: Float[Tensor, "N V 3"]) -> Float[Tensor, "N V 3"]:
        return Mesh(vertices, None, self.faces).vertex_normals()

    def _lay(
        self, placed: Tensor, normals: Tensor, code: Tensor, turns: Tensor, size: tuple[int, int]
    ) -> Laid:
        """Drawn in the crop of data sets."""
        flat = placed[..., :2]
        scale, shift = gait_map(flat, self.faces, size)
        pixels = flat * scale[:, None, None] + shift[:, None]
        drawn = coverage(pixels, self.faces, size)
        inside = sample(soften(drawn, _BLUR_PX).unsqueeze(1), pixels)[..., 0]
        rim = 1 - normals[..., 2].square()
        confidence = 4 * inside * (1 - inside) * rim.square()
        return Laid(code, turns, pixels, scale, confidence, drawn)

    def _pull(self, images: Float[Tensor, "N H W"], laid: Laid) -> Float[Tensor, "N V"]:
        """By how many metres outlines should move out, times the confidence."""
        apart = soften(images - laid.drawn, _BLUR_PX).unsqueeze(1)
        # A line of one pixel, blurred, is so high.
        high = 1 / (math.sqrt(2 * math.pi) * _BLUR_PX)
        return laid.confidence * sample(apart, laid.pixels)[..., 0] / high / laid.scale[:, None]

    def _torque(
        self, placed: Tensor, joints: Tensor, normals: Tensor, pull: Tensor, confidence: Tensor
    ) -> Float[Tensor, "N 24 3"]:
        """Turns of the joints, each as if it were the only one, that bring outlines together."""
        force, back = pull[..., None] * normals, self.reach.T
        moment = back @ torch.linalg.cross(placed, force)
        moment = moment - torch.linalg.cross(joints, back @ force)
        first = back @ (confidence[..., None] * placed)
        second = back @ (confidence * placed.square().sum(2))[..., None]
        mass = back @ confidence[..., None]
        about = second - 2 * (joints * first).sum(2, True) + joints.square().sum(2, True) * mass
        return self.bend[:, None] * moment / (about + _STIFF)


def sample(
    features: Float[Tensor, "N C h w"],
    pixels: Float[Tensor, "N V 2"],
    size: tuple[int, int] | None = None,
) -> Float[Tensor, "N V C"]:
    """Features at places in an image of `size`, by default theirs; zeros outside of it."""
    height, width = size or features.shape[2:]
    grid = 2 * pixels / pixels.new_tensor([width, height]) - 1
    found = grid_sample(features.to(grid), grid.unsqueeze(2), align_corners=False)
    return found[..., 0].mT
