"""Modalities that a data set or a clip does not have, made of its SMPL estimates.

Those of a data set are kept beside it (`Derived`), those of a clip made when read (`complete`).
They carry the errors of the estimates, as keypoints carry those of the network that found them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import avg_pool2d

from meshgait.body import Body, parsing_labels
from meshgait.camera import WeakPerspective
from meshgait.data.store.read import Store
from meshgait.data.store.write import write_store
from meshgait.data.synthetic.rendered import RenderedGait
from meshgait.errors import DataError
from meshgait.mesh import Mesh
from meshgait.modalities import (
    COCO17,
    Grid,
    JointSet,
    canonical_mesh,
    normalize_parsing,
    normalized_coverage,
    parts,
    points,
    pose_heatmap,
    skeleton3d,
    voxels,
)
from meshgait.modalities.scene import GRID
from meshgait.nn import Network
from meshgait.render import shade
from meshgait.sequence.sequence import GaitSequence, Record, Unread
from meshgait.sequence.smpl import picture_around

PICTURE_PX = 128  # side of the square in which SMPL estimates place a person
_CLIPS_PER_SHARD = 64
_FINER = 2  # pixels drawn for one that is kept
_AT_ONCE = 256  # frames of which the meshes are held
_Y_UP = (1.0, -1.0, -1.0)


@dataclass(frozen=True)
class Form:
    """Height and width of images, the grid of volumes, how many points: as a network reads them."""

    size: tuple[int, int] = (64, 44)
    grid: Grid = GRID
    points: int = 1024

    @classmethod
    def of(cls, model: Network) -> Form:
        """That of the images or volumes which `model` is configured to read."""
        size: Any = getattr(getattr(model, "config", None), "size", ())
        grid = getattr(model, "grid", GRID)
        return cls(size=(size[0], size[1]) if len(size) == 2 else (64, 44), grid=grid)


class Derived:
    """`data` with more modalities (keys of `DERIVATIONS`), each made once and then kept on disk.

    Raises `DataError` for a modality that cannot be made.
    """

    def __init__(self, data: RenderedGait, modalities: Sequence[str]) -> None:
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


def _camera(smpl: Float[Tensor, "T 85"], side: int) -> WeakPerspective:
    return WeakPerspective.from_romp(smpl[:, :3], (side, side))


def _silhouette_of(smpl: Float[Tensor, "T 85"], form: Form) -> Tensor:
    """Of bodies without clothes, grey at the edge."""
    mesh = decode_estimate(smpl, _body())
    seen = normalized_coverage(mesh.vertices[..., :2], mesh.faces, form.size)
    return (seen * 255).round().to(torch.uint8)


def _parsing_of(smpl: Float[Tensor, "T 85"], form: Form) -> Tensor:
    body, side = _body(), _FINER * form.size[0]
    labels = parts(
        decode_estimate(smpl, body), _camera(smpl, side), parsing_labels(body.weights), background=0
    )
    return torch.from_numpy(normalize_parsing(labels.to(torch.uint8).numpy(), form.size))


def _rgb_of(smpl: Float[Tensor, "T 85"], form: Form) -> Tensor:
    """Pictures (T, 3, H, H / 2) of bodies without clothes on black, as GaitNet reads people."""
    mesh, side = decode_estimate(smpl, _body()), _FINER * form.size[0]
    picture = shade(mesh.vertices, mesh.faces, _camera(smpl, side), background=(0.0, 0.0, 0.0))
    middle = picture[:, :, side // 4 : -side // 4].movedim(3, 1).float()
    return avg_pool2d(middle, _FINER).round().to(torch.uint8)


def _upright(smpl: Float[Tensor, "T 85"]) -> Mesh:
    mesh, turn = decode_estimate(smpl, _body()), smpl.new_tensor(_Y_UP)
    return Mesh(mesh.vertices * turn, mesh.require_joints() * turn, mesh.faces)


def _heatmap_of(smpl: Float[Tensor, "T 85"], form: Form) -> Tensor:
    height, width = form.size
    margin = (height - width) // 2
    maps = pose_heatmap(skeleton2d_of(smpl), side=height)[..., margin : margin + width]
    return (maps * 255).round().to(torch.uint8)


def _points_of(smpl: Float[Tensor, "T 85"], form: Form) -> Tensor:
    """Of the whole surface, z up, as laser scanners have it."""
    seen = points(_upright(smpl), form.points, torch.Generator().manual_seed(0)).points
    return torch.stack([seen[..., 0], -seen[..., 2], seen[..., 1]], dim=-1)


DERIVATIONS: dict[str, Callable[[Float[Tensor, "T 85"], Form], Tensor]] = {
    "silhouette": _silhouette_of,
    "skeleton2d": lambda smpl, _: skeleton2d_of(smpl),
    "skeleton3d": lambda smpl, _: _upright(smpl).require_joints(),
    "pose_heatmap": _heatmap_of,
    "parsing": _parsing_of,
    "rgb": _rgb_of,
    "points": _points_of,
    "voxels": lambda smpl, form: voxels(canonical_mesh(_upright(smpl)), form.grid),
}
"""Modalities that can be made of `smpl`, and how."""


def complete(
    sequence: GaitSequence, modalities: Sequence[str], form: Form = Form()
) -> GaitSequence:
    """The sequence with more modalities, made of its `smpl` when they are read and not before.

    The picture is cut around the person, whose place in that of the estimates does not matter.
    Raises `DataError` where one is neither there nor can be made.
    """
    missing = derivable(sequence.frames, modalities, where=f"sequence {sequence.name}")
    if not missing:
        return sequence
    smpl = sequence.frames["smpl"]
    if smpl.shape[1:] != (85,):
        raise DataError(f"smpl of sequence {sequence.name} is {smpl.shape}, expected (T, 85)")
    frames = _Drawn(dict(sequence.frames), (*sequence.frames, *missing), form)
    return GaitSequence(**vars(sequence.record), frames=frames)


def derivable(present: Collection[str], wanted: Sequence[str], *, where: str) -> list[str]:
    """What is not among the modalities `present` but can be made of them.

    Raises `DataError` where one can not, beginning with `where`.
    """
    missing = [name for name in wanted if name not in present]
    lost = [name for name in missing if name not in DERIVATIONS or "smpl" not in present]
    if lost:
        reason = (
            f"which could be made of smpl (T, 85), but only {', '.join(present)}"
            if lost[0] in DERIVATIONS
            else f"only {', '.join(present)}; of smpl can be made {', '.join(DERIVATIONS)}"
        )
        raise DataError(f"{where} has no {lost[0]}, {reason}")
    return missing


class _Drawn(Unread):
    """What a sequence has, and what is made of its `smpl` when it is asked for."""

    def __init__(self, known: dict[str, np.ndarray], names: Sequence[str], form: Form) -> None:
        self.known, self.names, self.form = known, tuple(names), form

    @property
    def length(self) -> int:
        return len(self.known["smpl"])

    def only(self, modalities: Sequence[str]) -> _Drawn:
        return _Drawn(self.known, modalities, self.form)

    def take(self, indices: np.ndarray) -> _Drawn:
        known = {name: array[indices] for name, array in self.known.items()}
        return _Drawn(known, self.names, self.form)

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    @torch.no_grad()
    def __getitem__(self, name: str) -> np.ndarray:
        if name in self.known:
            return self.known[name]
        smpl = torch.from_numpy(np.array(self.known["smpl"], np.float32))
        made = [DERIVATIONS[name](_centred(part), self.form) for part in smpl.split(_AT_ONCE)]
        self.known[name] = torch.cat(made).numpy()
        return self.known[name]


def _centred(smpl: Float[Tensor, "T 85"]) -> Float[Tensor, "T 85"]:
    """The same with a camera that has the person in the middle of its picture (see `smpl_of`)."""
    joints = decode_estimate(smpl, _body()).require_joints()
    return torch.cat([picture_around(joints).to(smpl), smpl[:, 3:]], dim=1)


def _derive(data: RenderedGait, name: str) -> Store:
    folder = data.folder.with_name(f"{data.folder.name}-{name}")
    try:
        return Store(folder, verify=True)
    except DataError:
        numbers = range(len(data))
        groups = [numbers[i : i + _CLIPS_PER_SHARD] for i in numbers[::_CLIPS_PER_SHARD]]
        shards = [partial(_make, data, name, group) for group in groups]
        return write_store(folder, shards, fingerprint=data.fingerprint)


@torch.no_grad()
def _make(data: RenderedGait, name: str, clips: range) -> list[GaitSequence]:
    made = []
    for index in clips:
        sequence = data[index]
        smpl = torch.from_numpy(np.array(sequence.frames["smpl"]))
        array = DERIVATIONS[name](smpl, Form()).numpy()
        made.append(GaitSequence(**vars(sequence.record), frames={name: array}))
    return made


@lru_cache(maxsize=1)
def _body() -> Body:
    return Body.embedded()
