"""Which part of the body a vertex belongs to, by the joints it moves with."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from meshgait.body.names import JOINT_NAMES

# The labels of Gait3D-Parsing (Zheng et al., ACM MM 2023), by value; 0 is none of them.
PARSING_NAMES = (
    "background", "head", "torso", "left_arm", "right_arm", "left_hand", "right_hand",
    "left_leg", "right_leg", "left_foot", "right_foot", "dress",
)  # fmt: skip

# What a joint moves lies beyond it: the hip's is the thigh, the ankle's the foot, the wrist's
# the palm. A neck counts as head, as in parsings whose face reaches to the collar.
_PARSING_OF_JOINT = {
    "pelvis": "torso", "spine1": "torso", "spine2": "torso", "spine3": "torso",
    "collar": "torso", "neck": "head", "head": "head", "shoulder": "arm", "elbow": "arm",
    "wrist": "hand", "hand": "hand", "hip": "leg", "knee": "leg", "ankle": "foot", "foot": "foot",
}  # fmt: skip


def _parsing_label(joint: str) -> int:
    side, _, name = joint.rpartition("_")
    part = _PARSING_OF_JOINT[name]
    return PARSING_NAMES.index(part if part in PARSING_NAMES else f"{side}_{part}")


_LABELS = tuple(_parsing_label(joint) for joint in JOINT_NAMES)


def joint_labels(weights: Float[Tensor, "V 24"]) -> Int[Tensor, " V"]:
    """The joint (see `JOINT_NAMES`) that each vertex follows most, by the skinning weights.

    >>> from meshgait.body import Body
    >>> joint_labels(Body.embedded().weights).unique().numel()
    24
    """
    return weights.argmax(dim=1)


def parsing_labels(weights: Float[Tensor, "V 24"]) -> Int[Tensor, " V"]:
    """The label in `PARSING_NAMES` of each vertex, by the skinning weights; never "dress".

    With `meshgait.render.vertex_labels(..., background=0)` they become images as Gait3D-Parsing
    has them. Clothes that are meshes of their own take the label 11.

    >>> from meshgait.body import Body
    >>> parsing_labels(Body.embedded().weights).unique().tolist()
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    """
    label = torch.tensor(_LABELS, device=weights.device)
    share = weights.new_zeros(len(weights), len(PARSING_NAMES))
    return share.index_add(1, label, weights).argmax(dim=1)
