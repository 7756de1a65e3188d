"""Motions as every tool writes them that captures motion: for folders that are made up."""

import warnings

import joblib
import numpy as np
import torch
from scipy.spatial.transform import Rotation

from meshgait._optional import require
from meshgait.body import JOINT_INDEX
from meshgait.io import write_amass, write_bvh
from meshgait.io.size import smpl_rest
from meshgait.sequence.motion import save_motion
from tests.data.synthetic.captured import body

# Bone, the one above, the joints it lies between, whose turn it has.
_ASF = (
    ("lowerback", "root", "pelvis", "spine1", ""),
    ("upperback", "lowerback", "spine1", "spine2", "spine1"),
    ("thorax", "upperback", "spine2", "spine3", "spine2"),
    ("lowerneck", "thorax", "spine3", "neck", "spine3"),
    ("head", "lowerneck", "neck", "head", "neck"),
    *(
        (side[0] + bone, above if above in ("root", "thorax") else side[0] + above,
         start if start in ("pelvis", "spine3") else f"{side}_{start}", f"{side}_{end}",
         f"{side}_{turn}" if turn else "")
        for side in ("left", "right")
        for bone, above, start, end, turn in (
            ("hipjoint", "root", "pelvis", "hip", ""), ("femur", "hipjoint", "hip", "knee", "hip"),
            ("tibia", "femur", "knee", "ankle", "knee"),
            ("foot", "tibia", "ankle", "foot", "ankle"),
            ("clavicle", "thorax", "spine3", "shoulder", ""),
            ("humerus", "clavicle", "shoulder", "elbow", "shoulder"),
            ("radius", "humerus", "elbow", "wrist", "elbow"),
        )
    ),
)  # fmt: skip
_SKELETON = """:version 1.10
:units
  length 0.45
  angle deg
:root
   order TX TY TZ RX RY RZ
   axis XYZ
   position 0 0 0
   orientation 0 0 0
:bonedata
"""
_UNIT = 0.45 / 0.0254  # of CMU's skeletons, in a metre


def _write_amc(folder, motion):
    """Skeleton and motion of Acclaim, the shoulder blades held still."""
    rest, joints = smpl_rest(motion.betas), motion.skeleton(body())[1]
    rows = [_SKELETON]
    for number, (name, _, start, end, turn) in enumerate(_ASF):
        bone = rest[JOINT_INDEX[end]] - rest[JOINT_INDEX[start]]
        length = np.linalg.norm(bone)
        rows.append(f"  begin\n id {number + 1}\n name {name}")
        rows.append(" direction " + " ".join(map(str, bone / length)))
        rows.append(f" length {length * _UNIT}\n axis 0 0 0 XYZ")
        rows.append(" dof rx ry rz\n  end" if turn else "  end")
    rows.append(":hierarchy\n  begin")
    rows += [f"    {above} {name}" for name, above, *_ in _ASF]
    (folder / "x.asf").write_text("\n".join([*rows, "  end"]) + "\n")
    angles = Rotation.from_rotvec(motion.pose.reshape(-1, 3)).as_euler("xyz", degrees=True)
    angles = angles.reshape(-1, 24, 3)
    lines = ["#!OML:ASF", ":FULLY-SPECIFIED", ":DEGREES"]
    for t, (pose, place) in enumerate(zip(angles, joints[:, 0] * _UNIT, strict=True)):
        lines += [str(t + 1), "root " + " ".join(map(str, [*place, *pose[0]]))]
        lines += [f"{name} " + " ".join(map(str, pose[JOINT_INDEX[turn]]))
                  for name, *_, turn in _ASF if turn]  # fmt: skip
    path = folder / "x_01.amc"
    path.write_text("\n".join(lines) + "\n")
    return path


_MARKS = {"KNE": "knee", "ANK": "ankle", "TOE": "foot", "SHO": "shoulder", "ELB": "elbow",
          "WRA": "wrist", "WRB": "wrist"}  # fmt: skip


def _write_c3d(folder, motion):
    """Markers of Plug-in Gait in millimetres, z up."""
    c3d = require("c3d", extra="mocap")
    joints = motion.skeleton(body())[1]
    left, right = (joints[:, JOINT_INDEX[f"{side}_hip"]] for side in ("left", "right"))
    aside = left - right
    width = np.linalg.norm(aside, axis=1, keepdims=True) / 0.72
    aside /= np.linalg.norm(aside, axis=1, keepdims=True)
    up = joints[:, JOINT_INDEX["neck"]] - joints[:, 0]
    up -= (up * aside).sum(1, keepdims=True) * aside
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    ahead = np.cross(aside, up)
    front = (left + right) / 2 + 0.19 * width * ahead + 0.30 * width * up
    back = front - 0.15 * ahead
    marks = {"LASI": front + aside * width / 2, "RASI": front - aside * width / 2,
             "LPSI": back + 0.05 * aside, "RPSI": back - 0.05 * aside}  # fmt: skip
    for side in ("left", "right"):
        marks |= {side[0].upper() + mark: joints[:, JOINT_INDEX[f"{side}_{joint}"]]
                  for mark, joint in _MARKS.items()}  # fmt: skip
    writer = c3d.Writer(point_rate=motion.fps)
    writer.set_point_labels(list(marks))
    x, y, z = np.moveaxis(np.stack(list(marks.values()), axis=1), -1, 0)
    rows = np.zeros((*x.shape, 5), np.float32)
    rows[..., :3] = 1000 * np.stack([x, -z, y], axis=-1)
    writer.add_frames([(row, np.zeros((0, 0))) for row in rows])
    with (folder / "x.c3d").open("wb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # there is no analogue data
        writer.write(file)
    return folder / "x.c3d"


def _write_gvhmr(folder, motion):
    pose, betas, transl = (torch.from_numpy(x) for x in (motion.pose, motion.betas, motion.transl))
    person = {"body_pose": pose[:, 3:66], "global_orient": pose[:, :3], "betas": betas}
    torch.save({"smpl_params_global": person | {"transl": transl}}, folder / "hmr4d.pt")
    return folder / "hmr4d.pt"


def _write_wham(folder, motion):
    seen = {"pose": motion.pose, "trans": motion.transl, "betas": motion.betas[None],
            "frame_ids": np.arange(len(motion))}  # fmt: skip
    world = {"pose_world": motion.pose, "trans_world": motion.transl}
    joblib.dump({0: seen | world}, folder / "wham_output.pkl")
    return folder / "wham_output.pkl"


def _write_own(folder, motion):
    save_motion(folder / "x.npz", motion)
    return folder / "x.npz"


def _write_amass(folder, motion):
    write_amass(folder / "x_poses.npz", motion, body())  # z up
    return folder / "x_poses.npz"


def _write_bvh(folder, motion):
    write_bvh(folder / "x.bvh", motion, body())
    return folder / "x.bvh"


def _write_joints(folder, motion):
    np.save(folder / "000001.npy", motion.skeleton(body())[1][:, :22].astype(np.float32))
    return folder / "000001.npy"


WRITERS = {
    "own": _write_own, "amass": _write_amass, "bvh": _write_bvh, "amc": _write_amc,
    "c3d": _write_c3d, "gvhmr": _write_gvhmr, "wham": _write_wham, "joints": _write_joints,
}  # fmt: skip
WITHOUT_AXES = {"bvh", "amc", "c3d", "joints"}
"""Formats of joints, in which up is where the head is: who lies there is a file with z up."""
