from pathlib import Path

import numpy as np
import pytest

from meshgait.errors import DataError
from meshgait.files.torch_file import is_torch
from meshgait.sequence.kind import (
    describe_file,
    describe_kind,
    kind_of,
    names_in,
    require_kind,
)
from meshgait.weights.checkpoint import save_checkpoint

MOTION = ("pose", "betas", "transl", "fps")
FILES = {
    "motion": MOTION,
    "fit": (*MOTION, "iou", "start_pose", "camera"),
    "clip": ("subject", "condition", "view", "anything"),
    "embeddings": ("embedding", "subject", "condition", "view"),
}


@pytest.mark.parametrize("kind", FILES)
def test_files_are_told_apart_by_their_arrays(kind):
    assert kind_of(FILES[kind]) == kind
    require_kind(Path("x.npz"), FILES[kind], kind)
    for other in set(FILES) - {kind}:
        if (kind, other) == ("fit", "motion"):
            require_kind(Path("x.npz"), FILES[kind], other)  # a motion with more arrays
            continue
        with pytest.raises(DataError, match=f"x.npz is .*{kind} .*, not .*{other}"):
            require_kind(Path("x.npz"), FILES[kind], other)


def test_a_clip_may_hold_any_modality_but_must_hold_one(tmp_path):
    assert kind_of(["radar"]) is None
    require_kind(Path("x.npz"), ["radar"], "clip")
    np.savez(tmp_path / "x.npz")
    with pytest.raises(DataError, match="without arrays"):
        require_kind(tmp_path / "x.npz", names_in(tmp_path / "x.npz"), "clip")


def test_files_are_described_whatever_their_names(tmp_path):
    path = tmp_path / "x.npz"
    np.savez(path, silhouette=np.zeros((2, 4, 4)))
    whole = path.read_bytes()
    save_checkpoint(tmp_path / "y", {"weights": {}})
    (tmp_path / "store").mkdir()
    contents = {
        whole: "a clip (silhouette)",
        whole[:50]: "an .npz that is cut short or damaged",
        (tmp_path / "y").read_bytes(): "a checkpoint of PyTorch",
        b"": "an empty file",
        b"\x89PNG\r\n": "a PNG picture",
        b"a,b\n1,2\n": "text",
        b"\x80\x04N.": "a pickle",
        bytes([1, 2, 3]): "a file of another kind",
    }
    for content, words in contents.items():
        path.write_bytes(content)
        assert describe_file(path) == words
        assert is_torch(path) == ("PyTorch" in words)
    assert describe_file(tmp_path / "store") == "a folder"
    (tmp_path / "store" / "train").mkdir()
    (tmp_path / "store" / "train" / "store.json").write_text("{}")
    assert describe_file(tmp_path / "store") == "a store of meshgait prepare"


def test_a_clip_with_a_pose_of_its_own_is_a_clip():
    assert kind_of([*FILES["clip"], "pose"]) == "clip"


def test_long_lists_of_arrays_are_cut():
    assert describe_kind([f"layer{i}" for i in range(200)]).count("layer") == 8
