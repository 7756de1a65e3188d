"""Miniature trees of the data sets that came after 2022, as their owners give them out.

Every maker writes under `root` and returns it, or the pair of it and an official list.
"""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np

from tests.data.layouts.miniature import shape, smpl_frame, write_pickle, write_png

FRAMES = 4


def squares(seed, frames=FRAMES, side=64):
    """Normalised silhouettes of somebody."""
    return np.stack([cv2.resize(shape(n, seed=seed), (side, side)) for n in range(frames)])


def clouds(seed, frames=FRAMES):
    """Scans of somebody: as many points in each frame as were hit."""
    generator = np.random.default_rng((9, seed))
    sizes = generator.integers(40, 90, frames)
    spread = (0.2, 0.15 + 0.02 * (seed % 5), 0.5)
    return [generator.normal((8.0, 0.0, -0.4), spread, (n, 3)) for n in sizes]


def official(path, train, test, **more):
    """A list of who trains and who is tested."""
    content = {"TRAIN_SET": list(train), "TEST_SET": list(test), **more}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


SUSTECH1K = ("00-nm", "01-nm", "01-bg", "01-cl", "02-cr", "02-ub", "03-uf", "03-oc", "04-nt")
SCANS, PICTURES = 4, 11  # frames of the scanner and of the camera


def sustech1k(root, people=("0000", "0002", "0001", "0003"), types=SUSTECH1K, views=("000", "090")):
    """Sixteen pickles for each clip; the pairs are as many as the scanner's frames."""
    root = Path(root)
    for place, (person, kind, view) in enumerate(
        (p, t, v) for p in people for t in types for v in views
    ):
        seed, folder = 31 * int(person) + place % 3, root / person / kind / view
        scans, pictures = clouds(seed, SCANS), squares(seed, PICTURES)
        depths = np.full((SCANS, 3, 64, 64), seed % 200, np.uint8)
        depths[:, :, 10:50, 20:40] = np.arange(SCANS, dtype=np.uint8)[:, None, None, None] + 100
        pairs = np.linspace(0, PICTURES - 1, SCANS).astype(int)
        for first, word, chosen in ((0, "", slice(None)), (8, "sync-", pairs)):
            camera = pictures[chosen]
            contents = {
                "LiDAR-PCDs": scans,
                "LiDAR-PCDs_depths": depths,
                "LiDAR-PCDs_sils": depths[:, 0],
                "Camera-Pose": np.array([{"people": []}] * len(camera), dtype=object),
                "Camera-Ratios-HW": np.ones((len(camera), 2), int),
                "Camera-RGB_raw": np.zeros((len(camera), 3, 64, 64), np.uint8),
                "Camera-Sils_aligned": camera,
                "Camera-Sils_raw": camera // 2,
            }
            for number, (name, content) in enumerate(contents.items(), first):
                write_pickle(folder / f"{number:02}-{word}{view}-{name}.pkl", content)
    half = len(people) // 2
    return root, official(root.parent / "SUSTech1K.json", people[:half], people[half:])


def write_pcd(path, cloud, form="ascii"):
    """As PCL writes it, with an intensity that nobody asks for."""
    head = (
        "# .PCD v0.7 - Point Cloud Data file format\nVERSION 0.7\nFIELDS x y z intensity\n"
        "SIZE 4 4 4 4\nTYPE F F F F\nCOUNT 1 1 1 1\n"
        f"WIDTH {len(cloud)}\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS {len(cloud)}\n"
        f"DATA {form}\n"
    )
    rows = np.concatenate([cloud, np.ones((len(cloud), 1))], axis=1).astype(np.float32)
    body = rows.tobytes()
    if form == "binary_compressed":
        plain = rows.T.tobytes()
        runs = (plain[i : i + 32] for i in range(0, len(plain), 32))
        packed = b"".join(bytes([len(run) - 1]) + run for run in runs)
        body = np.array([len(packed), len(plain)], "<u4").tobytes() + packed
    if form == "ascii":
        body = "".join(" ".join(map(repr, row)) + "\n" for row in rows.tolist()).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(head.encode() + body)


