"""A sound file for every reader of the library, and how it is read to the end."""

import csv
import json
import pickle
from pathlib import Path

import numpy as np
import torch

from meshgait.body.files import read_body
from meshgait.cli._parsing import parse
from meshgait.cli.train import _parser
from meshgait.data import Store
from meshgait.data.layouts.clouds import PcdFile
from meshgait.data.layouts.frame_readers import (
    AlignedFile,
    DepthFile,
    JointsJson,
    ParsingFile,
    PoseJson,
    PoseText,
    RompFile,
    SilhouetteFile,
)
from meshgait.data.layouts.partition import read_partition
from meshgait.data.layouts.pickled import Pickled
from meshgait.data.protocols.files import read_protocols, write_protocols
from meshgait.data.protocols.protocol import Protocol
from meshgait.evaluation import Embeddings
from meshgait.files import read_npz, read_pickle
from meshgait.files.safetensors_file import read_safetensors
from meshgait.fitting.result import Fit
from meshgait.io import read
from meshgait.models import SLN
from meshgait.sequence import GaitSequence, Record, load_clip, save_clip
from meshgait.sequence.motion import load_motion, save_motion
from meshgait.weights import load_official, save_pretrained
from meshgait.weights.checkpoint import describe_model, load_model, save_checkpoint
from tests.body.bodies import later_body, python2_pickle, small_body
from tests.data.layouts import miniature, recent
from tests.data.store.test_read import write as write_store
from tests.golden import formula
from tests.io import samples

RECORDS = [Record("anna", "nm", "000"), Record("berta", "nm", "000")]
SMALL = SLN(SLN.Config(width=1 / 16))


def clip(path):
    frames = {"silhouette": np.zeros((4, 64, 44), np.uint8), "smpl": np.zeros((4, 85), np.float32)}
    save_clip(path, GaitSequence("anna", "nm", "000", frames))


def table(path):
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "sequence", "role", "view", "condition"])
        for role, record in zip(("probe", "gallery"), RECORDS, strict=True):
            writer.writerow([record.subject, record.name, role, "000", "nm"])


def checkpoint(path):
    save_checkpoint(path, describe_model(SMALL))


def pretrained(name):
    """One of the files of a network's folder."""

    def make(folder):
        save_pretrained(SMALL, folder / "net")
        return folder / "net" / name

    return make


def read_pretrained(path):
    return load_model(path.parent)


def published(path, **options):
    _, meta = formula.load("gaitgraph")
    state = {f"model.{name}": value for name, value in formula.weights(meta).items()}
    torch.save({"state_dict": state, "epoch": 3, "note": {"a": [1, 2.5]}}, path, **options)


def fit_of(path):
    motion = samples.motion()
    parts = {"pose": motion.pose, "betas": motion.betas, "transl": motion.transl}
    camera = {"rotation": np.eye(3), "translation": np.ones(3), "focal": np.ones(2),
              "center": np.ones(2)}  # fmt: skip
    npz(
        {"fps": 30.0, "iou": np.ones(6), "start_iou": np.ones(6), "camera": "pinhole",
         "camera_size": [64, 64], **parts}
        | {f"start_{name}": value for name, value in parts.items()}
        | {f"camera_{name}": value.astype(np.float32) for name, value in camera.items()}
    )(path)  # fmt: skip


def read_store(path):
    """A store of which one file was exchanged, every clip of it."""
    for sequence in (store := Store(path.parent, verify=False)):
        _ = {name: array.sum() for name, array in sequence.frames.items()}
    return store


def read_config(path):
    return parse(_parser("SLN", SLN), ["--config", str(path)])


def read_frames(path):
    track, findings = Pickled(path).read()
    assert track is not None or findings


def read_clouds(path):
    track, findings = Pickled(path, "points", points=8).read()
    assert track is not None or findings


def frame(name, make, reader):
    return {name: (make, reader)}


def saved(write):
    """A maker for a function that takes a path."""

    def make(folder):
        write(folder / "x")
        return folder / "x"

    return make


def stored(name):
    def make(folder):
        write_store(folder / "store", 1)
        return folder / "store" / name

    return make


def npz(content):
    def write(path):
        with path.open("wb") as file:
            np.savez(file, **content)

    return write


def text(content):
    return lambda path: Path(path).write_text(content, encoding="utf-8")


