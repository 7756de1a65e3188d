"""Joints, and the points of the feet that touch the floor first and last, of every frame."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Bool, Float

from meshgait.body import JOINT_INDEX, Body
from meshgait.numerics import in_full_precision
from meshgait.sequence import Motion

SIDES = ("left", "right")
_LEGS = ("hip", "knee", "ankle", "foot")
_OTHER = np.arange(24)
for _joint in _LEGS:
    _pair = [JOINT_INDEX[f"{side}_{_joint}"] for side in SIDES]
    _OTHER[_pair] = _pair[::-1]


@dataclass(frozen=True, eq=False)
class Landmarks:
    """Places in metres, sides are left and right; `turns` are the bones' rotations in the world.

    The heel is the hindmost point of the foot's sole, the toe the foremost one; both move rigidly
    with their bone. `rest` are the joints of the body at rest.
    """

    joints: Float[np.ndarray, "T 24 3"]
    turns: Float[np.ndarray, "T 24 3 3"]
    heels: Float[np.ndarray, "T 2 3"]
    toes: Float[np.ndarray, "T 2 3"]
    rest: Float[np.ndarray, "24 3"]

    def __len__(self) -> int:
        return len(self.joints)

    def pair(self, joint: str) -> Float[np.ndarray, "T 2 3"]:
        """A joint of both sides, such as `ankle`."""
        return self.joints[:, [JOINT_INDEX[f"{side}_{joint}"] for side in SIDES]]

    def moved(self, shift: Float[np.ndarray, "T 3"]) -> Landmarks:
        """Everything carried by `shift`."""
        places = {
            name: getattr(self, name) + shift[:, None] for name in ("joints", "heels", "toes")
        }
        return replace(self, **places)

    def swapped(self, frames: Bool[np.ndarray, " T"]) -> Landmarks:
        """The places of the legs exchanged in some frames."""
        joints, heels, toes = (x.copy() for x in (self.joints, self.heels, self.toes))
        joints[frames] = joints[frames][:, _OTHER]
        heels[frames], toes[frames] = heels[frames][:, ::-1], toes[frames][:, ::-1]
        return replace(self, joints=joints, heels=heels, toes=toes)


@in_full_precision
def find_landmarks(motion: Motion, body: Body) -> Landmarks:
    """The landmarks of one motion; its skin is not needed."""
    with torch.no_grad():
        shaped = body.shape(torch.as_tensor(np.array(motion.betas)).to(body.weights))
        rest = body.joints_of(shaped).double().numpy(force=True)
    vertices = shaped.double().numpy(force=True)
    bone = body.weights.numpy(force=True).argmax(1)
    turns, places = motion.skeleton(body)
    heels: list[np.ndarray] = []
    toes: list[np.ndarray] = []
    for side in SIDES:
        ankle, ball = JOINT_INDEX[f"{side}_ankle"], JOINT_INDEX[f"{side}_foot"]
        for joint, ahead, found in ((ankle, -1, heels), (ball, 1, toes)):
            own = np.flatnonzero((bone == joint) & (vertices[:, 1] < rest[ball, 1]))
            tip = vertices[own[np.argmax(ahead * vertices[own, 2])]]
            found.append(places[:, joint] + turns[:, joint] @ (tip - rest[joint]))
    return Landmarks(places, turns, np.stack(heels, axis=1), np.stack(toes, axis=1), rest)