def sustech1k_raw(root, people=("0000", "0001"), types=("00-nm", "01-nm"), form="binary"):
    """Files named by their time: scans at 10 a second, pictures at 30; the last scan is late."""
    root = Path(root)
    for seed, (person, kind) in enumerate((p, t) for p in people for t in types):
        folder = root / person / kind / "000"
        for n, cloud in enumerate(clouds(seed, SCANS)):
            time = f"1657081234.{n if n < SCANS - 1 else 8}5{n * n:07}"  # ns that vary
            write_pcd(folder / "PCDs" / f"{time}.pcd", cloud, form)
            write_png(
                folder / "PCDs_depths" / f"{time}.png", np.full((64, 64, 3), 40 + n, np.uint8)
            )
            write_png(folder / "PCDs_sils" / f"{time}.png", np.zeros((64, 64), np.uint8))
        for n in range(PICTURES):
            time = f"1657081234{100_000_000 + 1_000_000_000 * n // 30:09}"
            write_png(folder / "Sils_aligned" / f"{time}.png", shape(n, seed=seed))
            (folder / "Pose").mkdir(exist_ok=True)
            (folder / "Pose" / f"{time}.json").write_text("{}")
    return root, official(root.parent / "raw.json", people[:1], people[1:])


CLOTHES = ("U0_D0_BG", "U0_D0", "U1_D1", "U2_D2", "U3_D3", "U0_D3", "U1_D0")


def ccpg(root, people=("000", "099", "100", "199"), cameras=("0_0", "0_1", "1_0")):
    """Four pickles for each clip; one frame has no usable centre."""
    root = Path(root)
    for person in people:
        for clothes in CLOTHES:
            for camera in cameras:
                seed, folder = int(person), root / person / clothes / camera
                aligned = np.empty(FRAMES, object)
                aligned[:] = [*squares(seed)[1:], None]
                write_pickle(folder / f"{camera}-aligned-sils.pkl", aligned)
                write_pickle(folder / f"{camera}-ratios.pkl", np.ones(FRAMES))
                write_pickle(folder / f"{camera}-rgbs.pkl", np.zeros((2, 3, 8, 8), np.uint8))
                write_pickle(folder / f"{camera}-sils.pkl", squares(seed, side=128))
    return root


def casia_e(root, people=("001", "200", "201", "1014"), views=("000", "090", "270"), frames=6):
    """Pickles of one walk of each kind; the first clip is too short."""
    root = Path(root)
    for person in people:
        for scene in ("scene1", "scene2", "scene3", "scene3_s"):
            for walk in ("nm", "bg", "cl"):
                for view in views:
                    name = root / person / f"H-{scene}-{walk}-1" / view / f"{view}.pkl"
                    write_pickle(name, squares(int(person), frames))
    write_pickle(root / "001/H-scene1-nm-1/000/000.pkl", squares(1, 5))
    return root


def ccgr(root, people=("1", "2", "601", "602"), gallery=("601-NM1-over.avi", "602-NM1-over.avi")):
    """Three walks from two sides, in the folders of the published script."""
    root = Path(root)
    for person in people:
        for walk in ("NM1", "BGCRCLCV1"):
            for view in ("45_1.avi", "over.avi"):
                seed, folder, name = int(person), root / person / walk / view, view[:-4]
                people_of = squares(seed)
                contents = {
                    f"000-{name}ratios_HW-1": np.ones((FRAMES, 2)),
                    f"001-{name}rgb_f-1": np.zeros((FRAMES, 3, 8, 8), np.uint8),
                    f"002-{name}sil-1": people_of,
                    f"003-{name}par-1": (people_of > 0) * np.uint8(2 + seed % 3),
                    f"004-{name}pose-1": np.ones((FRAMES, 17, 3), np.float32) * seed,
                }
                for file, content in contents.items():
                    write_pickle(folder / f"{file}.pkl", content)
    lists = {"GALLERY_SET": list(gallery)} if gallery else {}
    return root, official(root.parent / "CCGR.json", people[:2], people[2:], **lists)


