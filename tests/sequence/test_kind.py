from pathlib import Path

import pytest

from meshgait.errors import DataError
from meshgait.sequence.kind import describe_kind, kind_of, require_kind

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


def test_a_clip_may_hold_any_modality_but_must_hold_one():
    assert kind_of(["radar"]) is None
    require_kind(Path("x.npz"), ["radar"], "clip")
    with pytest.raises(DataError, match="without arrays"):
        require_kind(Path("x.npz"), [], "clip")


def test_a_clip_with_a_pose_of_its_own_is_a_clip():
    assert kind_of([*FILES["clip"], "pose"]) == "clip"


def test_long_lists_of_arrays_are_cut():
    assert describe_kind([f"layer{i}" for i in range(200)]).count("layer") == 8
