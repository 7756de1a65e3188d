"""Values between frames: rotations turn the shortest way at an even pace, numbers go straight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from meshgait.errors import ConfigError

_MOST_FRAMES = 2_000_000


@dataclass(frozen=True, eq=False)
class Moments:
    """Moments as the known frame before each, and how far on to the next one it is, 0 to 1."""

    before: Int[np.ndarray, " N"]
    share: Float[np.ndarray, " N"]

    @classmethod
    def at(cls, wanted: Float[np.ndarray, " N"], known: Float[np.ndarray, " T"]) -> Moments:
        """`wanted` among the ascending times `known`; beyond them the first and last hold.

        >>> Moments.at(np.array([0.0, 0.25, 3.0]), np.array([0.0, 1.0, 2.0])).share.tolist()
        [0.0, 0.25, 1.0]
        """
        before = np.clip(
            np.searchsorted(known, wanted, side="right") - 1, 0, max(len(known) - 2, 0)
        )
        after = np.minimum(before + 1, len(known) - 1)
        gap = known[after] - known[before]
        share = (wanted - known[before]) / np.where(gap > 0, gap, 1.0)
        return cls(before, np.clip(share, 0.0, 1.0))

    def rows(self, rows: Float[np.ndarray, "T ..."]) -> Float[np.ndarray, "N ..."]:
        """Numbers (T, ...) at these moments."""
        first, second = self._neighbours(rows)
        share = self.share.reshape(-1, *[1] * (rows.ndim - 1))
        return first + share * (second - first)

    def rotations(self, vectors: Float[np.ndarray, "T ... 3"]) -> Float[np.ndarray, "N ... 3"]:
        """Axis-angle vectors at these moments (Shoemake's slerp, 1985)."""
        from scipy.spatial.transform import Rotation

        first, second = (Rotation.from_rotvec(x.reshape(-1, 3)) for x in self._neighbours(vectors))
        turn = (first.inv() * second).as_rotvec()
        share = np.repeat(self.share, turn.shape[0] // max(len(self.share), 1))
        found = first * Rotation.from_rotvec(share[:, None] * turn)
        return found.as_rotvec().reshape(len(self.share), *vectors.shape[1:])

    def _neighbours(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        rows = rows.astype(np.float64)
        return rows[self.before], rows[np.minimum(self.before + 1, len(rows) - 1)]


def clock(seconds: float, fps: float) -> Float[np.ndarray, " N"]:
    """The times of frames at `fps` from 0 to `seconds`, the end too if it falls on a frame.

    Raises `ConfigError` for more of them than anybody walks in a day.
    """
    if seconds * fps > _MOST_FRAMES:
        raise ConfigError(
            f"{seconds:g} seconds at {fps:g} frames a second are more than {_MOST_FRAMES} frames; "
            "choose a lower rate or cut the recording"
        )
    return np.arange(int(np.floor(seconds * fps + 1e-6)) + 1) / fps
