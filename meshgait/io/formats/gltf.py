"""One animated glTF file (.glb) of people: skeleton, skin, shape baked in, a camera, frame rate.

Every person is a skinned mesh under the 24 joints of SMPL, y up, in metres. Rotations of the joints
and the place of the pelvis have a key for each frame; between them a viewer turns the shortest way.
What SMPL adds to the skin by pose (the correctives) is left out, or kept as morph targets. Written
by pygltflib; opens in Blender, three.js and the viewers of operating systems.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float

from meshgait._optional import require
from meshgait._version import __version__
from meshgait.body import JOINT_NAMES, JOINT_PARENTS, Body
from meshgait.camera import Camera
from meshgait.errors import DataError
from meshgait.files.storage import written_whole
from meshgait.io.formats.gltf_buffer import ARRAY, ELEMENTS, Buffer
from meshgait.io.formats.gltf_correctives import correctives_of
from meshgait.numerics import in_full_precision
from meshgait.sequence.motion import Motion

_INFLUENCES = 4  # joints that move a vertex, of which SMPL's bodies have no more
_COLORS = (
    (0.55, 0.65, 0.78), (0.80, 0.58, 0.45), (0.56, 0.72, 0.55), (0.70, 0.60, 0.75),
    (0.75, 0.72, 0.50),
)  # fmt: skip
_FOV = np.deg2rad(35.0)


@dataclass(frozen=True, eq=False)
class Actor:
    """Somebody in the scene: a motion, and when each of its frames is, in seconds.

    Before and after these times the person is not there.
    """

    name: str
    motion: Motion
    seconds: Float[np.ndarray, " T"]

    @classmethod
    def of(cls, name: str, motion: Motion) -> Actor:
        """From the start of the scene, a frame after the other."""
        return cls(name, motion, np.arange(len(motion)) / motion.fps)


@in_full_precision
def write_gltf(
    path: str | Path,
    actors: Sequence[Actor],
    body: Body,
    *,
    correctives: bool = False,
    camera: Camera | None = None,
) -> float:
    """Write all `actors` into one file; how many millimetres a vertex is off at most in a frame.

    That is the effect of the correctives where they are left out, and what is left of them
    where they are kept. `camera` stands still; by default one sees the whole way from the side.
    Raises `DataError` without actors.
    """
    if not actors:
        raise DataError("a scene needs somebody in it: there is no motion")
    gltf = require("pygltflib")
    scene = _Scene(gltf, max(float(actor.seconds[-1]) for actor in actors))
    off = [scene.add(actor, body, number, correctives) for number, actor in enumerate(actors)]
    scene.add_camera(camera, actors, body)
    content = scene.encode({"fps": actors[0].motion.fps})
    with written_whole(path) as part:
        part.write_bytes(content)
    return 1000 * max(off)


class _Scene:
    """The file as it grows."""

    def __init__(self, gltf: Any, seconds: float) -> None:
        self.gltf, self.seconds = gltf, seconds
        self.file = gltf.GLTF2(
            asset=gltf.Asset(generator=f"meshgait {__version__}", version="2.0"),
            scene=0, scenes=[gltf.Scene(name="walk", nodes=[])],
            animations=[gltf.Animation(name="walk")],
        )  # fmt: skip
        self.buffer = Buffer(gltf, self.file)

    def add(self, actor: Actor, body: Body, number: int, correctives: bool) -> float:
        """A person; how far off a vertex is at most, in metres."""
        with torch.no_grad():
            betas = torch.as_tensor(np.array(actor.motion.betas)).to(body.weights)
            shaped = body.shape(betas).numpy(force=True)
        rest = body.rest_joints(betas).detach().numpy(force=True)
        found = correctives_of(actor.motion, body) if correctives else None
        joints = self._add_joints(rest, actor.name)
        skin = self._add_skin(joints, rest, actor.name)
        mesh = self._add_mesh(shaped, body, actor.name, number, found)
        self.file.nodes.append(self.gltf.Node(name=f"{actor.name} body", mesh=mesh, skin=skin))
        place = len(self.file.nodes) - 1
        self.file.nodes.append(
            self.gltf.Node(name=actor.name, children=[joints[0], place],
                           extras={"fps": actor.motion.fps, "betas": actor.motion.betas.tolist()})
        )  # fmt: skip
        self.file.scenes[0].nodes.append(len(self.file.nodes) - 1)
        self._animate(actor, rest, joints, place, found)
        return correctives_of(actor.motion, body, keep=0).left if found is None else found.left

    def _add_joints(self, rest: Float[np.ndarray, "24 3"], name: str) -> list[int]:
        first = len(self.file.nodes)
        for joint, parent in enumerate(JOINT_PARENTS):
            bone = rest[joint] - (rest[parent] if parent >= 0 else 0)
            children = [first + i for i, p in enumerate(JOINT_PARENTS) if p == joint]
            self.file.nodes.append(
                self.gltf.Node(name=f"{name} {JOINT_NAMES[joint]}",
                               translation=bone.astype(float).tolist(), children=children)
            )  # fmt: skip
        return list(range(first, first + len(JOINT_PARENTS)))

    def _add_skin(self, joints: list[int], rest: Float[np.ndarray, "24 3"], name: str) -> int:
        inverse = np.tile(np.eye(4, dtype=np.float32), (len(joints), 1, 1))
        inverse[:, :3, 3] = -rest
        columns = np.ascontiguousarray(inverse.transpose(0, 2, 1)).reshape(-1, 16)
        self.file.skins.append(
            self.gltf.Skin(name=name, joints=joints, skeleton=joints[0],
                           inverseBindMatrices=self.buffer.add(columns, "MAT4"))
        )  # fmt: skip
        return len(self.file.skins) - 1

    def _add_mesh(
        self, shaped: Float[np.ndarray, "V 3"], body: Body, name: str, number: int, found: Any
    ) -> int:
        weights = body.weights.numpy(force=True)
        strongest = np.argsort(-weights, axis=1, kind="stable")[:, :_INFLUENCES]
        share = np.take_along_axis(weights, strongest, axis=1)
        share /= share.sum(1, keepdims=True)
        joints = np.where(share > 0, strongest, 0).astype(np.uint8)
        faces = body.faces.numpy(force=True).astype(np.uint32)
        add, gltf = self.buffer.add, self.gltf
        attributes = gltf.Attributes(
            POSITION=add(shaped, "VEC3", target=ARRAY, bounds=True),
            NORMAL=add(_normals(shaped, faces), "VEC3", target=ARRAY),
            JOINTS_0=add(joints, "VEC4", target=ARRAY),
            WEIGHTS_0=add(share.astype(np.float32), "VEC4", target=ARRAY),
        )
        targets = [] if found is None else [
            {"POSITION": add(shape, "VEC3", target=ARRAY, bounds=True)} for shape in found.shapes
        ]  # fmt: skip
        color = _COLORS[number % len(_COLORS)]
        self.file.materials.append(
            gltf.Material(name=name, pbrMetallicRoughness=gltf.PbrMetallicRoughness(
                baseColorFactor=[*color, 1.0], metallicFactor=0.0, roughnessFactor=0.8))
        )  # fmt: skip
        primitive = gltf.Primitive(
            attributes=attributes, indices=add(faces.reshape(-1), "SCALAR", target=ELEMENTS),
            material=len(self.file.materials) - 1, targets=targets or None,
        )  # fmt: skip
        zeros = [0.0] * len(targets) if targets else None
        self.file.meshes.append(gltf.Mesh(name=name, primitives=[primitive], weights=zeros))
        return len(self.file.meshes) - 1

    def _animate(
        self,
        actor: Actor,
        rest: Float[np.ndarray, "24 3"],
        joints: list[int],
        mesh: int,
        found: Any,
    ) -> None:
        motion = actor.motion
        times = self.buffer.add(actor.seconds.astype(np.float32), "SCALAR", bounds=True)
        turns = _quaternions(motion)
        for joint, node in enumerate(joints):
            self._key(node, "rotation", times, self.buffer.add(turns[:, joint], "VEC4"))
        place = (motion.transl + rest[0]).astype(np.float32)
        self._key(joints[0], "translation", times, self.buffer.add(place, "VEC3"))
        if found is not None and len(found.shapes):
            self._key(mesh, "weights", times, self.buffer.add(found.weights.reshape(-1), "SCALAR"))
        first, last = float(actor.seconds[0]), float(actor.seconds[-1])
        shown = {0.0: first <= 0, first: True}
        if last < self.seconds:
            shown[last + 1 / motion.fps] = False
        if not all(shown.values()):
            keys = self.buffer.add(np.array(list(shown), np.float32), "SCALAR", bounds=True)
            sizes = np.array([[float(is_there)] * 3 for is_there in shown.values()], np.float32)
            for node in (joints[0], mesh):
                self._key(node, "scale", keys, self.buffer.add(sizes, "VEC3"), "STEP")

    def _key(self, node: int, path: str, times: int, values: int, how: str = "LINEAR") -> None:
        animation, gltf = self.file.animations[0], self.gltf
        animation.samplers.append(
            gltf.AnimationSampler(input=times, output=values, interpolation=how)
        )
        target = gltf.AnimationChannelTarget(node=node, path=path)
        sampler = len(animation.samplers) - 1
        animation.channels.append(gltf.AnimationChannel(sampler=sampler, target=target))

    def add_camera(self, camera: Camera | None, actors: Sequence[Actor], body: Body) -> None:
        if camera is None:
            camera = _beside(actors, body)
        height, width = camera.size
        focal = camera.focal.double().numpy(force=True)
        # A camera of glTF looks along -z, y up.
        turn = camera.rotation.double().numpy(force=True).T @ np.diag([1.0, -1.0, -1.0])
        place = camera.rotation.double().numpy(force=True).T @ -camera.translation.double().numpy(
            force=True
        )
        from scipy.spatial.transform import Rotation

        self.file.cameras.append(
            self.gltf.Camera(name="camera", type="perspective", perspective=self.gltf.Perspective(
                yfov=float(2 * np.arctan(height / 2 / focal[1])), aspectRatio=width / height,
                znear=0.05, zfar=200.0))
        )  # fmt: skip
        self.file.nodes.append(
            self.gltf.Node(name="camera", camera=0, translation=place.tolist(),
                           rotation=Rotation.from_matrix(turn).as_quat().tolist())
        )  # fmt: skip
        self.file.scenes[0].nodes.append(len(self.file.nodes) - 1)

    def encode(self, extras: Mapping[str, Any]) -> bytes:
        self.file.extras = dict(extras)
        self.buffer.close()
        return b"".join(self.file.save_to_bytes())


def _quaternions(motion: Motion) -> Float[np.ndarray, "T 24 4"]:
    """(x, y, z, w) of every joint, of two signs the one nearer to the frame before."""
    from scipy.spatial.transform import Rotation

    from meshgait.io.smooth import nearest_signs

    flat = Rotation.from_rotvec(motion.pose.reshape(-1, 3).astype(np.float64)).as_quat()
    return nearest_signs(flat.reshape(len(motion), 24, 4)).astype(np.float32)


def _normals(vertices: Float[np.ndarray, "V 3"], faces: np.ndarray) -> Float[np.ndarray, "V 3"]:
    """Of length 1, by the areas of the triangles around each vertex."""
    a, b, c = (vertices[faces[:, k]].astype(np.float64) for k in range(3))
    across = np.cross(b - a, c - a)
    total = np.zeros(vertices.shape)
    for k in range(3):
        np.add.at(total, faces[:, k], across)
    length = np.linalg.norm(total, axis=1, keepdims=True)
    up = np.array([0.0, 1.0, 0.0])  # of a vertex without a triangle
    return np.where(length > 0, total / np.maximum(length, 1e-30), up).astype(np.float32)


def _beside(actors: Sequence[Actor], body: Body) -> Camera:
    """Far enough away, across the way, to see all of it."""
    places = np.concatenate([actor.motion.transl for actor in actors]).astype(np.float64)
    low, high = places.min(0), places.max(0)
    middle, size = (low + high) / 2, (high - low)[[0, 2]]
    height = float(np.ptp(body.layer.v_template.numpy(force=True)[:, 1]))
    pelvis = float(body.rest_joints(torch.zeros(10).to(body.weights))[0, 1])
    middle[1] = middle[1] + pelvis
    azimuth = 90.0 if size[1] >= size[0] else 0.0
    distance = max(1.3 * height, float(size.max()) + 1.0) / 2 / np.tan(_FOV / 2) * 9 / 16
    distance = max(distance, 1.6 * height / 2 / np.tan(_FOV / 2)) + float(size.min()) / 2
    return Camera.orbit(
        azimuth, 8.0, distance, (720, 1280), target=tuple(middle.tolist()),
        fov_deg=float(np.rad2deg(_FOV)),
    )  # fmt: skip
