"""ROMP's results for one frame, in the .npz that hold a pickle, read without running it.

Files of 2021 hold a list with a dictionary for each person, later ones a dictionary of arrays
with a row for each person. Angles are axis-angle, the root first.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from meshgait.errors import DataError
from meshgait.files.npy import BROKEN, read_archive
from meshgait.files.regular import opened, require_file

_WIDTHS = {"cam": 3, "poses": 72, "betas": 10}
_OTHER_NAMES = {"poses": ("poses", "smpl_thetas"), "betas": ("betas", "smpl_betas")}


def read_romp_frame(path: Path) -> Float[np.ndarray, " 85"]:
    """Camera (3), pose (72) and shape (10) of the first person; `DataError`, without the path."""
    try:
        found = _results(path)
        person = _first_person(found)
        parts = [_numbers(person, name, width) for name, width in _WIDTHS.items()]
        return np.concatenate(parts).astype(np.float32)
    except DataError:
        raise
    except BROKEN as error:
        raise DataError("cannot be read as an .npz of ROMP") from error


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


def _first_person(found: Any) -> Mapping[str, Any]:
    if isinstance(found, np.ndarray) and found.dtype == object:
        found = found.tolist()
    if isinstance(found, list):
        if not found:
            raise DataError("shows nobody")
        found = found[0]
        return found if isinstance(found, Mapping) else {}
    if isinstance(found, Mapping):
        return {key: value[0] for key, value in found.items() if np.ndim(value) > 1}
    return {}


def _numbers(person: Mapping[str, Any], name: str, width: int) -> np.ndarray:
    for key in _OTHER_NAMES.get(name, (name,)):
        if key in person:
            array = np.asarray(person[key], np.float64).ravel()
            if array.size < width or (name != "betas" and array.size != width):
                raise DataError(f"has {array.size} numbers of {name}, not {width}")
            return array[:width]
    raise DataError(f"is no file of ROMP: the first person has no {name}")
