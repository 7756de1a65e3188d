"""GLAMR (Yuan et al., CVPR 2022): a pickle with `person_data`; the world is z up.

The keys follow the tool's source: `smpl_orient_world`, `smpl_pose`, `smpl_beta` and
`root_trans_world`, the place of the pelvis, for all frames of the video; those outside
`exist_frames`, where nobody was seen yet or any more, are left out.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from meshgait.io.checked import numbers
from meshgait.io.recording import Format, first_value, has_keys
from meshgait.io.track import Track, TrackId, body_track, track_id

_KEYS = ("smpl_pose", "smpl_beta", "smpl_orient_world", "root_trans_world")


def _claims(content: Any) -> bool:
    return isinstance(content, dict) and has_keys(first_value(content.get("person_data")), *_KEYS)


def _tracks(content: Any) -> dict[TrackId, Track]:
    people = content["person_data"]
    return {track_id(name): _track(people[name]) for name in people}


def _track(person: dict) -> Track:
    T = len(person["smpl_pose"])
    seen = np.asarray(person.get("exist_frames", np.ones(T))).astype(bool).reshape(T)
    pose, betas, root, place = (np.asarray(person[key])[seen] for key in _KEYS)
    joined = np.concatenate(
        [numbers("root", root).reshape(-1, 3), numbers("pose", pose).reshape(-1, 69)], axis=1
    )
    frames = np.asarray(person.get("frames", np.arange(T)))[seen]
    return body_track(
        frames=frames, pose=joined, betas=betas, transl=place, axes="z up", moved="pelvis"
    )


GLAMR = Format("glamr", "GLAMR", verified=True, claims=_claims, tracks=_tracks)
