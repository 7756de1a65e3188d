"""One call of each public function that draws or measures, on five walkers: what a contract tries.

Arrays with an axis of 5 in front are batches; nothing else is that long.
"""

from __future__ import annotations

import types
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from meshgait import Body, Camera, Mesh, modalities, render, rotation
from meshgait.body import joint_labels
from meshgait.body.decode_torch import pose_skeleton
from meshgait.body.kinematics import PartialBody
from meshgait.camera import WeakPerspective
from meshgait.walker import Identity, Route, walk

BATCH = 5
SIZE = (24, 20)
T = 36


@dataclass(frozen=True)
class Call:
    """A function with its arguments; random generators are made anew for each call."""

    function: Any
    args: tuple
    kwargs: dict

    def run(self, change=lambda leaf: leaf):
        made = mapped((self.args, self.kwargs), change)
        return self.function(*made[0], **made[1])


class Seeded:
    """Stands for a generator."""


def mapped(value, change):
    """The same with every tensor and array changed, in records and lists as well."""
    if isinstance(value, Seeded):
        return torch.Generator().manual_seed(3)
    if isinstance(value, Tensor | np.ndarray):
        return change(value)
    if is_dataclass(value) and not isinstance(value, type):
        found = {f.name: mapped(getattr(value, f.name), change) for f in fields(value)}
        return replace(value, **found)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(mapped(part, change) for part in value))
    if isinstance(value, list | tuple):
        return type(value)(mapped(part, change) for part in value)
    if isinstance(value, dict):
        return {key: mapped(part, change) for key, part in value.items()}
    return value


def leaves(value):
    """All tensors and arrays of a result, with None for the rest."""
    found = []
    mapped(value, lambda leaf: found.append(leaf) or leaf)
    return found


def call(function, *args, **kwargs):
    return Call(function, args, kwargs)


@lru_cache(maxsize=1)
def calls() -> dict[str, dict[str, Call]]:
    """By room and name."""
    given = _given()
    return {
        "render": _render(given),
        "modalities": _modalities(given) | _gait(given),
        "rotation": _rotation(),
        "Camera": _camera(given),
        "WeakPerspective": _weak(given),
        "Mesh": _mesh(given),
        "Body": _body(given),
    }


def public(room: str) -> set[str]:
    """The names of functions and methods of a room that a user sees."""
    found = {"render": render, "modalities": modalities, "rotation": rotation}
    if room in found:
        names = getattr(found[room], "__all__", None) or [
            name
            for name, value in vars(rotation).items()
            if isinstance(value, types.FunctionType) and value.__module__ == rotation.__name__
        ]
        return {
            name
            for name in names
            if not name.startswith("_")
            and isinstance(getattr(found[room], name), types.FunctionType)
        }
    owner = {"Camera": Camera, "WeakPerspective": WeakPerspective, "Mesh": Mesh, "Body": Body}[room]
    return {
        name
        for name, value in vars(owner).items()
        if not name.startswith("_")
        and isinstance(value, types.FunctionType | classmethod | property)
    }


@dataclass
class Given:
    body: Body
    mesh: Mesh
    camera: Camera
    weak: WeakPerspective
    pose: Tensor
    betas: Tensor
    transl: Tensor
    joints: Tensor  # (5, T, 24, 3)


def _given() -> Given:
    body = Body.embedded()
    person = Identity.draw(np.random.default_rng(3))
    motion = walk(body, person, Route(), frames=T, fps=25.0).motion
    mesh = motion.decode(body)
    around = torch.arange(BATCH) * 20.0
    few = Mesh(mesh.vertices[:BATCH], mesh.joints[:BATCH], mesh.faces)
    camera = Camera.orbit(
        around, 5 + 0 * around, 4 + 0 * around, SIZE, target=few.joints[:, 0], fov_deg=32.0
    )
    return Given(
        body, few, camera, WeakPerspective.from_pinhole(camera, few.joints[:, 0]),
        torch.from_numpy(motion.pose[:BATCH]), torch.from_numpy(motion.betas),
        torch.from_numpy(motion.transl[:BATCH]), mesh.joints.expand(BATCH, -1, -1, -1).clone(),
    )  # fmt: skip


def _render(g: Given) -> dict[str, Call]:
    pixels, points = g.camera.project(g.mesh.vertices), render.screen(g.mesh.vertices, g.camera)
    faces, seen = g.mesh.faces, render.rasterize(points, g.mesh.faces, SIZE)
    image = render.coverage(pixels, faces, SIZE)
    labels = joint_labels(g.body.weights)
    return {
        "backends": call(render.backends),
        "compare": call(render.compare, image, image.flip(-1)),
        "coverage": call(render.coverage, pixels, faces, SIZE),
        "face_labels": call(render.face_labels, seen, labels[faces[:, 0]]),
        "interpolate": call(render.interpolate, seen, faces, g.mesh.vertices),
        "mask": call(render.mask, pixels, faces, SIZE),
        "normals": call(render.normals, seen, g.mesh.vertices, faces),
        "overlay": call(render.overlay, image, g.mesh.vertices, faces, g.camera),
        "rasterize": call(render.rasterize, points, faces, SIZE),
        "rasterize_seen_by": call(render.rasterize_seen_by, g.weak, g.mesh.vertices, faces),
        "screen": call(render.screen, g.mesh.vertices, g.camera),
        "seen_vertices": call(render.seen_vertices, seen, points),
        "shade": call(render.shade, g.mesh.vertices, faces, g.camera),
        "soften": call(render.soften, image, 1.5),
        "softras": call(render.softras, pixels, faces, SIZE, sigma=1e-3),
        "vertex_labels": call(render.vertex_labels, seen, faces, labels),
    }


