from dataclasses import dataclass

import numpy as np
import pytest
import torch

from meshgait.data import collate
from meshgait.evaluation import Embeddings
from meshgait.mesh import Mesh
from meshgait.numerics import show_shapes
from meshgait.sequence import GaitSequence, Motion, Record
from meshgait.walker.walk import Walk


@dataclass(frozen=True)
class Two:
    first: object
    second: object
    __repr__ = show_shapes


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.zeros((2, 3), np.uint8), "uint8 (2, 3)"),
        (torch.zeros(4, dtype=torch.bool), "bool (4,)"),
        (torch.tensor(1.5), "tensor(1.5000)"),
        (None, "None"),
        ("text", "'text'"),
        ({"a": np.zeros(3)}, "{'a': float64 (3,)}"),
        ([1] * 9, "[1, ... 9 entries]"),
        ([1, 2], "[1, 2]"),
    ],
)
def test_arrays_are_shown_by_type_and_shape(value, text):
    assert repr(Two(value, 1)) == f"Two(first={text}, second=1)"


def test_what_is_passed_around_shows_shapes():
    frames = {"silhouette": np.zeros((5, 64, 44), np.uint8)}
    sequence = GaitSequence("0001", "nm", "090", frames)
    assert repr(sequence) == (
        "GaitSequence(subject='0001', condition='nm', view='090', "
        "frames={'silhouette': uint8 (5, 64, 44)})"
    )
    mesh = Mesh(torch.zeros(7, 4, 3), None, torch.tensor([[0, 1, 2], [0, 2, 3]]))
    assert repr(mesh) == "Mesh(vertices=float32 (7, 4, 3), joints=None, faces=int64 (2, 3))"
    assert repr(collate([sequence])) == (
        "Batch(inputs={'silhouette': uint8 (1, 5, 64, 44)}, mask=bool (1, 5), label=None)"
    )
    many = Embeddings(torch.zeros(9, 2, 3), [Record("a", "b", str(i)) for i in range(9)])
    assert repr(many).startswith("Embeddings(values=float32 (9, 2, 3), records=[Record(subject='a'")
    assert repr(many).endswith(", ... 9 entries])")
    motion = Motion(np.zeros((6, 72)), np.zeros(10), np.zeros((6, 3)), 25.0)
    assert repr(motion) == (
        "Motion(pose=float64 (6, 72), betas=float64 (10,), transl=float64 (6, 3), fps=25.0)"
    )
    walk = Walk(motion, np.zeros(6), 1.25, 0.5, 120.0)
    assert repr(walk) == (
        f"Walk(motion={motion!r}, phase=float64 (6,), speed=1.25, step_length=0.5, cadence=120.0)"
    )
