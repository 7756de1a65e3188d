"""How good the built body is: the figures that the build prints."""

from __future__ import annotations

import numpy as np
import open3d as o3d

from body.coarse import Coarse
from body.correctives import Rig, feature, forward
from body.shape_space import ShapeSpace
from body.skinning import blend_linear
from meshgait.body._embedded import FILE, load_embedded
from meshgait.mesh import Topology


def gap_to(points: np.ndarray, vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Millimetres from each point (N, 3) to the surface."""
    scene = o3d.t.geometry.RaycastingScene()
    scene.add_triangles(vertices.astype(np.float32), faces.astype(np.uint32))
    return 1e3 * scene.compute_distance(points.astype(np.float32)).numpy()


def report(title: str, millimetres: np.ndarray) -> None:
    """One line of figures."""
    mean, high, most = millimetres.mean(), np.percentile(millimetres, 99), millimetres.max()
    print(f"{title:<44} mean {mean:6.2f}   99 % {high:6.2f}   max {most:6.2f} mm")


def report_simplification(
    coarse: Coarse, source_shape: np.ndarray, surface: np.ndarray, hidden: np.ndarray
) -> None:
    """Distances of the source's visible vertices: smoothing, then simplification."""
    visible = np.setdiff1d(np.arange(len(surface)), hidden)
    moved = 1e3 * np.linalg.norm(surface - source_shape[: len(surface)], axis=1)
    report("smoothing, visible skin", moved[visible])
    body = coarse.unfold(coarse.fold(source_shape))
    report("simplification, visible skin", gap_to(surface[visible], body, coarse.faces))


def report_shape_space(space: ShapeSpace, bodies: np.ndarray, seam: int) -> None:
    """What the components leave of bodies (N, H, 3) that they were not fitted to."""
    half = len(space.mean)
    weight = np.repeat(np.where(np.arange(half) < half - seam, 2.0, 1.0), 3)[:, None]
    directions = space.directions.reshape(half * 3, -1)
    offsets = (bodies - space.mean).reshape(len(bodies), -1).T
    betas = np.linalg.solve(directions.T @ (weight * directions), directions.T @ (weight * offsets))
    left = (offsets - directions @ betas).T.reshape(bodies.shape)
    print(f"{'variance explained':<44} {100 * space.explained:.2f} %")
    report("bodies not seen, from 10 betas", 1e3 * np.linalg.norm(left, axis=-1))
    print(f"{'their betas, standard deviation':<44} {np.round(betas.std(axis=1), 2)}")


def report_joints(
    coarse: Coarse, regressor: np.ndarray, bodies: np.ndarray, joints: np.ndarray
) -> None:
    """Regressed against true joints (N, 24, 3), on bodies the regressor was not fitted to."""
    found = np.array([regressor @ coarse.unfold(body) for body in bodies])
    gap = 1e3 * np.linalg.norm(found - joints, axis=-1)
    report("joints not seen, by the regressor", gap)
    worst = gap.mean(axis=0).argmax()
    print(f"{'worst joint':<44} {worst}: mean {gap.mean(axis=0)[worst]:.2f} mm")


def report_correctives(rig: Rig, directions: np.ndarray, poses: np.ndarray, title: str) -> None:
    """Linear blend skinning against the mixed blend, without and with the correctives."""
    for when, scale in (("without", 0.0), ("with", 1.0)):
        gaps = []
        for pose in poses:
            motion = forward(pose, rig.joints)
            offset = scale * directions @ feature(pose)
            posed = blend_linear(rig.template + offset, rig.weights, *motion)
            gaps.append(np.linalg.norm(posed - rig.truth(*motion), axis=1))
        report(f"{title}, {when} correctives", 1e3 * np.array(gaps))


def report_file() -> None:
    """What the written file gives."""
    body = load_embedded()
    template, faces, mirror = body["v_template"], body["f"], body["mirror"]
    topology = Topology(faces)
    euler = len(template) - len(topology.edges) + len(faces)
    asymmetry = np.abs(template[mirror] * [-1, 1, 1] - template).max()
    print(f"{'vertices, faces, Euler number':<44} {len(template)}, {len(faces)}, {euler}")
    print(f"{'closed and wound alike':<44} {topology.is_closed}")
    print(f"{'largest asymmetry':<44} {asymmetry:g} m")
    print(f"{'vertices under each foot':<44} {body['sole'].shape[1]}")
    print(f"{'size of ' + FILE.name:<44} {FILE.stat().st_size / 1e6:.2f} MB")