def _modalities(g: Given) -> dict[str, Call]:
    of, skin, marks = modalities, g.body.weights, g.body.landmarks
    grid = of.Grid.around((0.0, -0.1, 0.0), (1.0, 2.0, 1.4), 1 / 16)
    own = of.canonical_mesh(g.mesh)
    volume = of.voxels(own, grid)
    flat = of.skeleton2d(g.mesh, g.camera, landmarks=marks)
    masks = torch.stack([of.silhouette(g.mesh, g.camera) > 0], dim=1)
    scanner = of.Lidar((0.0, 1.0, -4.0), width_deg=20.0, step_deg=1.0, beams=12)
    scan = of.lidar(g.mesh, scanner, torch.Generator().manual_seed(0))
    pixels = torch.cat([g.camera.project(g.mesh.vertices), g.mesh.vertices[..., 2:]], dim=-1)
    films = Mesh(g.mesh.vertices[:, None].expand(-1, 3, -1, -1), None, g.mesh.faces)
    still = Camera.orbit(30.0, 5.0, 5.0, SIZE, target=(0.0, 0.9, 0.0))
    return {
        "align": call(of.align, _picture(), _picture() > 0, 16),
        "articulated_cylinders": call(of.articulated_cylinders, volume[:, None], grid),
        "canonical_mesh": call(of.canonical_mesh, g.mesh),
        "cylinder_mesh": call(of.cylinder_mesh, of.cylinders(g.mesh, skin), segments=8),
        "cylinders": call(of.cylinders, g.mesh, skin),
        "depth": call(of.depth, g.mesh, g.weak),
        "gait_map": call(of.gait_map, g.mesh.vertices[..., :2], g.mesh.faces, SIZE),
        "heading": call(of.heading, g.mesh.joints),
        "is_visible": call(of.is_visible, torch.rand(BATCH, 16, 12)),
        "lidar": call(of.lidar, g.mesh, scanner, Seeded()),
        "sample_returns": call(of.sample_returns, scan, 20, Seeded()),
        "depth_image": call(of.depth_image, scan.local.flatten(-3, -2), scan.hit.flatten(-2)),
        "metric_depth_image": call(
            of.metric_depth_image, scan.local.flatten(-3, -2), scan.hit.flatten(-2)
        ),
        "flow": call(of.flow, pixels, g.mesh.faces, SIZE),
        "flow_image": call(of.flow_image, torch.randn(BATCH, 2, 16, 12)),
        "front_silhouette": call(of.front_silhouette, g.body, torch.randn(BATCH, 85) / 4, SIZE),
        "median_column": call(of.median_column, torch.rand(BATCH, 16, 12)),
        "mesh_in_camera": call(of.mesh_in_camera, g.mesh, g.camera),
        "normalize_parsing": call(of.normalize_parsing, np.stack([_picture() % 11] * BATCH)),
        "normalize_silhouette": call(of.normalize_silhouette, torch.rand(BATCH, 16, 12)),
        "normalized_flow": call(of.normalized_flow, pixels, g.mesh.faces, SIZE),
        "normalized_coverage": call(
            of.normalized_coverage, g.mesh.vertices[..., :2], g.mesh.faces, SIZE
        ),
        "normals": call(of.normals, g.mesh, g.camera),
        "parts": call(of.parts, g.mesh, g.camera, joint_labels(skin)),
        "points": call(of.points, g.mesh, 40, Seeded()),
        "pose_heatmap": call(of.pose_heatmap, flat, side=16),
        "silhouette": call(of.silhouette, g.mesh, g.camera, subpixels=2),
        "skeleton2d": call(of.skeleton2d, g.mesh, g.weak, landmarks=marks),
        "skeleton3d": call(of.skeleton3d, g.mesh, of.OPENPOSE25, landmarks=marks),
        "velocity": call(of.velocity, g.joints, 25.0),
        "visual_hull": call(of.visual_hull, masks, [g.camera], grid),
        "voxels": call(of.voxels, own, grid),
        "watch": call(of.watch, films, still, fps=10.0, rate=15.0),
    }


