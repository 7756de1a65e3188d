"""Who is searched for among whom."""

from meshgait.data.protocols.files import read_protocols, write_protocols
from meshgait.data.protocols.protocol import Comparison, Group, Protocol
from meshgait.data.protocols.published import (
    ALL_PROTOCOLS,
    PROTOCOLS,
    one_known_each,
    probe_list,
)

__all__ = [
    "ALL_PROTOCOLS",
    "PROTOCOLS",
    "Comparison",
    "Group",
    "Protocol",
    "one_known_each",
    "probe_list",
    "read_protocols",
    "write_protocols",
]
