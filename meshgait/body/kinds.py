"""The bodies whose files are read: SMPL and the two that grew out of it, by their joints.

SMPL+H (Romero et al., TOG 2017) keeps SMPL's skin and gives fingers to its hands, SMPL-X (Pavlakos
et al., CVPR 2019) has a skin of its own and a jaw and eyes. Both share SMPL's first 22 joints.
"""

from __future__ import annotations

from dataclasses import dataclass

from meshgait.body.names import JOINT_NAMES

_SHARED = JOINT_NAMES[:22]
_FINGERS = tuple(
    f"{side}_{finger}{knuckle}"
    for side in ("left", "right")
    for finger in ("index", "middle", "pinky", "ring", "thumb")
    for knuckle in (1, 2, 3)
)
_FACE = ("jaw", "left_eye_joint", "right_eye_joint")


@dataclass(frozen=True)
class Kind:
    """A body model: its joints, the file that people mean by it, and whose landmarks it has."""

    name: str  # as in the names of files and parameters
    title: str
    file: str
    joints: tuple[str, ...]
    landmarks: str  # the table of smplx
    vertices: int  # for which that table is made

    @property
    def smpl_joints(self) -> tuple[int, ...]:
        """The joints that stand for SMPL's 24: a hand is where its middle finger begins."""
        rows = {"left_hand": "left_middle1", "right_hand": "right_middle1"}
        names = [name if name in self.joints else rows[name] for name in JOINT_NAMES]
        return tuple(self.joints.index(name) for name in names)

    @property
    def moved_by(self) -> tuple[int, ...]:
        """SMPL's joint that moves what each joint moves: hands move fingers, heads jaws."""
        return tuple(JOINT_NAMES.index(_carrier(name)) for name in self.joints)


def _carrier(name: str) -> str:
    if name in JOINT_NAMES:
        return name
    return "head" if name in _FACE else f"{name.partition('_')[0]}_hand"


SMPL = Kind("smpl", "SMPL", "SMPL_NEUTRAL.pkl", JOINT_NAMES, "smplh", 6890)
SMPLH = Kind("smplh", "SMPL-H", "SMPLH_NEUTRAL.npz", (*_SHARED, *_FINGERS), "smplh", 6890)
SMPLX = Kind("smplx", "SMPL-X", "SMPLX_NEUTRAL.npz", (*_SHARED, *_FACE, *_FINGERS), "smplx", 10475)
KINDS = {kind.name: kind for kind in (SMPL, SMPLH, SMPLX)}


def kind_of_joints(count: int) -> Kind | None:
    """The body with so many joints, or None.

    >>> kind_of_joints(55).title
    'SMPL-X'
    """
    return next((kind for kind in KINDS.values() if len(kind.joints) == count), None)