def hid(root, people=("0500", "0501", "0502"), videos=("video1", "video2"), *, pickled=False):
    """Two known sequences of everybody, and videos of nobody knows whom."""
    root = Path(root)
    clips = [(f"{person}/s{n}", int(person) + n) for person in people for n in (1, 2)]
    for folder, seed in (*clips, *((f"probe/{video}", 500 + k) for k, video in enumerate(videos))):
        frames = squares(seed, side=128)
        if pickled:
            write_pickle(root / folder / "default" / f"{Path(folder).name}.pkl", frames)
            continue
        for number, frame in enumerate(frames):
            write_png(root / folder / f"{number:04}.png", frame)
    return root


def gaitlu_1m(root, count=6):
    """Sequences of nobody, cut to 64 x 44 already."""
    root = Path(root)
    for n in range(count):
        names = f"{n // 4:03}", f"{n % 4 // 2:03}", f"{n % 2:03}"
        write_pickle(root.joinpath(*names) / f"{'_'.join(names)}.pkl", squares(n)[..., 10:54])
    return root


def freegait(root, people=("0001", "0002", "0007", "0008"), *, folders=False, smpl=85):
    """Five pickles for each clip, each in a folder of its own before they are rearranged."""
    root = Path(root)
    for person in people:
        for device in ("d1", "d2"):
            seed, clip = int(person), root / person / device / "s1"
            rows = np.stack([smpl_frame(n, seed) for n in range(FRAMES)]).astype(np.float64)
            contents = {
                "image": squares(seed),
                "kp3d": rows[:, 3:75].reshape(FRAMES, 24, 3),
                "lidar": clouds(seed),
                "range_pkl": np.full((FRAMES, 64, 64), 30 + seed, np.uint8),
                "smpl": rows if smpl == 85 else rows[:, 3 : 3 + smpl],
            }
            for name, content in contents.items():
                write_pickle(clip / (name if folders else "") / f"{name}.pkl", content)
    half = len(people) // 2
    probes = [f"{person}-d1-s1" for person in people[half:]]
    lists = official(root.parent / "FreeGait.json", people[:half], people[half:], PROBE_SET=probes)
    return root, lists


def ccgait(root, people=("0001", "0002", "0003", "0004")):
    """Three folders with the same files; the probes are people at cameras."""
    root = Path(root)
    for person in people:
        for camera, sequences in (("cam1", ("s1", "s2")), ("cam2", ("s1",))):
            for sequence in sequences:
                seed, clip = int(person), Path(person) / camera / sequence / "0001.pkl"
                front = (squares(seed + 50)[..., 10:54] > 99).astype(np.uint8)
                rows = np.stack([smpl_frame(n, seed) for n in range(FRAMES)])
                write_pickle(root / "CCGait-sils-64-64-pkl" / clip, squares(seed))
                write_pickle(root / "CCGait-smpls-pkl" / clip, rows)
                write_pickle(root / "CCGait-smplsils-pkl" / clip, front)
    half = len(people) // 2
    probes = [f"{person}-cam1" for person in people[half:]]
    lists = official(root.parent / "CCGait.json", people[:half], people[half:], PROBE_SET=probes)
    return root, lists


def ou_mvlp_mesh(root, people=("00001", "00003", "00002", "00004"), views=("000", "090")):
    """A JSON with joints for every frame."""
    root = Path(root)
    for person in people:
        for walk in ("00", "01"):
            for view in views:
                folder = root / person / f"{view}_{walk}"
                folder.mkdir(parents=True)
                for number in range(1, FRAMES + 1):
                    joints = smpl_frame(number, int(person))[3:75].reshape(24, 3)
                    rows = [[*row, 1.0] for row in joints.tolist()]
                    path = folder / f"{number:04}.json"
                    path.write_text(json.dumps({"hc3d": rows}), encoding="utf-8")
    return root


MAKERS = {
    "sustech1k": sustech1k, "ccpg": ccpg, "casia-e": casia_e, "ccgr": ccgr, "ccgr-mini": ccgr,
    "hid": hid, "gaitlu-1m": gaitlu_1m, "freegait": freegait, "ccgait": ccgait,
    "ou-mvlp-mesh": ou_mvlp_mesh,
}  # fmt: skip


def make(name, root, **options):
    """The tree of a layout, and its official list or None."""
    made = MAKERS[name](root, **options)
    return made if isinstance(made, tuple) else (made, None)
