"""A file of every format that is read, written as its tool writes it, from one walk."""

import functools
import json
from collections import defaultdict

import joblib
import numpy as np
import torch
from scipy.spatial.transform import Rotation

from meshgait.body import JOINT_NAMES, Body
from meshgait.io.formats.bvh import write_bvh
from meshgait.io.own_shape import SMPLX_PELVIS
from meshgait.modalities import JOINT_SETS, skeleton3d
from meshgait.modalities.joint_set import SOURCES
from meshgait.sequence.motion import save_motion
from meshgait.walker import Identity, walk

FRAMES = 6
FLIP = Rotation.from_matrix(np.diag([1.0, -1, -1]))
TO_Z_UP = Rotation.from_matrix([[1, 0, 0], [0, 0, -1], [0, 1, 0]])


@functools.cache
def body():
    return Body.embedded()


@functools.cache
def motion(mean_shape=False, frames=FRAMES):
    """A walk, upright."""
    person = Identity.draw(np.random.default_rng(3))
    if mean_shape:
        person = Identity.draw(np.random.default_rng(3))
        person.betas[:] = 0
    return walk(body(), person, frames=frames, fps=30.0).motion


def pelvis():
    from meshgait.io.track import rest_joints

    return rest_joints(body(), motion().betas[None])[0, 0]


def turned(turn):
    """Pose (T, 24, 3) and transl of the walk in other axes."""
    pose = motion().pose.reshape(FRAMES, 24, 3).astype(np.float64)
    pose[:, 0] = (turn * Rotation.from_rotvec(pose[:, 0])).as_rotvec()
    transl = turn.apply(motion().transl + pelvis()) - pelvis()
    return pose.astype(np.float32), transl.astype(np.float32)


def matrices(pose):
    flat = Rotation.from_rotvec(pose.reshape(-1, 3)).as_matrix()
    return flat.reshape(*pose.shape, 3).astype(np.float32)


def cam():
    return np.stack([np.full(FRAMES, 0.8), np.linspace(0, 0.1, FRAMES), np.zeros(FRAMES)], axis=1)


def betas():
    return np.tile(motion().betas, (FRAMES, 1))


def points(names):
    """Keypoints (T, K, 3) of the walk in metres."""
    mesh = motion().decode(body())
    joint_set = next(s for s in JOINT_SETS.values() if set(names) <= set(s.names))
    found = skeleton3d(mesh, joint_set, landmarks=body().landmarks).numpy()
    return found[:, [joint_set.names.index(name) for name in names]]


def pixels(names):
    """Keypoints (T, K, 3): x, y in pixels, y down, and a confidence."""
    flat = points(names)[..., :2] * [100, -100] + [200, 250]
    return np.concatenate([flat, np.full((*flat.shape[:2], 1), 0.9)], axis=2).round(3)


def write_own(folder):
    save_motion(folder / "walk.npz", motion())
    return folder / "walk.npz"


def write_romp(folder):
    pose, _ = turned(FLIP)
    people = {
        "cam": cam().astype(np.float32), "smpl_thetas": pose.reshape(FRAMES, 72),
        "smpl_betas": betas(), "frame_id": list(range(3, 3 + FRAMES)),
    }  # fmt: skip
    frame = {key: people[key][:1] for key in ("cam", "smpl_thetas", "smpl_betas")}
    path = folder / "video_results.npz"
    np.savez(path, results={"00.png": frame}, sequence_results={7: people})
    return path


def write_phalp(folder):
    pose, transl = turned(FLIP)
    frames = {}
    for t in range(FRAMES):
        smpl = {
            "global_orient": matrices(pose)[t, :1], "body_pose": matrices(pose)[t, 1:],
            "betas": betas()[t],
        }  # fmt: skip
        frames[f"img/{t:06d}.jpg"] = {
            "time": t, "tid": [1, 2], "tracked_time": [0, 3], "smpl": [smpl, smpl],
            "camera": [transl[t], transl[t] + 1], "embedding": [torch.zeros(3)] * 2,
        }  # fmt: skip
    joblib.dump(frames, folder / "demo.pkl", compress=3)
    return folder / "demo.pkl"


def write_wham(folder):
    pose, transl = turned(FLIP)
    people = defaultdict(dict)
    people[4] = {
        "pose": pose.reshape(FRAMES, 72), "trans": transl, "pose_world": motion().pose,
        "trans_world": motion().transl, "betas": betas(), "verts": np.zeros((FRAMES, 5, 3)),
        "frame_ids": np.arange(10, 10 + FRAMES),
    }  # fmt: skip
    joblib.dump(people, folder / "wham_output.pkl")
    return folder / "wham_output.pkl"


