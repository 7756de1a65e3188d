"""A split that `prepare` wrote: a store, with the protocols of its data set beside it."""

from __future__ import annotations

from meshgait.data.protocol import Protocol
from meshgait.data.protocol_files import read_protocols
from meshgait.data.store import Store
from meshgait.errors import DataError

PROTOCOLS_FILE = "protocols.json"


class Prepared(Store):
    """The store of a split; images have the size that networks want, 64 x 44 or 128 x 88."""

    @property
    def identities(self) -> int:
        """Number of different people."""
        return len({record.subject for record in self.records})

    @property
    def protocols(self) -> tuple[Protocol, ...]:
        """How the clips are searched, the usual way first; `DataError` when nobody said how."""
        path = self.folder / PROTOCOLS_FILE
        if not path.is_file():
            raise DataError(
                f"{self.folder} has no {PROTOCOLS_FILE}: its clips are not for search, or its "
                "data set lists probes in a file (prepare it with the list, or name a protocol)"
            )
        return read_protocols(path)

    @property
    def protocol(self) -> Protocol:
        """The usual one."""
        return self.protocols[0]
