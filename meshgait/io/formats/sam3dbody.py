"""SAM 3D Body (2025): the people of each image as points of the Momentum Human Rig (MHR).

Of each person there are 70 keypoints in metres, of which hips, knees, ankles and the like become a
body by `fit_joints`, and the vertices of MHR's skin, on which the shape of the body is then laid by
`fit_surface`; both are before the camera at `pred_cam_t`. The tool returns a list of dictionaries,
which people save as .npz of one person, as pickles of one image or of many. The keys and the names
of the keypoints follow the tool's source and the samples of MHR's converter.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float

from meshgait.errors import DataError
from meshgait.io.checked import numbers
from meshgait.io.fit_joints import fit_joints
from meshgait.io.fit_surface import Surface, fit_surface
from meshgait.io.people_by_frame import linked, people_by_frame, shows_people
from meshgait.io.recording import Format, has_keys
from meshgait.io.size import embedded_body
from meshgait.io.track import UPRIGHT, BodyTrack, PointTrack, Track, TrackId, point_track

_KEYPOINTS = 70
_PLACE = {
    "left_shoulder": 5, "right_shoulder": 6, "left_elbow": 7, "right_elbow": 8, "left_hip": 9,
    "right_hip": 10, "left_knee": 11, "right_knee": 12, "left_ankle": 13, "right_ankle": 14,
    "right_wrist": 41, "left_wrist": 62, "right_hand": 32, "left_hand": 53, "neck": 69,
}  # fmt: skip
_EARS = (3, 4)
_FEET = {"left_foot": (15, 16, 17), "right_foot": (18, 19, 20)}  # two toes and the heel
_BALL = 0.75  # how far from the heel to the tips of the toes the ball of a foot is
_JOINTS = (*_PLACE, "head", *_FEET)
_MOST = 4  # frames whose skin tells the shape


def _is_person(value: Any) -> bool:
    return has_keys(value, "pred_keypoints_3d", "pred_cam_t")


def _claims(content: Any) -> bool:
    return shows_people(content, _is_person)


def _tracks(content: Any) -> dict[TrackId, Track]:
    if _is_person(content) and np.ndim(content["pred_keypoints_3d"]) == 3:
        content = _frames(content)
    people = linked(people_by_frame(content, _is_person), _camera)
    return {name: _body(frames, rows) for name, (frames, rows) in people.items()}


def _frames(content: Any) -> list[Any]:
    """A person with a row for each frame of everything, as a list of frames."""
    names = [name for name in ("pred_keypoints_3d", "pred_cam_t", "pred_vertices")
             if name in content]  # fmt: skip
    rows = [list(numbers(name, content[name])) for name in names]
    return [[dict(zip(names, row, strict=True))] for row in zip(*rows, strict=True)]


def _camera(person: Any) -> np.ndarray:
    place = numbers("pred_cam_t", person["pred_cam_t"]).reshape(-1)
    if place.size != 3:
        raise DataError(f"pred_cam_t has {place.size} numbers, expected 3")
    return place


def _body(frames: list[int], people: list[Any]) -> Track:
    points = point_track(
        frames=frames, points=np.stack([_joints(person) for person in people]), names=_JOINTS,
        unit="m", axes="camera",
    )  # fmt: skip
    found = fit_joints(points)
    skins = {i: skin for i, skin in enumerate(map(_skin, people)) if skin is not None}
    if not skins:
        return found.noted("the shape is that of the lengths of bones, for there are no vertices")
    betas, off_mm = _shape(found, points, skins)
    return fit_joints(points, betas).noted(f"the skin is {off_mm:.1f} mm from MHR's, in the mean")


def _joints(person: Any) -> Float[np.ndarray, "K 3"]:
    """SMPL's joints, before the camera."""
    points = numbers("pred_keypoints_3d", person["pred_keypoints_3d"])
    if points.shape != (_KEYPOINTS, 3):
        raise DataError(f"pred_keypoints_3d are {points.shape}, expected ({_KEYPOINTS}, 3)")
    feet = [
        (1 - _BALL) * points[heel] + _BALL * (points[big] + points[small]) / 2
        for big, small, heel in _FEET.values()
    ]
    head = points[list(_EARS)].mean(axis=0)
    return np.stack([*points[list(_PLACE.values())], head, *feet]) + _camera(person)


def _skin(person: Any) -> Float[np.ndarray, "N 3"] | None:
    if "pred_vertices" not in person:
        return None
    skin = numbers("pred_vertices", person["pred_vertices"])
    if skin.ndim != 2 or skin.shape[1] != 3 or len(skin) < 1000:
        raise DataError(f"pred_vertices are {skin.shape}, expected (18439, 3)")
    return skin + _camera(person)


def _shape(
    found: BodyTrack, points: PointTrack, skins: dict[int, Float[np.ndarray, "N 3"]]
) -> tuple[Float[np.ndarray, "10"], float]:
    """The shape of the body whose skin lies on that of some frames, and how well it does."""
    body, turn = embedded_body(), UPRIGHT[points.axes].as_matrix().T
    some = np.unique(np.linspace(0, len(skins) - 1, _MOST).astype(int))
    kept = np.array(list(skins))[some]
    unknown = np.full((24, 3), np.nan)
    frames = [Surface(skins[i].astype(np.float64) @ turn, unknown) for i in kept]
    joints = found.stacked(body, fps=found.assumed_fps).decode(body).require_joints().numpy()
    hips = [_JOINTS.index("left_hip"), _JOINTS.index("right_hip")]
    seen = points.points[kept][:, hips].astype(np.float64) @ turn
    shift = (seen - joints[kept][:, [1, 2]]).mean(axis=1)
    upright = found.upright(body)
    start = shift if upright.transl is None else upright.transl[kept] + shift
    fit = fit_surface(body, frames, upright.pose[kept], start, found.betas[0])
    return fit.betas, fit.off_mm


SAM3DBODY = Format(
    "sam3dbody", "SAM 3D Body (MHR)", verified=True, claims=_claims, tracks=_tracks
)  # fmt: skip
