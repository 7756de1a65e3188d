"""Rows that a network must beat: linear discriminants of the estimates, learnt from the same clips.

Each describes a clip by means and deviations over its frames, and Fisher's discriminants of the
training people make distances of them (`meshgait.evaluation.discriminant`).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from meshgait.body import Body
from meshgait.body.kinematics import PartialBody
from meshgait.body.smpl_row import CAMERA, JOINTS, POSE, SHAPE
from meshgait.data import SequenceDataset
from meshgait.data.synthetic.rendered import RenderedGait
from meshgait.evaluation import Embeddings
from meshgait.evaluation.discriminant import linear_discriminants
from meshgait.numerics import made_once
from meshgait.rotation import axis_angle_to_matrix

_BODY_POSE = slice(CAMERA + 3, CAMERA + POSE)  # without the root, which knows the camera
_POINTS = 128  # of the surface, as many as PointNet reads

Describe = Callable[[Float[Tensor, "T 85"]], Float[Tensor, " C"]]
Embed = Callable[[RenderedGait], Embeddings]


def describe_betas(smpl: Float[Tensor, "T 85"]) -> Float[Tensor, " C"]:
    """The mean shape: a body, and no gait."""
    return smpl[:, -SHAPE:].mean(0)


def describe_joint_angles(smpl: Float[Tensor, "T 85"]) -> Float[Tensor, " C"]:
    """Mean and deviation of the 69 joint angles (radians)."""
    return _moments(smpl[:, _BODY_POSE])


def describe_joints(smpl: Float[Tensor, "T 85"]) -> Float[Tensor, " C"]:
    """Mean and deviation of the places of the joints, in the axes of the pelvis (metres)."""
    return _moments(_decode(smpl)[1].flatten(1))


def describe_surface(smpl: Float[Tensor, "T 85"]) -> Float[Tensor, " C"]:
    """The same of points of the skin."""
    return _moments(_decode(smpl)[0].flatten(1))


def learn_discriminants(describe: Describe, train: SequenceDataset) -> Embed:
    """What makes embeddings of clips, learnt from those of `train`."""
    known = _embed(train, describe)
    subjects = [record.subject for record in known.records]
    projection = linear_discriminants(known.values.double(), subjects)

    def embed(data: RenderedGait) -> Embeddings:
        found = _embed(data, describe)
        return Embeddings(projection(found.values.double()).float(), found.records)

    return embed


def _moments(values: Float[Tensor, "T C"]) -> Float[Tensor, " M"]:
    return torch.cat([values.mean(0), values.std(0, correction=0)])


@torch.no_grad()
def _decode(smpl: Float[Tensor, "T 85"]) -> tuple[Float[Tensor, "T N 3"], Float[Tensor, "T 24 3"]]:
    """Points and joints of the body, its pelvis unturned."""
    turns = axis_angle_to_matrix(smpl[:, CAMERA : CAMERA + POSE].unflatten(-1, (JOINTS, 3)))
    turns[:, 0] = torch.eye(3)
    return _body()(turns, smpl[:, -SHAPE:])


@made_once(maxsize=1)
def _body() -> PartialBody:
    body = Body.embedded()
    return PartialBody(body, torch.linspace(0, 6889, _POINTS).long())


def _embed(data: SequenceDataset, describe: Describe) -> Embeddings:
    rows = [
        describe(torch.from_numpy(np.array(data[i].only(["smpl"]).frames["smpl"])))
        for i in range(len(data))
    ]
    return Embeddings(torch.stack(rows)[:, None].float(), list(data.records))
