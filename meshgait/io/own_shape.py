"""The shape of somebody in a file of SMPL-H or SMPL-X, whose coefficients mean other bodies.

Copied, they make somebody else of a person: the directions of each model are found anew, and those
of a gender start from the mean of that gender. Poses are another matter, for the first 22 joints
are the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from meshgait.body.kinds import Kind
from meshgait.errors import DataError
from meshgait.io.checked import matrices_to_axis_angle, numbers

SHARED = 22
# Where the pelvis of SMPL-X's mean body is at rest, in metres.
SMPLX_PELVIS = np.array([0.0031, -0.3514, 0.0120], np.float32)


@dataclass(frozen=True, eq=False)
class OwnShape:
    """Coefficients (K,) of a body of `kind`, the mean of all frames.

    `shift` is what was added to `transl` for the pelvis of the mean body.
    """

    kind: Kind
    betas: Float[np.ndarray, " K"]
    gender: str
    shift: Float[np.ndarray, "3"]

    @classmethod
    def of(cls, kind: Kind, betas: Float[np.ndarray, "..."], gender: Any = None) -> OwnShape:
        """Of one row of a file, or of the mean of several; `DataError` where there is none."""
        if not betas.size:
            raise DataError("betas are empty")
        word = gender.item() if isinstance(gender, np.ndarray) and gender.size == 1 else gender
        word = word.decode("ascii", "replace") if isinstance(word, bytes) else str(word)
        known = word.lower() if word.lower() in ("male", "female") else "neutral"
        rows = betas.reshape(-1, betas.shape[-1]) if betas.ndim else betas.reshape(1, 1)
        return cls(kind, rows.mean(axis=0), known, np.zeros(3, np.float32))

    @property
    def file(self) -> str:
        """What the file of the body is usually called."""
        return self.kind.file.replace("NEUTRAL", self.gender.upper())

    @property
    def note(self) -> str:
        """Why the body has the mean shape, and what would change that."""
        return (
            f"the file's shape is one of {self.kind.title}, which is not SMPL's, so the body keeps "
            f"the mean shape: {self.file} given as --source-body (settle_shape) brings its own"
        )


def of_shared_joints(pose: Any) -> Float[np.ndarray, "T 24 3"]:
    """SMPL's pose by the first 22 joints of (T, J 3), (T, J, 3) or matrices (T, J, 3, 3)."""
    pose = numbers("pose", pose)
    if pose.ndim == 2 and pose.shape[1] % 3 == 0:
        pose = pose.reshape(len(pose), -1, 3)
    if pose.ndim not in (3, 4) or pose.shape[1] < SHARED or set(pose.shape[2:]) != {3}:
        raise DataError(f"pose is {pose.shape}, expected {SHARED} joints or more")
    shared = pose[:, :SHARED]
    shared = matrices_to_axis_angle(shared) if shared.ndim == 4 else shared
    return np.pad(shared, ((0, 0), (0, 24 - SHARED), (0, 0)))