def write_tram(folder):
    pose, transl = turned(FLIP)
    found = {
        "pred_cam": torch.zeros(FRAMES, 3), "pred_rotmat": torch.from_numpy(matrices(pose)),
        "pred_shape": torch.from_numpy(betas()), "pred_trans": torch.from_numpy(transl)[:, None],
        "frame": torch.arange(FRAMES),
    }  # fmt: skip
    np.save(folder / "hps_track_0.npy", found)
    return folder / "hps_track_0.npy"


def in_smplx(transl):
    """What is added to SMPL-X's body where its pelvis is to be in the place of ours."""
    return (transl + pelvis() - SMPLX_PELVIS).astype(np.float32)


def write_gvhmr(folder):
    pose = torch.from_numpy(motion().pose)
    person = {
        "body_pose": pose[:, 3:66], "global_orient": pose[:, :3],
        "betas": torch.from_numpy(betas()), "transl": torch.from_numpy(in_smplx(motion().transl)),
    }  # fmt: skip
    content = {"smpl_params_global": person, "smpl_params_incam": person, "K_fullimg": torch.eye(3)}
    torch.save(content, folder / "hmr4d_results.pt")
    return folder / "hmr4d_results.pt"


def write_vibe(folder):
    pose, _ = turned(FLIP)
    person = {
        "pred_cam": cam(), "orig_cam": np.zeros((FRAMES, 4)), "verts": None,
        "pose": pose.reshape(FRAMES, 72), "betas": betas(), "joints2d": None,
        "frame_ids": np.arange(5, 5 + FRAMES),
    }  # fmt: skip
    joblib.dump({1: person}, folder / "vibe_output.pkl")
    return folder / "vibe_output.pkl"


def write_glamr(folder):
    pose, transl = turned(TO_Z_UP)
    exist = np.ones(FRAMES + 2, bool)
    exist[[0, -1]] = False
    padded = {
        "smpl_pose": pose[:, 1:].reshape(FRAMES, 69), "smpl_beta": betas(),
        "smpl_orient_world": pose[:, 0], "root_trans_world": transl + pelvis(),
    }  # fmt: skip
    person = {key: np.pad(rows, ((1, 1), (0, 0))) for key, rows in padded.items()}
    person |= {"exist_frames": exist, "frames": np.arange(FRAMES + 2)}
    joblib.dump({"person_data": {0: person}, "seq_name": "walk"}, folder / "glamr.pkl")
    return folder / "glamr.pkl"


def write_amass(folder):
    pose, transl = turned(TO_Z_UP)
    poses = np.zeros((FRAMES, 156))
    poses[:, :66] = pose.reshape(FRAMES, 72)[:, :66]
    np.savez(
        folder / "walk_poses.npz", poses=poses, trans=transl, betas=np.pad(motion().betas, (0, 6)),
        gender="male", mocap_framerate=120.0, dmpls=np.zeros((FRAMES, 8)),
    )  # fmt: skip
    return folder / "walk_poses.npz"


def write_aist(folder):
    content = {
        "smpl_poses": motion().pose, "smpl_trans": motion().transl * 90.0,
        "smpl_scaling": np.array([90.0]),
    }  # fmt: skip
    joblib.dump(content, folder / "gBR.pkl")
    return folder / "gBR.pkl"


def write_humanml3d(folder):
    np.save(folder / "000021.npy", points(JOINT_NAMES[:22]))
    return folder / "000021.npy"


def write_gait3d(folder):
    pose, _ = turned(FLIP)
    smpl = np.concatenate([cam(), pose.reshape(FRAMES, 72), betas()], axis=1)
    joblib.dump(smpl.astype(np.float32), folder / "seq0.pkl")
    return folder / "seq0.pkl"


def write_openpose(folder):
    (folder / "json").mkdir()
    for t, person in enumerate(pixels(JOINT_SETS["openpose25"].names)):
        page = {"version": 1.3, "people": [
            {"person_id": [-1], "pose_keypoints_2d": person.ravel().tolist()},
        ]}  # fmt: skip
        (folder / "json" / f"walk_{t:012d}_keypoints.json").write_text(json.dumps(page))
    return folder / "json"


def coco_rows(image):
    return [
        {"image_id": image(t), "category_id": 1, "keypoints": person.ravel().tolist(), "score": 0.9}
        for t, person in enumerate(pixels(JOINT_SETS["coco17"].names))
    ]


def write_coco(folder):
    (folder / "results.json").write_text(json.dumps(coco_rows(lambda t: t)))
    return folder / "results.json"