def _gait(g: Given) -> dict[str, Call]:
    of, real = modalities, torch.ones(BATCH, T, dtype=torch.bool)
    film = torch.rand(BATCH, T, 16, 12)
    phase = of.gait_cycle(g.joints, real, fps=25.0).phase
    stream = of.events(film[:, :4], fps=10.0)
    return {
        "aligned_frames": call(of.aligned_frames, phase, 7),
        "cgi": call(of.cgi, film, real, phase=phase),
        "event_frames": call(of.event_frames, stream, (16, 12), bins=3, seconds=0.4, clips=BATCH),
        "event_voxels": call(of.event_voxels, stream, (16, 12), bins=3, seconds=0.4, clips=BATCH),
        "events": call(of.events, film[:, :4], fps=10.0),
        "gait_cycle": call(of.gait_cycle, g.joints, real, fps=25.0),
        "gei": call(of.gei, film, real),
        "whole_cycles": call(of.whole_cycles, phase, real),
    }


def _picture() -> np.ndarray:
    return np.random.default_rng(0).integers(1, 250, (24, 16)).astype(np.uint8)


def _rotation() -> dict[str, Call]:
    vector = torch.randn(BATCH, 7, 3)
    forms = {
        "axis_angle": vector,
        "matrix": rotation.axis_angle_to_matrix(vector),
        "quaternion": rotation.axis_angle_to_quaternion(vector),
    }
    forms["sixd"] = rotation.matrix_to_sixd(forms["matrix"])
    return {
        name: call(getattr(rotation, name), forms[name.split("_to_")[0]])
        for name in public("rotation")
    }


def _camera(g: Given) -> dict[str, Call]:
    one, center = g.camera, g.mesh.joints[:, 0]
    around = torch.arange(BATCH) * 20.0
    return {
        "crop": call(Camera.crop, one, torch.rand(BATCH, 2), (9, 8)),
        "from_intrinsics": call(Camera.from_intrinsics, one.intrinsics, SIZE),
        "intrinsics": call(lambda camera: camera.intrinsics, one),
        "look_at": call(Camera.look_at, center + 3, center, SIZE),
        "orbit": call(Camera.orbit, around, 5.0, 4.0, SIZE, target=center),
        "position": call(lambda camera: camera.position, one),
        "project": call(Camera.project, one, g.mesh.joints),
        "resize": call(Camera.resize, one, (9, 8)),
        "to_camera": call(Camera.to_camera, one, g.mesh.joints),
    }


def _weak(g: Given) -> dict[str, Call]:
    one, cam = g.weak, torch.rand(BATCH, 3) + 0.5
    return {
        "crop": call(WeakPerspective.crop, one, torch.rand(BATCH, 2), (9, 8)),
        "from_hmr": call(WeakPerspective.from_hmr, cam, SIZE),
        "from_pinhole": call(WeakPerspective.from_pinhole, g.camera, g.mesh.joints[:, 0]),
        "from_romp": call(WeakPerspective.from_romp, cam, SIZE),
        "project": call(WeakPerspective.project, one, g.mesh.joints),
        "resize": call(WeakPerspective.resize, one, (9, 8)),
        "to_camera": call(WeakPerspective.to_camera, one, g.mesh.joints),
        "to_hmr": call(WeakPerspective.to_hmr, one),
        "to_pinhole": call(WeakPerspective.to_pinhole, one, 500.0),
        "to_romp": call(WeakPerspective.to_romp, one),
    }


def _mesh(g: Given) -> dict[str, Call]:
    single = g.mesh[0]
    return {
        "edges": call(lambda mesh: mesh.edges, single),
        "from_open3d": None,  # packages of others, tried where they are converted
        "from_pyg": None,
        "from_pytorch3d": None,
        "from_trimesh": call(lambda mesh: Mesh.from_trimesh(mesh.to_trimesh()), single),
        "require_joints": call(Mesh.require_joints, g.mesh),
        "to": call(Mesh.to, g.mesh, torch.float64),
        "to_open3d": None,
        "to_pyg": None,
        "to_pytorch3d": None,
        "to_trimesh": call(lambda mesh: np.array(mesh.to_trimesh().vertices), single),
        "topology": call(lambda mesh: mesh.topology.edges, single),
        "used": call(Mesh.used, g.mesh),
        "vertex_normals": call(Mesh.vertex_normals, g.mesh),
    }


def _body(g: Given) -> dict[str, Call]:
    some = torch.arange(0, 6890, 500)
    turns = rotation.axis_angle_to_matrix(g.pose.unflatten(-1, (24, 3)))
    each = g.betas.expand(BATCH, 10)
    return {
        "embedded": call(lambda: (Body.embedded()(pose=g.pose, betas=g.betas),)),
        "faces": call(lambda: g.body.faces),
        "forward": call(
            lambda pose, betas, transl: g.body(pose=pose, betas=betas, transl=transl),
            g.pose, g.betas, g.transl,
        ),
        "joint_names": call(lambda: g.body.joint_names),
        "joints_of": call(g.body.joints_of, g.body.shape(each)),
        "landmarks": call(lambda: g.body.landmarks),
        "load": None,  # a file
        "shape": call(g.body.shape, each),
        "rest_joints": call(g.body.rest_joints, each),
        "weights": call(lambda: g.body.weights),
        "PartialBody": call(PartialBody(g.body, some), turns, each),
        "pose_skeleton": call(pose_skeleton, turns, torch.rand(BATCH, 24, 3)),
    }  # fmt: skip
