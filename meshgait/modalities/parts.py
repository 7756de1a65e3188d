"""Which part of the body each pixel sees: SMPL's 24 parts, or the labels of human parsing."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from meshgait.body.names import JOINT_NAMES
from meshgait.camera import Camera
from meshgait.mesh import Mesh
from meshgait.render import rasterize, screen, vertex_labels

BACKGROUND = -1

# The labels of Gait3D-Parsing: 0 is the background, 11 a dress.
PARSING_NAMES = (
    "background", "head", "torso", "left_arm", "right_arm", "left_hand", "right_hand", "left_leg",
    "right_leg", "left_foot", "right_foot", "dress",
)  # fmt: skip
_TORSO = ("pelvis", "spine1", "spine2", "spine3", "left_collar", "right_collar")
_LIMBS = {
    "arm": ("shoulder", "elbow"), "hand": ("wrist", "hand"), "leg": ("hip", "knee"),
    "foot": ("ankle", "foot"),
}  # fmt: skip


def parts(
    mesh: Mesh, camera: Camera, labels: Int[Tensor, " V"], *, background: int = BACKGROUND
) -> Int[Tensor, "*batch H W"]:
    """The label of the vertex nearest to what each pixel sees, `background` where nothing is.

    `labels` are those of `body_parts` or `parsing_labels`, or any others. Raises `ShapeError` when
    there is not one for each vertex.
    """
    fragments = rasterize(screen(mesh.vertices.detach(), camera), mesh.faces, camera.size)
    return vertex_labels(fragments, mesh.faces, labels, background=background)


def body_parts(skinning: Float[Tensor, "V 24"]) -> Int[Tensor, " V"]:
    """The joint that each vertex follows most, as in `JOINT_NAMES`."""
    return skinning.argmax(-1)


def parsing_labels(skinning: Float[Tensor, "V 24"]) -> Int[Tensor, " V"]:
    """Labels of `PARSING_NAMES`, 1 to 10; a body has no dress."""
    label = {"neck": 1, "head": 1, **dict.fromkeys(_TORSO, 2)}
    for side in ("left", "right"):
        for name, joints in _LIMBS.items():
            code = PARSING_NAMES.index(f"{side}_{name}")
            label |= {f"{side}_{joint}": code for joint in joints}
    table = torch.tensor([label[name] for name in JOINT_NAMES], device=skinning.device)
    return table[body_parts(skinning)]
