"""Who shares the work of a command on many clips: --workers and --cluster."""

from __future__ import annotations

from contextlib import AbstractContextManager

from jsonargparse import ArgumentParser, Namespace


def add_sharing(parser: ArgumentParser, usual: str = "one for each core") -> None:
    """The two options; `usual` is who works where neither is given."""
    add = parser.add_argument
    add("--workers", type=int | None, default=None,
        help=f"processes of this machine; without it, {usual}")  # fmt: skip
    add("--cluster", type=str | None, default=None, help="address of a Dask scheduler, as "
        "tcp://host:8786, whose machines see the same files")  # fmt: skip


def sharing(chosen: Namespace) -> AbstractContextManager[None]:
    """What they say, for as long as it lasts."""
    from meshgait.data.processes import shared_by

    return shared_by(chosen.workers, chosen.cluster)
