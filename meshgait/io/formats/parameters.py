"""Parameters by the names of smplx: `global_orient`, `body_pose`, `betas`, `transl`.

So CameraHMR, TokenHMR and 4D-Humans return them (`pred_smpl_params` and `pred_cam_t`), SMPLify-X
and those after it save them, a file a walk or a folder with a file for each person of each image.
A `body_pose` of 23 joints is SMPL's; of 21 it is SMPL-H's if there are hands and no face, else
SMPL-X's, see `settle_shape`. Up is where most people's heads are. The names are those of smplx's
documentation, those of networks follow the source of TokenHMR.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from meshgait.body.kinds import SMPL, SMPLH, SMPLX, Kind
from meshgait.errors import DataError
from meshgait.io.checked import matrices_to_axis_angle, numbers
from meshgait.io.content import Folder
from meshgait.io.ground import axes_of
from meshgait.io.people_by_frame import linked, people_by_frame, shows_people
from meshgait.io.recording import Format, has_keys
from meshgait.io.track import Track, TrackId, body_track, later_body_track

_NAMES = ("global_orient", "body_pose")
_PLACES = ("transl", "trans", "pred_cam_t", "cam_t")
_FACE, _HANDS = ("jaw_pose", "expression", "leye_pose"), ("left_hand_pose", "right_hand_pose")


def _is_person(value: Any) -> bool:
    return has_keys(value, *_NAMES) or (
        isinstance(value, dict) and has_keys(value.get("pred_smpl_params"), *_NAMES)
    )


def _claims(content: Any) -> bool:
    return _is_person(content) or (
        isinstance(content, Folder) and shows_people(content, _is_person)
    )


def _tracks(content: Any) -> dict[TrackId, Track]:
    if not isinstance(content, Folder):
        return {0: _track(None, [content])}
    people = linked(people_by_frame(content, _is_person), _where)
    return {name: _track(frames, rows) for name, (frames, rows) in people.items()}


def _where(person: Any) -> np.ndarray:
    place = _place(person)
    return np.zeros(3) if place is None else place.reshape(-1, 3)[0]


def _track(frames: list[int] | None, people: list[Any]) -> Track:
    poses = [_pose(person) for person in people]
    if frames is not None and any(len(pose) != 1 for pose in poses):
        raise DataError("a file of the folder holds more than one frame; read it by itself")
    pose, kind = np.concatenate(poses), _kind(people[0], poses[0].shape[1])
    places = [place for place in map(_place, people) if place is not None]
    betas = [_betas(person, len(pose)) for person, pose in zip(people, poses, strict=True)]
    given: dict[str, Any] = {
        "frames": frames, "pose": pose, "betas": np.concatenate(betas) if betas[0].size else None,
        "transl": np.concatenate(places) if len(places) == len(people) else None,
        "fps": next((people[0][key] for key in ("fps", "mocap_frame_rate") if key in people[0]),
                    None),
    }  # fmt: skip
    up = np.median(Rotation.from_rotvec(pose[:, 0]).as_matrix()[:, :, 1], axis=0)
    axes = axes_of(up)
    note = f"the head is taken to be up, {'y down' if axes == 'camera' else axes}"
    if kind == SMPL:
        return body_track(axes=axes, **given).noted(note)
    gender = people[0].get("gender")
    return later_body_track(kind, axes=axes, gender=gender, **given).noted(note)


def _pose(person: Any) -> np.ndarray:
    """Axis-angle (T, J, 3) of the root and the joints of the body."""
    person = person.get("pred_smpl_params", person)
    root, body = (numbers(name, person[name]) for name in _NAMES)
    frames = len(root) if root.ndim else 0
    is_matrix = root.shape[-2:] == (3, 3) and (root.ndim > 2 or len(body) != frames)
    if is_matrix:
        root, body = root.reshape(-1, 1, 3, 3), body.reshape(root.size // 9, -1, 3, 3)
        return matrices_to_axis_angle(np.concatenate([root, body], axis=1))
    root = root.reshape(-1, 1, 3)
    return np.concatenate([root, body.reshape(len(root), -1, 3)], axis=1)


def _kind(person: Any, joints: int) -> Kind:
    if joints == 24:
        return SMPL
    if joints != 22:
        raise DataError(f"body_pose has {joints - 1} joints, expected 23 (SMPL) or 21")
    has_hands = any(name in person for name in _HANDS)
    return SMPLH if has_hands and not any(name in person for name in _FACE) else SMPLX


def _betas(person: Any, frames: int) -> np.ndarray:
    """A row for each frame, none where the file has no shape."""
    inner = person.get("pred_smpl_params", person)
    if "betas" not in inner:
        return np.zeros((frames, 0), np.float32)
    betas = numbers("betas", inner["betas"])
    rows = betas.reshape(-1, betas.shape[-1]) if betas.ndim else betas.reshape(1, 1)
    return rows if len(rows) == frames else np.tile(rows.mean(axis=0), (frames, 1))


def _place(person: Any) -> np.ndarray | None:
    name = next((name for name in _PLACES if name in person), None)
    if name is None:
        return None
    place = numbers(name, person[name])
    if not place.size or place.size % 3:
        raise DataError(f"{name} is {place.shape}, expected (T, 3)")
    return place.reshape(-1, 3)


PARAMETERS = Format(
    "parameters", "SMPL, SMPL-H or SMPL-X by smplx's names (CameraHMR, TokenHMR)", verified=True,
    claims=_claims, tracks=_tracks,
)  # fmt: skip
