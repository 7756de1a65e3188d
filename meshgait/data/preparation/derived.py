"""Modalities that a data set or a clip does not have, made of its SMPL estimates.

Those of a data set are kept beside it (`Derived`), those of a clip made when read (`complete`).
They carry the errors of the estimates, as keypoints carry those of the network that found them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import partial

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from meshgait.data.preparation.drawings import (
    DERIVATIONS,
    USUAL,
    Form,
    decode_estimate,
    estimated_body,
)
from meshgait.data.protocols.protocol import Protocol
from meshgait.data.store.read import Store
from meshgait.data.store.write import write_store
from meshgait.data.synthetic.rendered import RenderedGait
from meshgait.errors import DataError
from meshgait.sequence.sequence import GaitSequence, Record, Unread
from meshgait.sequence.smpl import picture_around

_CLIPS_PER_SHARD = 64
_AT_ONCE = 256  # frames of which the meshes are held


class Derived:
    """`data` with more modalities (keys of `DERIVATIONS`), each made once and then kept on disk.

    Raises `DataError` for a modality that cannot be made.
    """

    def __init__(self, data: RenderedGait, modalities: Sequence[str]) -> None:
        unknown = [name for name in modalities if name not in DERIVATIONS]
        if unknown:
            known = ", ".join(DERIVATIONS)
            raise DataError(f"{unknown[0]} cannot be made of SMPL parameters; {known} can")
        self.data = data
        self.stores = {name: _derive(data, name) for name in modalities}

    @property
    def records(self) -> list[Record]:
        """Those of the data."""
        return self.data.records

    @property
    def fingerprint(self) -> str:
        """Names the data and what was made of them."""
        return "+".join([self.data.fingerprint, *self.stores])

    @property
    def protocol(self) -> Protocol:
        """That of the data."""
        return self.data.protocol

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, index: int) -> GaitSequence:
        sequence = self.data[index]
        more = {name: store[index].frames[name] for name, store in self.stores.items()}
        return GaitSequence(**vars(sequence.record), frames={**sequence.frames, **more})


def complete(sequence: GaitSequence, modalities: Sequence[str], form: Form = USUAL) -> GaitSequence:
    """The sequence with more modalities, made of its `smpl` when they are read and not before.

    The picture is cut around the person, whose place in that of the estimates does not matter.
    Raises `DataError` where one is neither there nor can be made.
    """
    missing = derivable(sequence.frames, modalities, where=f"sequence {sequence.name}")
    if not missing:
        return sequence
    smpl = sequence.frames["smpl"]
    if smpl.shape[1:] != (85,):
        raise DataError(f"smpl of sequence {sequence.name} is {smpl.shape}, expected (T, 85)")
    frames = _Drawn(dict(sequence.frames), (*sequence.frames, *missing), form)
    return GaitSequence(**vars(sequence.record), frames=frames)


def derivable(present: Collection[str], wanted: Sequence[str], *, where: str) -> list[str]:
    """What is not among the modalities `present` but can be made of them.

    Raises `DataError` where one can not, beginning with `where`.
    """
    missing = [name for name in wanted if name not in present]
    lost = [name for name in missing if name not in DERIVATIONS or "smpl" not in present]
    if lost:
        reason = (
            f"which could be made of smpl (T, 85), but only {', '.join(present)}"
            if lost[0] in DERIVATIONS
            else f"only {', '.join(present)}; of smpl can be made {', '.join(DERIVATIONS)}"
        )
        raise DataError(f"{where} has no {lost[0]}, {reason}")
    return missing


class _Drawn(Unread):
    """What a sequence has, and what is made of its `smpl` when it is asked for."""

    def __init__(self, known: dict[str, np.ndarray], names: Sequence[str], form: Form) -> None:
        self.known, self.names, self.form = known, tuple(names), form

    @property
    def length(self) -> int:
        return len(self.known["smpl"])

    def only(self, modalities: Sequence[str]) -> _Drawn:
        return _Drawn(self.known, modalities, self.form)

    def take(self, indices: np.ndarray) -> _Drawn:
        known = {name: array[indices] for name, array in self.known.items()}
        return _Drawn(known, self.names, self.form)

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    @torch.no_grad()
    def __getitem__(self, name: str) -> np.ndarray:
        if name in self.known:
            return self.known[name]
        smpl = torch.from_numpy(np.array(self.known["smpl"], np.float32))
        made = [DERIVATIONS[name](_centred(part), self.form) for part in smpl.split(_AT_ONCE)]
        self.known[name] = torch.cat(made).numpy()
        return self.known[name]


def _centred(smpl: Float[Tensor, "T 85"]) -> Float[Tensor, "T 85"]:
    """The same with a camera that has the person in the middle of its picture (see `smpl_of`)."""
    joints = decode_estimate(smpl, estimated_body()).require_joints()
    return torch.cat([picture_around(joints).to(smpl), smpl[:, 3:]], dim=1)


def _derive(data: RenderedGait, name: str) -> Store:
    folder = data.folder.with_name(f"{data.folder.name}-{name}")
    try:
        return Store(folder, verify=True)
    except DataError:
        numbers = range(len(data))
        groups = [numbers[i : i + _CLIPS_PER_SHARD] for i in numbers[::_CLIPS_PER_SHARD]]
        shards = [partial(_make, data, name, group) for group in groups]
        return write_store(folder, shards, fingerprint=data.fingerprint)


@torch.no_grad()
def _make(data: RenderedGait, name: str, clips: range) -> list[GaitSequence]:
    made = []
    for index in clips:
        sequence = data[index]
        smpl = torch.from_numpy(np.array(sequence.frames["smpl"]))
        array = DERIVATIONS[name](smpl, USUAL).numpy()
        made.append(GaitSequence(**vars(sequence.record), frames={name: array}))
    return made
