"""People recorded on disk: a store of `meshgait prepare`, or a folder of clips."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from meshgait.data.protocols.files import read_protocols
from meshgait.data.protocols.protocol import Protocol
from meshgait.data.store.read import Store
from meshgait.errors import DataError
from meshgait.files.remote import fetched, url_of
from meshgait.sequence.clips import Clips
from meshgait.sequence.sequence import GaitSequence, Record

PROTOCOLS_FILE = "protocols.json"


class Recorded:
    """The sequences of a split, and how those of the test are searched.

    `folder` is what `meshgait prepare` wrote, with a store for each split in it, or one store, or
    a folder of clips (`save_clip`), which are taken for either split; stores may also lie on object
    storage (s3://bucket/gait3d), see `meshgait.files.remote`. Beside a store or clips there
    may be protocols (`meshgait.data.write_protocols`). Raises `DataError` where nothing is found
    and where train and test share people, and what `Store` or `Clips` raise.
    """

    def __init__(self, folder: str | Path, split: str) -> None:
        url = url_of(folder)
        folder = Path(folder) if url is None else fetched(url)
        self.folder = folder / split if (folder / split).is_dir() else folder
        self.data = _open(self.folder, split)
        _require_apart(self.folder, self.records)

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, index: int) -> GaitSequence:
        return self.data[index]

    @property
    def records(self) -> list[Record]:
        """Who, under which condition and from where, for every sequence."""
        return self.data.records

    @cached_property
    def clips_with(self) -> dict[str, int]:
        """For every modality the number of sequences that have it; of clips the first is asked."""
        if isinstance(self.data, Store):
            return self.data.clips_with
        return dict.fromkeys(self[0].frames, len(self))

    def prefetch(self, indices: Sequence[int], modalities: Sequence[str]) -> None:
        """See `Store.prefetch`; nothing for clips."""
        if isinstance(self.data, Store):
            self.data.prefetch(indices, modalities)

    @cached_property
    def identities(self) -> int:
        """How many people there are."""
        return len({record.subject for record in self.records})

    @property
    def fingerprint(self) -> str:
        """Names the content of a store; clips have none."""
        return getattr(self.data, "fingerprint", "")

    @cached_property
    def protocols(self) -> tuple[Protocol, ...]:
        """How the sequences are searched, the usual way first."""
        path = self.folder / PROTOCOLS_FILE
        return read_protocols(path) if path.is_file() else ()

    @property
    def protocol(self) -> Protocol:
        """The usual one; `DataError` when none is known."""
        if not self.protocols:
            raise DataError(
                f"{self.folder} has no {PROTOCOLS_FILE}, so that who is searched for is not known; "
                "name a protocol or the file of one (--protocol)",
                code="protocol",
            )
        return self.protocols[0]


def _require_apart(folder: Path, records: Sequence[Record]) -> None:
    """Raise `DataError` if people of a split are in the other split beside it, too."""
    split = {"train": "test", "test": "train"}.get(folder.resolve().name)
    if split is None or not (folder.parent / split).is_dir():
        return
    other = folder.parent / split
    try:
        others = {record.subject for record in _open(other, split).records}
    except DataError:  # not whole, or something else: said when it is opened itself
        return
    subjects = {record.subject for record in records}
    shared = sorted(subjects & others)
    if shared:
        raise DataError(
            f"{folder} and {other} share {len(shared)} of {len(subjects)} people, such as "
            f"{shared[0]}, so that scores would mean nothing; prepare both in one run, or, if that "
            "is meant, keep them in different folders",
            code="protocol",
        )


def _open(folder: Path, split: str) -> Store | Clips:
    if not folder.is_dir():
        raise DataError(f"{folder} is no folder; needed is a store of meshgait prepare, or clips")
    if any(folder.glob("*.json")) and not any(folder.glob("*.npz")):
        return Store(folder)
    clips = sorted(folder.glob("*.npz"))
    if not clips:
        raise DataError(
            f"{folder} holds neither a store of meshgait prepare, nor one in {split}/, nor clips "
            "(.npz)"
        )
    return Clips(clips)
