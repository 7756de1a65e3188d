"""Clips as graphs of PyTorch Geometric: joints of all frames, linked by bones and by time.

Loaded by whoever imports it, so that nobody else needs the package: extra `graph`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from meshgait._optional import require
from meshgait.body import JOINT_NAMES, JOINT_PARENTS, Body
from meshgait.body.kinematics import PartialBody
from meshgait.body.smpl_row import CAMERA, POSE, SHAPE
from meshgait.data.batches.sampler import SequenceDataset, number_subjects
from meshgait.errors import ConfigError
from meshgait.numerics import made_once
from meshgait.rotation import axis_angle_to_matrix
from meshgait.sequence import GaitSequence

pyg = require("torch_geometric.data", extra="graph")

J = len(JOINT_NAMES)
_BONES = torch.tensor([(up, down) for down, up in enumerate(JOINT_PARENTS) if up >= 0]).T
BONE, TIME = 0, 1
"""What an edge is, in `edge_type`."""


def clip_graph(sequence: GaitSequence) -> Any:
    """A clip as `torch_geometric.data.Data`, made of its `smpl` (T, 85): N = 24 T joints.

    `x` (N, 3) are the turns against the parent joint in radians (axis-angle), `pos` (N, 3) metres
    around the pelvis (x right, y down, z away from the camera), `betas` (1, 10) the mean shape.
    `edge_index` holds bones and, from each joint to itself in the next frame, time, both ways;
    `edge_type` says which. `frame` and `joint` (N,) say what a node is, `subject`, `condition` and
    `viewpoint` what is known of the clip. Raises `DataError` for a
    clip without `smpl`.
    """
    x, pos, betas = _joints(sequence)
    T = len(sequence)
    bones, time = _bones(T), _both(_steps(T * J, J))
    kinds = torch.cat([torch.full((bones.shape[1],), BONE), torch.full((time.shape[1],), TIME)])
    frame, joint = _places(T)
    return pyg.Data(
        x=x, pos=pos, betas=betas, edge_index=torch.cat([bones, time], 1), edge_type=kinds,
        frame=frame, joint=joint, **_about(sequence),
    )  # fmt: skip


def clip_hetero_graph(sequence: GaitSequence) -> Any:
    """The same as `HeteroData`, with nodes `joint` (24 T) and `frame` (T).

    Frames carry the other modalities, (T, ...) each, `silhouette` say. Edges are `bone`, `next`
    (of joints, of frames) and `of`, from a joint to its frame.
    """
    x, pos, betas = _joints(sequence)
    T = len(sequence)
    frame, joint = _places(T)
    graph = pyg.HeteroData(betas=betas, **_about(sequence))
    for name, value in {"x": x, "pos": pos, "joint": joint}.items():
        graph["joint"][name] = value
    graph["frame"].num_nodes = T
    for name, array in sequence.frames.items():
        if name != "smpl":
            graph["frame"][name] = torch.from_numpy(np.array(array))
    graph["joint", "bone", "joint"].edge_index = _bones(T)
    graph["joint", "next", "joint"].edge_index = _steps(T * J, J)
    graph["frame", "next", "frame"].edge_index = _steps(T, 1)
    graph["joint", "of", "frame"].edge_index = torch.stack([torch.arange(T * J), frame])
    return graph


class GaitGraphs(pyg.Dataset):
    """A data set of clips as one of PyTorch Geometric, for its `DataLoader`.

    `data` is SyntheticGait, MotionGait, a store, or any other that has `records`; a graph is made
    when it is asked for: `clip_graph`, or with `hetero` `clip_hetero_graph`. `y` (1,) is the
    number of the person among `subjects`. `transform` is PyTorch Geometric's.

    >>> from torch_geometric.loader import DataLoader  # doctest: +SKIP
    >>> loader = DataLoader(GaitGraphs(SyntheticGait(identities=2)), 4)  # doctest: +SKIP
    """

    def __init__(
        self,
        data: SequenceDataset,
        *,
        hetero: bool = False,
        transform: Callable[[Any], Any] | None = None,
    ) -> None:
        if not len(data):
            raise ConfigError("there is no clip to make a graph of")
        self.data, self.hetero = data, hetero
        self.labels, self.subjects = number_subjects(data.records)
        super().__init__(None, transform)

    def len(self) -> int:
        """How many clips there are."""
        return len(self.data)

    def get(self, index: int) -> Any:
        """The graph of one clip."""
        make = clip_hetero_graph if self.hetero else clip_graph
        graph = make(self.data[int(index)])
        graph.y = torch.tensor([int(self.labels[index])])
        return graph


def _about(sequence: GaitSequence) -> dict[str, str]:
    """What is known of a clip; `view` is a method of their graphs."""
    return {
        "subject": sequence.subject, "condition": sequence.condition, "viewpoint": sequence.view,
    }  # fmt: skip


def _joints(sequence: GaitSequence) -> tuple[Tensor, Tensor, Tensor]:
    """Turns and places of all joints frame by frame, and the mean shape."""
    smpl = torch.from_numpy(np.array(sequence.only(["smpl"]).frames["smpl"])).float()
    turns = smpl[:, CAMERA : CAMERA + POSE].unflatten(1, (J, 3))
    with torch.no_grad():
        _, joints = _skeleton()(axis_angle_to_matrix(turns), smpl[:, -SHAPE:])
    pos = joints - joints[:, :1]
    return turns.flatten(0, 1), pos.flatten(0, 1), smpl[:, -SHAPE:].mean(0, keepdim=True)


@made_once(maxsize=1)
def _skeleton() -> PartialBody:
    return PartialBody(Body.embedded(), torch.arange(0))


def _both(edges: Tensor) -> Tensor:
    return torch.cat([edges, edges.flip(0)], dim=1)


def _bones(T: int) -> Tensor:
    first = J * torch.arange(T)
    return (_both(_BONES)[:, None] + first[:, None]).flatten(1)


def _steps(count: int, stride: int) -> Tensor:
    """From each node to the one `stride` later."""
    start = torch.arange(max(count - stride, 0))
    return torch.stack([start, start + stride])


def _places(T: int) -> tuple[Tensor, Tensor]:
    return torch.arange(T).repeat_interleave(J), torch.arange(J).repeat(T)