def write_alphapose(folder):
    (folder / "alphapose.json").write_text(json.dumps(coco_rows(lambda t: f"{t}.jpg")))
    return folder / "alphapose.json"


def write_mediapipe(folder):
    names = JOINT_SETS["coco17"].names
    row = [{"x": 0.0, "y": 0.0, "z": 0.0, "visibility": 0.5}] * 33
    frames = []
    for t in range(FRAMES):
        nose = points(names)[t, 0].tolist()
        landmarks = [dict(zip("xyz", nose, strict=True), visibility=0.9), *row[1:]]
        frames.append({"frame": t, "pose_world_landmarks": landmarks})
    (folder / "pose.json").write_text(json.dumps({"frames": frames}))
    return folder / "pose.json"


def write_hrnet(folder):
    (folder / "seq0").mkdir()
    for t, person in enumerate(pixels(JOINT_SETS["coco17"].names)):
        words = ",".join(str(x) for x in [64, 128, *person.ravel()])
        (folder / "seq0" / f"human_crop_f{100 + t}.txt").write_text(words)
    return folder / "seq0"


def write_bvh_file(folder):
    write_bvh(folder / "walk.bvh", motion(), body())
    return folder / "walk.bvh"


ASF = """:version 1.10
:units
  mass 1.0
  length 0.45
  angle deg
:root
   order TX TY TZ RX RY RZ
   axis XYZ
   position 0 0 0
   orientation 0 0 0
:bonedata
"""
SIDES = {
    "hipjoint": ("root", (0.6, -0.8, 0), 2.4, ""),
    "femur": ("hipjoint", (0.342, -0.94, 0), 7.2, "rx ry rz"),
    "tibia": ("femur", (0.342, -0.94, 0), 7.4, "rx"),
    "foot": ("tibia", (0, -0.2, 0.98), 2.2, "rx rz"),
    "toes": ("foot", (0, 0, 1), 1.1, "rx"),
    "clavicle": ("thorax", (1, 0, 0), 3.8, ""),
    "humerus": ("clavicle", (1, 0, 0), 5.2, "rx ry rz"),
    "radius": ("humerus", (1, 0, 0), 3.3, "rx"),
    "hand": ("radius", (1, 0, 0), 1.5, "rx rz"),
}
CENTRE = {
    "lowerback": ("root", (0, 1, 0), 2.0, "rx ry rz"),
    "thorax": ("lowerback", (0, 1, 0), 2.2, "rx ry rz"),
    "lowerneck": ("thorax", (0, 1, 0), 1.7, "rx ry rz"),
    "head": ("lowerneck", (0, 1, 0), 1.8, "rx ry rz"),
}


def asf_bones():
    for name, (parent, direction, length, dof) in CENTRE.items():
        yield name, parent, direction, length, dof
    for side, sign in (("l", 1), ("r", -1)):
        for name, (parent, (x, y, z), length, dof) in SIDES.items():
            above = parent if parent in ("root", "thorax") else side + parent
            yield side + name, above, (sign * x, y, z), length, dof


def write_amc(folder):
    lines, children = [ASF], defaultdict(list)
    for number, (name, parent, direction, length, dof) in enumerate(asf_bones()):
        children[parent].append(name)
        lines.append(f"  begin\n     id {number + 1}\n     name {name}")
        lines.append("     direction {} {} {}".format(*direction) + f"\n     length {length}")
        lines.append("     axis 0 0 20 XYZ" + (f"\n     dof {dof}" if dof else ""))
        lines.append("  end")
    lines.append(":hierarchy\n  begin")
    lines += [f"    {name} {' '.join(below)}" for name, below in children.items()]
    (folder / "07.asf").write_text("\n".join([*lines, "  end"]) + "\n")
    rows = ["#!OML:ASF", ":FULLY-SPECIFIED", ":DEGREES"]
    for t in range(FRAMES):
        rows += [str(t + 1), f"root 0 17 {t} 0 0 0"]
        rows += [f"{name} {' '.join(['0'] * len(dof.split()))}"
                 for name, _, _, _, dof in asf_bones() if dof and name != "lfemur"]  # fmt: skip
        rows.append(f"lfemur {-10 * t} 0 0")
    (folder / "07_01.amc").write_text("\n".join(rows) + "\n")
    return folder / "07_01.amc"


def write_prompthmr(folder):
    pose = np.zeros((FRAMES, 165), np.float32)
    pose[:, :66] = motion().pose[:, :66]
    world = {"pose": pose, "shape": betas(), "trans": in_smplx(motion().transl)}
    person = {"frames": np.arange(3, 3 + FRAMES), "track_id": 1, "smplx_world": world}
    joblib.dump({"camera": {}, "people": {1: person}, "has_slam": True}, folder / "results.pkl")
    return folder / "results.pkl"


