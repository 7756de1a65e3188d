"""A Dask cluster in place of the processes of one machine: many machines with one file system.

Dask sends code by pickle and asks nobody for a name: its ports belong into a trusted network.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch

from meshgait._optional import require
from meshgait._version import __version__
from meshgait.errors import ConfigError, DataError, DependencyError, MeshgaitError

_ANSWERS_WITHIN_S = 10
# What decides the last bit of what is made, beside meshgait itself.
_DECIDING = ("numpy", "scipy", "torch", "numba", "opencv-python-headless")


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """The workers that the scheduler at `address`, as tcp://host:8786, has; also those to come.

    Dask gives the work of one that is lost to another, up to three times. All machines must see
    the files under the same names. Raises `ConfigError` where no scheduler or no worker answers,
    `DependencyError` where a machine has other versions of what decides the result, and
    `MeshgaitError` where the cluster ends before the work.
    """
    dask = require("distributed", extra="cluster")
    try:
        client = dask.Client(address, timeout=_ANSWERS_WITHIN_S, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError(
            f"no scheduler of Dask answers at {address!r}: start one (dask scheduler) and give the "
            "address that it prints, as tcp://host:8786"
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_ANSWERS_WITHIN_S)
        except OSError as error:
            raise ConfigError(
                f"the scheduler at {address} has no workers; on each machine: dask worker {address}"
            ) from error
        pool = _Cluster(client.get_executor(pure=False))
        try:
            yield pool
        except BaseException as error:
            pool.shutdown(wait=False)
            _explain(error, address, dask.KilledWorker)
            raise


def require_shared(folder: Path) -> None:
    """Raise `DataError` where a machine that shares the work does not see the folder of results."""
    if not folder.is_dir():
        raise DataError(
            f"{folder} is not there on {platform.node()}: machines that share the work must share "
            "the folder it is written to, under one name"
        )


class _Cluster(Executor):
    """Dask's executor, whose workers first make sure that they compute what this process would."""

    def __init__(self, pool: Executor) -> None:
        self._pool = pool

    def submit(self, function: Callable[..., Any], /, *row: Any, **named: Any) -> Future[Any]:
        return self._pool.submit(_work, _versions(), function, *row, **named)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._pool.shutdown(wait=wait)


def _work(versions: dict[str, str], function: Callable[..., Any], *row: Any, **named: Any) -> Any:
    torch.set_num_threads(1)  # as in the processes of one machine
    different = [
        f"{name} {there} where it started and {_versions()[name]} on {platform.node()}"
        for name, there in versions.items() if there != _versions()[name]
    ]  # fmt: skip
    if different:
        raise DependencyError(
            f"the machines of the cluster differ, and so would what they make: "
            f"{', '.join(different)}; install the same versions everywhere"
        )
    return function(*row, **named)


@lru_cache
def _versions() -> dict[str, str]:
    found = {"Python": ".".join(platform.python_version_tuple()[:2]), "meshgait": __version__}
    for name in _DECIDING:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "(missing)"
    return found


def _explain(error: BaseException, address: str, killed: type[BaseException]) -> None:
    """Raise the sentence that an error of the cluster itself, not of the work, stands for."""
    if isinstance(error, killed):
        raise MeshgaitError(
            "four workers of the cluster have ended in the same piece of work, perhaps for want "
            "of memory; what is finished is kept: start larger ones and go on",
            code="ended-process",
        ) from error
    if isinstance(error, CancelledError):
        raise MeshgaitError(
            f"the scheduler at {address} has ended before the work; what is finished is kept: "
            "start another and go on"
        ) from error
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ModuleNotFoundError) and str(cause.name).startswith("meshgait"):
            raise DependencyError(
                f"the scheduler at {address} or one of its workers lacks meshgait: install this "
                "version of it on every machine of the cluster"
            ) from error
        cause = cause.__cause__
