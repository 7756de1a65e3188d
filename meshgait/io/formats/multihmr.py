"""Multi-HMR (Baradel et al., ECCV 2024): the people of each image, in the camera's axes.

The network returns a list of people: `rotvec` or `rotmat` (53 joints of SMPL-X), `shape`, see
`settle_shape`, and `transl_pelvis`. Its demo draws them; people save the list as pickles or .pt, of
one image or of many, or as JSON with the names `rotation_vector` and `translation_pelvis`. The keys
follow the tool's source, what they are saved in is recalled. Files of .npz with SMPL-X's own names
are read by `parameters`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from meshgait.body.kinds import SMPLX
from meshgait.errors import DataError
from meshgait.io.checked import numbers
from meshgait.io.people_by_frame import linked, people_by_frame, shows_people
from meshgait.io.recording import Format
from meshgait.io.track import Track, TrackId, later_body_track

_POSES, _PLACES = ("rotvec", "rotmat", "rotation_vector"), ("transl_pelvis", "translation_pelvis")


def _is_person(value: Any) -> bool:
    return isinstance(value, dict) and all(
        any(name in value for name in names) for names in (_POSES, _PLACES)
    )


def _claims(content: Any) -> bool:
    return shows_people(content, _is_person)


def _tracks(content: Any) -> dict[TrackId, Track]:
    people = linked(people_by_frame(content, _is_person), _place)
    return {name: _track(frames, rows) for name, (frames, rows) in people.items()}


def _track(frames: list[int], people: list[Any]) -> Track:
    pose = np.stack([_first(person, _POSES) for person in people])
    betas = [numbers("shape", person["shape"]).reshape(-1) for person in people
             if "shape" in person]  # fmt: skip
    return later_body_track(
        SMPLX, frames=frames, pose=pose, betas=np.stack(betas) if betas else None,
        transl=np.stack([_place(person) for person in people]), moved="pelvis", axes="camera",
    )  # fmt: skip


def _place(person: Any) -> np.ndarray:
    place = _first(person, _PLACES).reshape(-1)
    if place.size != 3:
        raise DataError(f"the pelvis of somebody has {place.size} coordinates, expected 3")
    return place


def _first(person: Any, names: tuple[str, ...]) -> np.ndarray:
    name = next(name for name in names if name in person)
    return numbers(name, person[name])


MULTIHMR = Format("multihmr", "Multi-HMR", verified=False, claims=_claims, tracks=_tracks)
