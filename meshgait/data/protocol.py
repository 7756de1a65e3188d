"""Who is searched for, and among whom: benchmark protocols as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from meshgait.data.sequence import Record
from meshgait.errors import DataError


@dataclass(frozen=True)
class Protocol:
    """Probes by name, everything else is the gallery, nothing is excluded (Gait3D, CVPR 2022).

    `metric` is the distance the protocol is published with, "cosine" or "euclidean".
    """

    name: str
    probes: frozenset[str]
    metric: str = "cosine"

    def split(
        self, records: Sequence[Record]
    ) -> tuple[Int[np.ndarray, " Q"], Int[np.ndarray, " G"]]:
        """Indices of the probes and of the gallery among `records`.

        Raises `DataError` when a probe is not there or when either side is empty.
        """
        names = [record.name for record in records]
        lost = sorted(self.probes.difference(names))
        if lost:
            raise DataError(
                f"{len(lost)} of {len(self.probes)} probes of protocol {self.name} are not in "
                f"the data, such as {lost[0]}"
            )
        is_probe = np.array([name in self.probes for name in names], dtype=bool)
        if not is_probe.any() or is_probe.all():
            side = "gallery" if is_probe.any() else "probe"
            raise DataError(f"protocol {self.name} has no {side} sequence in this data")
        return np.flatnonzero(is_probe), np.flatnonzero(~is_probe)
