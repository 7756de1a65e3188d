"""ROMP's results for one frame, in the .npz that hold a pickle, read without running it.

Files of 2021 hold a list with a dictionary for each person, later ones a dictionary of arrays
with a row for each person. The pose is axis-angle, the root first: `poses` or `smpl_thetas` (72),
or `global_orient` (3) and `body_pose` (69, or 63 without hands). Of BEV's eleven shape
coefficients ten are SMPL's.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from meshgait.errors import DataError
from meshgait.files.npy import BROKEN, read_archive
from meshgait.files.regular import opened, require_file
from meshgait.io.checked import numbers

_POSES, _BETAS = ("poses", "smpl_thetas"), ("betas", "smpl_betas")
_PARTS = ("global_orient", "body_pose")


class Person(NamedTuple):
    """Camera (3), pose (72) and shape (10) of somebody, and the number of the track if there is."""

    cam: Float[np.ndarray, "3"]
    pose: Float[np.ndarray, "72"]
    betas: Float[np.ndarray, "10"]
    track: Any


def is_frame(results: Any) -> bool:
    """Whether these are the people of one frame, in either form."""
    if isinstance(results, np.ndarray) and results.dtype == object and results.ndim == 1:
        results = results.tolist()
    if isinstance(results, list):
        return all(isinstance(person, Mapping) and is_frame(person) for person in results)
    return isinstance(results, Mapping) and (
        any(key in results for key in _POSES) or all(key in results for key in _PARTS)
    )


def people_of(results: Any) -> list[Person]:
    """Everybody in the results of a frame, in their order; `DataError` for what is no frame."""
    if isinstance(results, np.ndarray) and results.dtype == object:
        results = results.tolist()
    if isinstance(results, list):
        return [person for row in results for person in _rows(row)]
    return _rows(results)


def read_romp_frame(path: Path) -> Float[np.ndarray, " 85"]:
    """Camera (3), pose (72) and shape (10) of the first person; `DataError`, without the path."""
    try:
        people = people_of(_results(path))
    except DataError:
        raise
    except BROKEN as error:
        raise DataError("cannot be read as an .npz of ROMP") from error
    if not people:
        raise DataError("shows nobody")
    return np.concatenate(people[0][:3])


def _results(path: Path) -> Any:
    about = require_file(path)
    with opened(path) as file:
        arrays = read_archive(file, about.st_size, only=("results",), objects=True)
    if "results" not in arrays:
        raise DataError("is no file of ROMP: it has no array 'results'")
    found = arrays["results"]
    if isinstance(found, np.ndarray) and not found.dtype.hasobject:
        raise DataError("is no file of ROMP: its 'results' are plain numbers")
    return found


def _rows(people: Any) -> list[Person]:
    """A person, or several with a row each of every array."""
    if not isinstance(people, Mapping):
        raise DataError("is no file of ROMP: its 'results' are neither people nor arrays")
    pose = _pose(people)
    if not len(pose):
        return []
    cam = _table(people, ("cam",), 3)
    betas = _table(people, _BETAS, max(_found(people, _BETAS).size // len(pose), 10))
    if not len(pose) == len(cam) == len(betas):
        raise DataError(f"has {len(cam)} of cam and {len(betas)} of betas for {len(pose)} poses")
    tracks = np.ravel(people.get("track_ids", [None] * len(pose))).tolist()
    return [Person(*row) for row in zip(cam, pose, betas[:, :10], tracks, strict=True)]


def _pose(people: Mapping[str, Any]) -> Float[np.ndarray, "N 72"]:
    if any(key in people for key in _POSES) or not all(key in people for key in _PARTS):
        return _table(people, _POSES, 72)
    orient = _table(people, _PARTS[:1], 3)
    body = _found(people, _PARTS[1:])
    width = body.size // max(len(orient), 1)
    if width not in (0, 63, 69):
        raise DataError(f"has {width} numbers of body_pose, not 69")
    body = body.reshape(len(orient), -1)
    return np.pad(np.concatenate([orient, body], axis=1), ((0, 0), (0, 69 - width)))


def _table(people: Mapping[str, Any], names: tuple[str, ...], width: int) -> np.ndarray:
    """The numbers of one name, a row for each person."""
    array = _found(people, names)
    if array.size % width:
        raise DataError(f"has {array.size} numbers of {names[0]}, not {width} a person")
    return array.reshape(-1, width)


def _found(people: Mapping[str, Any], names: tuple[str, ...]) -> np.ndarray:
    for name in names:
        if name in people:
            return numbers(name, people[name])
    raise DataError(f"is no file of ROMP: its people have no {names[0]}")
