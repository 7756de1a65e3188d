"""What a data set on disk is to the rest of the library: clips to be read, and what is wrong."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from meshgait.data.protocols.protocol import Protocol
from meshgait.sequence.sequence import GaitSequence, Record

NO_FILE = "is neither a file nor a folder: a pipe, a device, or a link that leads nowhere"
"""What is found of such a thing, which is never opened."""


@dataclass(frozen=True)
class Finding:
    """Something missing, damaged, dropped or not taken as it is: where, what, and frames lost."""

    path: Path
    problem: str
    frames: int = 0


@dataclass(frozen=True)
class ClipFiles(ABC):
    """One sequence on disk: who, in which split, and how it is read. It can be pickled.

    `split` is "train", "test", or whatever else the data set calls it.
    """

    record: Record
    split: str

    @property
    @abstractmethod
    def paths(self) -> tuple[Path, ...]:
        """The files it is read from, and the folders whose files it is read from."""

    @abstractmethod
    def read(self) -> tuple[GaitSequence | None, tuple[Finding, ...]]:
        """The frames that every modality has, joined by frame id, and what was left out.

        `None` when nothing is left, with the finding that says why. Never raises for what a file
        holds.
        """


@dataclass(frozen=True)
class Survey:
    """The clips found under a root, in the order of their names, and what is no clip.

    `probes` are the names of the clips searched for, where an official list has them.
    """

    clips: tuple[ClipFiles, ...]
    findings: tuple[Finding, ...] = ()
    probes: frozenset[str] = frozenset()


class Layout(ABC):
    """One data set's folders, names, splits and protocols.

    `name` is the word of the command line ("gait3d"), `verified` whether the format was checked
    against files of the data set and not recalled from the literature, `modalities` those to be
    read, all when empty.
    """

    name: str
    title: str
    verified: bool
    modalities: tuple[str, ...] = ()

    @abstractmethod
    def survey(self, root: Path, partition: Path | None = None) -> Survey:
        """All clips under `root`; no frames are read.

        `partition` is the official list of who trains and who is tested; without it the rule of
        the data set holds, where it has one. Raises `DataError` when `root` is not this layout.
        """

    @abstractmethod
    def protocols(
        self, records: Sequence[Record], probes: Collection[str] = ()
    ) -> tuple[Protocol, ...]:
        """How the test clips `records` are searched, the usual way first.

        `probes` are those of `Survey`; a data set with a list has no protocol without it.
        """
