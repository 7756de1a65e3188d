"""Who trains, and how the test is searched, where a rule says it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from meshgait.data.protocols.protocol import Protocol
from meshgait.data.protocols.published import PROTOCOLS, one_known_each, probe_list
from meshgait.sequence.sequence import Record


def up_to(last: int) -> Callable[[str], str | None]:
    """Subjects up to a number train, those after it are tested."""
    return lambda subject: "train" if int(subject) <= last else "test"


def everyone_is_tested(subject: str) -> str:
    """For data sets whose people are split by draw, in each paper otherwise."""
    return "test"


def rows(*names: str) -> Callable[[Sequence[Record], Collection[str]], tuple[Protocol, ...]]:
    """Rows of `meshgait.data.protocols.published.PROTOCOLS`."""
    return lambda records, probes: tuple(PROTOCOLS[name] for name in names)


def listed(
    title: str, metric: str = "cosine"
) -> Callable[[Sequence[Record], Collection[str]], tuple[Protocol, ...]]:
    """The probes of the official list; without one there is no protocol."""
    return lambda records, probes: (
        (probe_list(title, sorted(probes), metric=metric),) if probes else ()
    )


def not_searched(records: Sequence[Record], probes: Collection[str]) -> tuple[Protocol, ...]:
    """For data sets without labels."""
    return ()


def everyone_trains(subject: str) -> str:
    """For data sets to learn from only."""
    return "train"


def one_each(title: str) -> Callable[[Sequence[Record], Collection[str]], tuple[Protocol, ...]]:
    """The probes of a list if there is one, else all but the first clip of every person."""

    def make(records: Sequence[Record], probes: Collection[str]) -> tuple[Protocol, ...]:
        if probes:
            return (probe_list(title, sorted(probes)),)
        return (one_known_each(records, name=title),)

    return make