LISTS = json.dumps({"TRAIN_SET": ["0001"], "TEST_SET": ["0002"], "PROBE_SET": ["0002-nm-000"]})
POSE = json.dumps({"people": [{"pose_keypoints_2d": [1.5] * 54}]})
OWN = {
    "clip": (saved(clip), load_clip),
    "motion": (saved(lambda path: save_motion(path, samples.motion())), load_motion),
    "fit result": (saved(fit_of), Fit.load),
    "embeddings": (
        saved(lambda path: Embeddings(torch.ones(2, 3, 4), RECORDS).save(path)), Embeddings.load),
    "arrays": (saved(npz({"a": np.arange(6.0).reshape(2, 3)})), read_npz),
    "pickle": (
        saved(lambda path: path.write_bytes(pickle.dumps({"a": [np.ones(3)]}))), read_pickle),
    "checkpoint": (saved(checkpoint), load_model),
    "config.json": (pretrained("config.json"), read_pretrained),
    "safetensors": (pretrained("model.safetensors"), read_safetensors),
    "published": (saved(published), load_official),
    "published of old": (
        saved(lambda path: published(path, _use_new_zipfile_serialization=False)), load_official),
    "body npz": (saved(npz(small_body())), read_body),
    "body of SMPL-H": (saved(npz(later_body(52, 20))), read_body),
    "body of SMPL-X": (saved(npz(later_body(55, 20))), read_body),
    "body pickle": (saved(lambda path: path.write_bytes(pickle.dumps(small_body()))), read_body),
    "body python 2": (
        saved(lambda path: path.write_bytes(python2_pickle(small_body()))), read_body),
    "store header": (stored("store.json"), read_store),
    "store index": (stored("00000.json"), read_store),
    "store array": (stored("00000.smpl.npy"), read_store),
    "store bits": (stored("00000.silhouette.npy"), read_store),
    "protocol": (
        saved(lambda path: write_protocols(path, [Protocol("p", probes=frozenset({"a-b-c"}))])),
        read_protocols),
    "table": (saved(table), read_protocols),
    "partition": (saved(text(LISTS)), read_partition),
    "settings": (saved(text("recipe:\n  steps: 3\n  batch:\n    subjects: 2\n")), read_config),
}  # fmt: skip
FRAMES = {
    "silhouette frame": (
        saved(lambda path: miniature.write_png(path.with_suffix(".png"), miniature.shape(0))
              or path.with_suffix(".png").rename(path)), SilhouetteFile()),
    "aligned frame": (
        saved(lambda path: miniature.write_png(path.with_suffix(".png"),
                                               np.pad(np.full((40, 40), 255, np.uint8), 12))
              or path.with_suffix(".png").rename(path)), AlignedFile()),
    "parsing frame": (
        saved(lambda path: miniature.write_png(path.with_suffix(".png"),
                                               miniature.shape(0) // 255 * 3)
              or path.with_suffix(".png").rename(path)), ParsingFile()),
    "ROMP frame": (
        saved(lambda path: miniature.write_romp(path.with_suffix(".npz"), np.ones(85))
              or path.with_suffix(".npz").rename(path)), RompFile()),
    "pose text": (saved(lambda path: miniature.write_pose(path, 1)), PoseText()),
    "pose JSON": (saved(text(POSE)), PoseJson()),
    "joints JSON": (saved(text(json.dumps({"hc3d": [[1.5] * 4] * 24}))), JointsJson("hc3d")),
    "depth frame": (
        saved(lambda path: miniature.write_png(path.with_suffix(".png"),
                                               np.full((64, 64, 3), 9, np.uint8))
              or path.with_suffix(".png").rename(path)), DepthFile()),
    "cloud in text": (
        saved(lambda path: recent.write_pcd(path, np.ones((4, 3)))), PcdFile(8)),
    "cloud in binary": (
        saved(lambda path: recent.write_pcd(path, np.ones((4, 3)), "binary")), PcdFile(8)),
    "cloud compressed": (
        saved(lambda path: recent.write_pcd(path, np.ones((4, 3)), "binary_compressed")),
        PcdFile(8)),
    "pickled clouds": (
        saved(lambda path: miniature.write_pickle(path, recent.clouds(0))), read_clouds),
    "pickled frames": (
        saved(lambda path: miniature.write_pickle(path, np.zeros((3, 64, 44), np.uint8))),
        read_frames),
}  # fmt: skip
TOOLS = {f"file of {name}": (make, read) for name, make in samples.WRITERS.items()}
READERS = {**OWN, **FRAMES, **TOOLS}
