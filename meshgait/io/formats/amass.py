"""AMASS (Mahmood et al., ICCV 2019): .npz of SMPL-H or SMPL-X motion capture, z up.

Of the 156 numbers of SMPL-H (165 of SMPL-X) the first 66 are SMPL's own joints; SMPL's two hands
have no like among the fingers and rest. The shape coefficients are those of another body of the
gender that is told, see `settle_shape`. The keys are those of the data set's documentation; those
of SMPL-X have `surface_model_type`, by which we say that the shape of what we write is SMPL's.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from meshgait.body import Body
from meshgait.body.kinds import KINDS, SMPL, SMPLH, SMPLX
from meshgait.errors import DataError
from meshgait.files.storage import write_npz
from meshgait.io.checked import numbers
from meshgait.io.own_shape import of_shared_joints
from meshgait.io.recording import Format, has_keys
from meshgait.io.track import Track, TrackId, body_track, later_body_track, rest_joints
from meshgait.sequence.motion import Motion

_BODY = 66
_RATES = ("mocap_framerate", "mocap_frame_rate")
_TO_Z_UP = Rotation.from_matrix([[1, 0, 0], [0, 0, -1], [0, 1, 0]])


def _claims(content: Any) -> bool:
    return has_keys(content, "poses", "trans")


def _tracks(content: Any) -> dict[TrackId, Track]:
    poses = numbers("poses", content["poses"])
    if poses.ndim != 2 or poses.shape[1] < _BODY:
        raise DataError(f"poses are {poses.shape}, expected (T, 156), (T, 165) or (T, 72)")
    fps = next((content[key] for key in _RATES if key in content), None)
    told = str(content.get("surface_model_type", "")).lower()
    kind = KINDS.get(told) or {72: SMPL, 165: SMPLX}.get(poses.shape[1], SMPLH)
    betas, transl = content.get("betas"), content["trans"]
    if kind != SMPL:
        return {0: later_body_track(
            kind, frames=None, pose=poses, betas=betas, gender=content.get("gender"),
            transl=transl, axes="z up", fps=fps,
        )}  # fmt: skip
    pose = poses[:, :72] if poses.shape[1] == 72 else of_shared_joints(poses)
    return {0: body_track(
        frames=None, pose=pose, betas=betas, transl=transl, axes="z up", fps=fps,
    )}  # fmt: skip


def write_amass(path: str | Path, motion: Motion, body: Body) -> None:
    """Write SMPL-H's layout, z up: 156 numbers with fingers at rest, SMPL's hands left out.

    The shape stays SMPL's, and `surface_model_type` says so. `body` says where the pelvis is,
    about which the axes are turned.
    """
    T = len(motion.pose)
    pelvis = rest_joints(body, motion.betas[None].astype(np.float32))[0, 0]
    poses = np.zeros((T, 156))
    poses[:, :_BODY] = motion.pose[:, :_BODY]
    poses[:, :3] = (_TO_Z_UP * Rotation.from_rotvec(motion.pose[:, :3])).as_rotvec()
    betas = np.zeros(16)
    betas[:10] = motion.betas
    write_npz(
        path,
        poses=poses,
        trans=_TO_Z_UP.apply(motion.transl + pelvis) - pelvis,
        betas=betas,
        dmpls=np.zeros((T, 8)),
        gender=np.array("neutral"),
        surface_model_type=np.array("smpl"),
        mocap_framerate=np.array(float(motion.fps)),
    )


AMASS = Format("amass", "AMASS", verified=True, claims=_claims, tracks=_tracks)
