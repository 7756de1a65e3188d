"""Miniature trees in the official layouts, with simple shapes that walk; importable by any test.

Every maker writes under `root` and returns it, or the pair of it and an official list.
"""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import cv2
import numpy as np

FRAMES = 5
PEOPLE = ("0000", "0001", "0002", "0003")
CAMERAS = ("camid0_videoid2", "camid3_videoid1")


def shape(frame, *, seed=0, size=(100, 70)):
    """A person of sorts: head, trunk, and legs that open and close."""
    image = np.zeros(size, np.uint8)
    x, swing = 30 + seed % 7, int(6 + 5 * np.sin(frame + seed))
    cv2.circle(image, (x, 14), 7 + seed % 3, 255, -1)
    cv2.ellipse(image, (x, 40), (8 + seed % 4, 24), 0, 0, 360, 255, -1)
    for side in (-1, 1):
        cv2.line(image, (x, 55), (x + side * swing, 95), 255, 6)
    return image


def write_png(path, image):
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), image)


def write_pickle(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(content))


def smpl_frame(frame, seed=0):
    """Camera, pose and shape of one frame."""
    return np.random.default_rng((frame, seed)).normal(size=85).astype(np.float32)


def write_romp(path, row):
    path.parent.mkdir(parents=True, exist_ok=True)
    person = {"cam": row[:3], "poses": row[3:75], "betas": row[75:]}
    content = np.empty((), object)
    content[()] = [person]
    np.savez(path, results=content)


def write_pose(path, frame):
    path.parent.mkdir(parents=True, exist_ok=True)
    joints = np.random.default_rng(frame).uniform(0, 99, 51).round(2)
    path.write_text(",".join(map(str, [0, 0, *joints])), encoding="utf-8")


def gait3d_list(root):
    """The official list: people 0 and 1 train, 2 and 3 are tested, one probe each."""
    path = Path(root) / "Gait3D.json"
    probes = [f"{person}-{CAMERAS[0]}-seq0" for person in PEOPLE[2:]]
    lists = {"TRAIN_SET": PEOPLE[:2], "TEST_SET": PEOPLE[2:], "PROBE_SET": probes}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(lists), encoding="utf-8")
    return path


def gait3d_raw(root, frames=FRAMES):
    """All four raw folders and the list; frames are numbered from 17279."""
    root = Path(root)
    for seed, (person, camera) in enumerate((p, c) for p in PEOPLE for c in CAMERAS):
        clip = Path(person) / camera / "seq0"
        for number in range(17279, 17279 + frames):
            name, image = f"human_crop_f{number}", shape(number, seed=seed)
            write_png(root / "2D_Silhouettes" / clip / f"{name}.png", image)
            labels = (image > 0) * (1 + np.arange(100)[:, None] // 20).astype(np.uint8)
            write_png(root / "2D_Parsings" / clip / f"{name}.png", labels)
            write_romp(root / "3D_SMPLs" / clip / f"{name}.npz", smpl_frame(number, seed))
            write_pose(root / "2D_Poses" / clip / f"{name}.txt", number)
    return root, gait3d_list(root)


def gait3d_pickled(root, modalities=("sils", "smpls"), frames=FRAMES):
    """Gait3D-merged-pkl with two or three modalities; a single one has files without its name."""
    root = Path(root)
    for seed, (person, camera) in enumerate((p, c) for p in PEOPLE for c in CAMERAS):
        squares = np.stack([cv2.resize(shape(n, seed=seed), (64, 64)) for n in range(frames)])
        content = {
            "sils": squares,
            "pars": (squares > 0) * np.uint8(3),
            "smpls": np.stack([smpl_frame(n, seed) for n in range(frames)]).astype(np.float64),
        }
        for word in modalities:
            name = "seq0.pkl" if len(modalities) == 1 else f"{word}-seq0.pkl"
            write_pickle(root / person / camera / "seq0" / name, content[word])
    return root, gait3d_list(root.parent)


def casia_b(root, people=("001", "074", "075", "124"), views=("000", "090"), frames=3):
    """Raw images: all ten walks, some views."""
    root = Path(root)
    walks = [f"nm-0{n}" for n in range(1, 7)] + ["bg-01", "bg-02", "cl-01", "cl-02"]
    for seed, person in enumerate(people):
        for walk in walks:
            for view in views:
                for number in range(1, frames + 1):
                    name = f"{person}-{walk}-{view}-{number:03}.png"
                    image = shape(number, seed=seed, size=(120, 160))
                    write_png(root / person / walk / view / name, image)
    return root


def plain(root, clips, *, frames=3, size=(100, 70)):
    """Pictures in the folders named, such as "fyc/00_1"."""
    root = Path(root)
    for seed, clip in enumerate(clips):
        for number in range(1, frames + 1):
            write_png(root / clip / f"{number:04}.png", shape(number, seed=seed, size=size))
    return root


def ou_mvlp_pose(root, clips=("00001/000_00", "00001/000_01", "00002/000_00", "00002/000_01")):
    """OpenPose's JSON for every frame."""
    root = Path(root)
    for clip in clips:
        for number in range(1, 4):
            path = root / clip / f"{number:04}_keypoints.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            joints = np.random.default_rng(number).uniform(0, 99, 54).tolist()
            people = {"people": [{"pose_keypoints_2d": joints}]}
            path.write_text(json.dumps(people), encoding="utf-8")
    return root


OTHERS = {
    "casia-a": ["fyc/00_1", "fyc/45_1", "wq/00_1", "wq/90_2"],
    "casia-c": ["001/fn00", "001/fs00", "002/fn00", "002/fb01"],
    "usf": ["02463/GAR-NB-t1", "02463/CBL-BF-t2", "02464/GAR-NB-t1", "02464/GAL-NB-t1"],
    "ou-speed": ["00001/2km", "00001/10km", "00002/2km", "00002/3km"],
    "ou-mv": ["00001/01", "00001/25", "00002/01", "00002/02"],
    "ou-lp": ["0000001/Seq00/55", "0000001/Seq01/65", "0000002/Seq00/55", "0000002/Seq01/65"],
    "ou-lp-bag": ["00001/Seq00", "00001/Seq01", "00002/Seq00", "00002/Seq01"],
    "ou-lp-age": ["00001", "00002", "00003", "00004"],
    "ou-mvlp": [
        "Silhouette_000-00/00001", "Silhouette_000-00/00002", "Silhouette_000-01/00002",
        "Silhouette_015-00/00002", "Silhouette_015-01/00002", "Silhouette_000-00/10307",
    ],
    "grew": [
        "train/00001/4XPn5Z28", "test/gallery/00001/79XJefi8", "test/gallery/00001/t16VLaQf",
        "test/gallery/00002/5TXe8svE", "test/gallery/00002/uTXe8svE", "test/probe/etaGVnWf",
    ],
    "folder": ["ann/normal/side", "ann/bag/side", "bob/normal/side", "bob/normal/front"],
}  # fmt: skip
"""Clips of the layouts whose frames are plain images."""