def write_multihmr(folder):
    """Two people, who are listed the other way round in every second frame."""
    pose, transl = turned(FLIP)
    rotvec = np.zeros((FRAMES, 53, 3), np.float32)
    rotvec[:, :22] = pose[:, :22]
    place = transl + pelvis()
    frames = []
    for t in range(FRAMES):
        people = [
            {"rotvec": rotvec[t], "shape": betas()[t], "transl_pelvis": place[t][None] + aside,
             "scores": np.ones(1, np.float32)} for aside in (0, np.float32(3))
        ]  # fmt: skip
        frames.append(people[:: 1 if t % 2 == 0 else -1])
    joblib.dump(frames, folder / "humans.pkl")
    return folder / "humans.pkl"


def write_parameters(folder):
    pose, transl = turned(FLIP)
    inner = {"global_orient": matrices(pose)[:, :1], "body_pose": matrices(pose)[:, 1:],
             "betas": betas()}  # fmt: skip
    joblib.dump({"pred_smpl_params": inner, "pred_cam_t": transl}, folder / "out.pkl")
    return folder / "out.pkl"


MHR70 = {
    "nose": 0, "left_eye": 1, "right_eye": 2, "left_ear": 3, "right_ear": 4, "left_shoulder": 5,
    "right_shoulder": 6, "left_elbow": 7, "right_elbow": 8, "left_hip": 9, "right_hip": 10,
    "left_knee": 11, "right_knee": 12, "left_ankle": 13, "right_ankle": 14, "left_big_toe": 15,
    "left_small_toe": 16, "left_heel": 17, "right_big_toe": 18, "right_small_toe": 19,
    "right_heel": 20, "right_hand": 32, "right_wrist": 41, "left_hand": 53, "left_wrist": 62,
    "neck": 69,
}  # fmt: skip


def mhr_people(*, skins=FRAMES):
    """Keypoints of the walk, five metres before a camera, and in the first frames the skin."""
    mesh, flip, rng = motion().decode(body()), [1.0, -1, -1], np.random.default_rng(0)
    sources = np.concatenate([mesh.joints, mesh.vertices[:, body().landmarks]], axis=1)
    keypoints = np.zeros((FRAMES, 70, 3), np.float32)
    for name, place in MHR70.items():
        keypoints[:, place] = sources[:, SOURCES.index(name)] * flip
    skin = [rng.permutation(frame) * flip for frame in mesh.vertices.numpy()]
    rows = []
    for t in range(FRAMES):
        person = {"pred_keypoints_3d": keypoints[t], "pred_cam_t": np.array([0, 0, 5.0])}
        rows.append(person | ({"pred_vertices": skin[t].astype(np.float32)} if t < skins else {}))
    return rows


def write_sam3dbody(folder):
    joblib.dump([[person] for person in mhr_people(skins=1)], folder / "people.pkl")
    return folder / "people.pkl"


WRITERS = {
    "meshgait": write_own, "romp": write_romp, "phalp": write_phalp, "wham": write_wham,
    "tram": write_tram, "gvhmr": write_gvhmr, "prompthmr": write_prompthmr,
    "multihmr": write_multihmr, "parameters": write_parameters, "sam3dbody": write_sam3dbody,
    "vibe": write_vibe, "glamr": write_glamr,
    "amass": write_amass, "aist": write_aist, "humanml3d": write_humanml3d, "gait3d": write_gait3d,
    "openpose": write_openpose, "coco": write_coco, "alphapose": write_alphapose,
    "mediapipe": write_mediapipe, "hrnet": write_hrnet, "bvh": write_bvh_file, "amc": write_amc,
}  # fmt: skip
PICKLES = (
    "phalp", "wham", "vibe", "glamr", "aist", "gait3d", "prompthmr", "multihmr", "parameters",
    "sam3dbody",
)  # fmt: skip


def shows_the_walk(track, *, hands=True, atol=2e-5, place=None):
    """Whether a track, set upright, is the walk that all samples are written from.

    `place` is how far it may be elsewhere, where the pelvis is that of the mean shape.
    """
    found = track.stacked(body(), fps=30)
    width = 72 if hands else 66
    ours = Rotation.from_rotvec(motion().pose[:, :width].reshape(-1, 3))
    theirs = Rotation.from_rotvec(found.pose[:, :width].reshape(-1, 3))
    assert (ours * theirs.inv()).magnitude().max() < 10 * atol
    if track.transl is not None:
        np.testing.assert_allclose(found.transl, motion().transl, atol=place or atol)
