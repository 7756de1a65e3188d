"""Modalities that a data set does not have, made of its SMPL estimates, kept beside it.

They carry the errors of the estimates, as keypoints carry those of the network that found them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import avg_pool2d

from meshgait.body import Body, parsing_labels
from meshgait.camera import WeakPerspective
from meshgait.data.store.read import Store
from meshgait.data.store.write import write_store
from meshgait.data.synthetic.dataset import SyntheticGait
from meshgait.errors import DataError
from meshgait.mesh import Mesh
from meshgait.modalities import (
    COCO17,
    JointSet,
    normalize_parsing,
    parts,
    pose_heatmap,
    skeleton3d,
)
from meshgait.render import shade
from meshgait.sequence.sequence import GaitSequence, Record

PICTURE_PX = 128  # side of the square in which SMPL estimates place a person
_CLIPS_PER_SHARD = 64
_HEATMAP = (64, 44)
_Y_UP = (1.0, -1.0, -1.0)


class Derived:
    """`data` with more modalities (keys of `DERIVATIONS`), each made once and then kept on disk.

    Raises `DataError` for a modality that cannot be made.
    """

    def __init__(self, data: SyntheticGait, modalities: Sequence[str]) -> None:
        unknown = [name for name in modalities if name not in DERIVATIONS]
        if unknown:
            known = ", ".join(DERIVATIONS)
            raise DataError(f"{unknown[0]} cannot be made of SMPL parameters; {known} can")
        self.data = data
        self.stores = {name: _derive(data, name) for name in modalities}

    @property
    def records(self) -> list[Record]:
        """Those of the data."""
        return self.data.records

    @property
    def fingerprint(self) -> str:
        """Names the data and what was made of them."""
        return "+".join([self.data.fingerprint, *self.stores])

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, index: int) -> GaitSequence:
        sequence = self.data[index]
        more = {name: store[index].frames[name] for name, store in self.stores.items()}
        return GaitSequence(**vars(sequence.record), frames={**sequence.frames, **more})


def decode_estimate(smpl: Float[Tensor, "T 85"], body: Body) -> Mesh:
    """The body that the estimates describe: axes of the camera (y down), the pelvis at 0."""
    mesh = body(pose=smpl[:, 3:75], betas=smpl[:, 75:])
    joints = mesh.require_joints()
    root = joints[:, :1]
    return Mesh(mesh.vertices - root, joints - root, mesh.faces)


def skeleton2d_of(smpl: Float[Tensor, "T 85"], joint_set: JointSet = COCO17) -> Tensor:
    """Keypoints (T, K, 3) in pixels of the estimates' square picture, all of confidence 1."""
    body = _body()
    places = skeleton3d(decode_estimate(smpl, body), joint_set, landmarks=body.landmarks)
    scale, shift = smpl[:, None, :1], smpl[:, None, 1:3]
    pixels = (scale * places[..., :2] + shift + 1) * (PICTURE_PX / 2)
    return torch.cat([pixels, torch.ones_like(pixels[..., :1])], dim=-1)


def _camera(smpl: Float[Tensor, "T 85"]) -> WeakPerspective:
    return WeakPerspective.from_romp(smpl[:, :3], (PICTURE_PX, PICTURE_PX))


def _parsing_of(smpl: Float[Tensor, "T 85"]) -> Tensor:
    body = _body()
    labels = parts(
        decode_estimate(smpl, body), _camera(smpl), parsing_labels(body.weights), background=0
    )
    return torch.from_numpy(normalize_parsing(labels.to(torch.uint8).numpy()))


def _rgb_of(smpl: Float[Tensor, "T 85"]) -> Tensor:
    """Pictures (T, 3, 64, 32) of bodies without clothes on black, as GaitNet reads people."""
    mesh = decode_estimate(smpl, _body())
    picture = shade(mesh.vertices, mesh.faces, _camera(smpl), background=(0.0, 0.0, 0.0))
    middle = picture[:, :, PICTURE_PX // 4 : -PICTURE_PX // 4].movedim(3, 1).float()
    return avg_pool2d(middle, 2).round().to(torch.uint8)


def _skeleton3d_of(smpl: Float[Tensor, "T 85"]) -> Tensor:
    return decode_estimate(smpl, _body()).require_joints() * smpl.new_tensor(_Y_UP)


def _heatmap_of(smpl: Float[Tensor, "T 85"]) -> Tensor:
    height, width = _HEATMAP
    margin = (height - width) // 2
    maps = pose_heatmap(skeleton2d_of(smpl), side=height)[..., margin : margin + width]
    return (maps * 255).round().to(torch.uint8)


DERIVATIONS: dict[str, Callable[[Float[Tensor, "T 85"]], Tensor]] = {
    "skeleton2d": skeleton2d_of,
    "skeleton3d": _skeleton3d_of,
    "pose_heatmap": _heatmap_of,
    "parsing": _parsing_of,
    "rgb": _rgb_of,
}
"""Modalities that can be made of `smpl`, and how."""


def _derive(data: SyntheticGait, name: str) -> Store:
    folder = data.folder.with_name(f"{data.folder.name}-{name}")
    try:
        return Store(folder, verify=True)
    except DataError:
        numbers = range(len(data))
        groups = [numbers[i : i + _CLIPS_PER_SHARD] for i in numbers[::_CLIPS_PER_SHARD]]
        shards = [partial(_make, data, name, group) for group in groups]
        return write_store(folder, shards, fingerprint=data.fingerprint)


@torch.no_grad()
def _make(data: SyntheticGait, name: str, clips: range) -> list[GaitSequence]:
    made = []
    for index in clips:
        sequence = data[index]
        array = DERIVATIONS[name](torch.from_numpy(np.array(sequence.frames["smpl"]))).numpy()
        made.append(GaitSequence(**vars(sequence.record), frames={name: array}))
    return made


@lru_cache(maxsize=1)
def _body() -> Body:
    return Body.embedded()
