"""From silhouettes to SMPL parameters."""

from __future__ import annotations

import math
from copy import deepcopy

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from tqdm import tqdm

from meshgait.body import JOINT_NAMES, Body
from meshgait.camera import Camera, WeakPerspective
from meshgait.errors import ConfigError, DataError, ShapeError
from meshgait.fitting.config import FitConfig, Start
from meshgait.fitting.descent import Bending, settle, turn_about_y
from meshgait.fitting.guess import guess_pose
from meshgait.fitting.prior import walker_motion, walker_prior
from meshgait.fitting.result import Fit
from meshgait.fitting.targets import Targets, as_plain_tensor, cut_out, read_silhouettes
from meshgait.fitting.view import CropView, PictureView, View
from meshgait.numerics import in_no_mode
from meshgait.render import mask
from meshgait.rotation import axis_angle_to_matrix, matrix_to_axis_angle
from meshgait.sequence.motion import Motion

_SCOUTS = 3  # the steps of a rigid fit by those that tell which start is the best


@in_no_mode()
@torch.enable_grad()
def fit_silhouettes(
    silhouette: np.ndarray | Tensor,
    *,
    body: Body | None = None,
    camera: Camera | None = None,
    start: Start | Motion | None = None,
    joints_px: np.ndarray | Tensor | None = None,
    fps: float = 25.0,
    config: FitConfig = FitConfig(),
    progress: bool = False,
) -> Fit:
    """Pose, shape and place of a body whose silhouettes are those of a sequence (*, T, H, W).

    Silhouettes are boolean, whole (0..255, or 0 and 1) or floating point (0..1). With a `camera`,
    one or one per frame, they are its pictures. Without one they may be anywhere and of any size,
    a data set's normalised ones say: then only the direction of view counts, which the body's root
    takes over, and the fit's own camera, without perspective, says where the body appears.

    Without a `start` it begins with an average walk, at the moments and in the direction that look
    most alike; without a camera that is now and then the mirror image. `joints_px` (*, T, 24, 3),
    x, y and confidence in SMPL's order, need a camera, of which a rough guess will do. `fps` is
    told to the motion. Raises `ShapeError` and `DataError` for arrays that do not fit together,
    hold NaN or show nobody in some frame.
    """
    body = Body.embedded() if body is None else deepcopy(body).float()
    whole = read_silhouettes(silhouette)
    lead, size = whole.shape[:-2], (whole.shape[-2], whole.shape[-1])
    targets = cut_out(whole.reshape(math.prod(lead[:-1]), *whole.shape[-3:]), config.resolution)
    view = _view(targets, camera, lead, size)
    joints = _joints(joints_px, targets, camera, lead)
    first, last = _descend(body, view, start, joints, lead, config, fps, progress)
    with torch.no_grad():
        own = camera or _camera(last, targets, lead, size)
        (found, iou), (begun, begun_iou) = (_read(each, lead, fps) for each in (last, first))
    return Fit(found, iou, own, begun, begun_iou)


def _descend(
    body: Body,
    view: View,
    start: Start | Motion | None,
    joints: Float[Tensor, "S T 24 3"] | None,
    lead: tuple[int, ...],
    config: FitConfig,
    fps: float,
    progress: bool,
) -> tuple[Bending, Bending]:
    """The bodies at the start and at the end."""
    with torch.no_grad():
        begin = _begin(body, view, start, lead)
    with tqdm(desc="fitting", unit=" steps", disable=None if progress else True) as bar:
        bending = _settled(body, view, begin, config, bar)
        bending.stance = _stance(start, lead, view)
        motion = walker_motion(fps, bending.bent.shape[1]) if config.motion else None
        bending.fit(config, walker_prior(), motion, joints, bar.update)
    return Bending(body, view, *begin), bending


def _view(
    targets: Targets, camera: Camera | None, lead: tuple[int, ...], size: tuple[int, int]
) -> View:
    if camera is None:
        return CropView(targets.silhouette)
    if camera.size != size:
        raise ShapeError(
            f"silhouettes are {size[0]} x {size[1]} pixels, the camera's images "
            f"{camera.size[0]} x {camera.size[1]}; camera.resize or camera.crop makes them agree"
        )
    S, T = targets.silhouette.shape[:2]
    try:
        parts = [
            part.to(targets.silhouette).expand(*lead, *part.shape[part.ndim - keep :])
            for part, keep in (
                (camera.rotation, 2), (camera.translation, 1), (camera.focal, 1),
                (camera.center, 1),
            )
        ]  # fmt: skip
    except RuntimeError as error:
        raise ShapeError(
            f"there is one camera for each of {tuple(camera.translation.shape[:-1])}; needed is "
            f"one for all or one for each of the frames {tuple(lead)}"
        ) from error
    parts = [part.reshape(S, T, *part.shape[len(lead) :]) for part in parts]
    each = Camera(parts[0], parts[1], parts[2], parts[3], size)
    return PictureView(
        targets.silhouette, each.crop(targets.corner, targets.cut).resize(targets.size)
    )


def _joints(
    joints_px: np.ndarray | Tensor | None,
    targets: Targets,
    camera: Camera | None,
    lead: tuple[int, ...],
) -> Float[Tensor, "S T 24 3"] | None:
    if joints_px is None:
        return None
    if camera is None:
        raise ConfigError(
            "2D joints need a camera; if it is unknown pass a rough one, such as "
            "Camera.orbit(0, 0, 8, size), and the translation takes up the difference"
        )
    joints = as_plain_tensor(joints_px).float()
    expected = (*lead, len(JOINT_NAMES), 3)
    if joints.shape != expected:
        raise ShapeError(f"joints_px is {tuple(joints.shape)}, expected {tuple(expected)}")
    if not bool(joints.isfinite().all()) or bool((joints[..., 2] < 0).any()):
        raise DataError("joints_px holds NaN or a confidence below 0; unknown joints have 0")
    joints = joints.reshape(*targets.silhouette.shape[:2], *joints.shape[-2:])
    scale = joints.new_tensor([targets.size[1] / targets.cut[1], targets.size[0] / targets.cut[0]])
    pixels = (joints[..., :2] - targets.corner[..., None, :]) * scale
    return torch.cat([pixels, joints[..., 2:]], dim=-1)


def _begin(
    body: Body, view: View, start: Start | Motion | None, lead: tuple[int, ...]
) -> tuple[Tensor, Tensor, Tensor]:
    """Pose, betas and place to begin with."""
    S, T = view.target.shape[:2]
    if start is None:
        rest = body(pose=view.target.new_zeros(1, 72), betas=view.target.new_zeros(10))
        way = view.pelvis(
            view.put((rest.vertices - rest.require_joints()[:, :1]).expand(S, T, -1, 3))
        )
        pose = guess_pose(body, view.target, view.rotation, way[:, -1] - way[:, 0])
        betas, transl = pose.new_zeros(S, 10), None
    else:
        pose, betas, transl = _checked(start, lead, S, T)
    mesh = body(pose=pose, betas=betas)
    pelvis = mesh.require_joints()[..., :1, :]
    if transl is None:
        return pose, betas, view.put(mesh.vertices - pelvis)
    return pose, betas, view.place(pelvis[..., 0, :] + transl)


def _checked(
    start: Start | Motion, lead: tuple[int, ...], S: int, T: int
) -> tuple[Tensor, Tensor, Tensor | None]:
    """The start with one sequence axis."""
    found: list[Tensor] = []
    for name, end in (("pose", (*lead, 72)), ("betas", (*lead[:-1], 10)), ("transl", (*lead, 3))):
        value = getattr(start, name)
        if value is None and name == "transl":
            return found[0].reshape(S, T, 72), found[1].reshape(S, 10), None
        value = as_plain_tensor(value).float()
        if value.shape != end:
            raise ShapeError(
                f"start.{name} is {tuple(value.shape)}; for {T} frames it must be {tuple(end)}"
            )
        if not bool(value.isfinite().all()):
            raise DataError(f"start.{name} holds NaN or infinity")
        found.append(value)
    return found[0].reshape(S, T, 72), found[1].reshape(S, 10), found[2].reshape(S, T, 3)


def _stance(
    start: Start | Motion | None, lead: tuple[int, ...], view: View
) -> Float[Tensor, "S T 2"] | None:
    """How surely feet stand, with one sequence axis."""
    if not isinstance(start, Start) or start.stance is None:
        return None
    stance = as_plain_tensor(start.stance).float()
    if stance.shape != (*lead, 2):
        raise ShapeError(f"start.stance is {tuple(stance.shape)}, expected {(*lead, 2)}")
    if not bool(((stance >= 0) & (stance <= 1)).all()):
        raise DataError("start.stance must lie between 0 and 1, without NaN")
    return stance.reshape(*view.target.shape[:2], 2)


def _settled(
    body: Body, view: View, begin: tuple[Tensor, Tensor, Tensor], config: FitConfig, bar: tqdm
) -> Bending:
    """Turned and moved as they stand, after short trials of several headings and two places."""
    pose, betas, place = begin
    with torch.no_grad():
        vertices, _ = Bending(body, view, *begin).decode()
    put = view.put(vertices)
    places = [place] if torch.equal(place, put) else [place, put]
    tries = [(where, yaw) for where in places for yaw in config.yaws_deg]
    scouting = config.rigid_steps // _SCOUTS if len(tries) > 1 else 0
    bar.total = len(tries) * scouting + config.rigid_steps + config.pose_steps
    found = [
        settle(
            view, vertices, body.faces, where, pose.new_full(pose.shape[:2], math.radians(yaw)),
            config, scouting, bar.update,
        )
        for where, yaw in tries
    ]  # fmt: skip
    starts, wheres, errors = (torch.stack(parts) for parts in zip(*found, strict=True))
    best, each = errors.sum(-1).argmin(0), torch.arange(len(pose))  # of each sequence
    yaws, place, _ = settle(
        view, vertices, body.faces, wheres[best, each], starts[best, each], config,
        config.rigid_steps, bar.update,
    )  # fmt: skip
    root = turn_about_y(yaws) @ axis_angle_to_matrix(pose[..., :3])
    turned = torch.cat([matrix_to_axis_angle(root), pose[..., 3:]], dim=-1)
    return Bending(body, view, turned, betas, place)


def _read(bending: Bending, lead: tuple[int, ...], fps: float) -> tuple[Motion, Tensor]:
    """The motion and the overlap of silhouettes, with the axes of the input."""
    view, pose, betas = bending.view, bending.pose.detach(), bending.betas.detach()
    mesh = bending.body(pose=pose, betas=betas)
    pelvis = mesh.require_joints()[..., 0, :]
    vertices, faces = mesh.vertices - pelvis[..., None, :], mesh.faces
    pixels = view.project(vertices, bending.place.detach(), vertices, faces)
    drawn = mask(pixels, faces, (view.target.shape[-2], view.target.shape[-1]))
    wanted = view.target > 0.5
    common, union = (x.sum((-2, -1)).float() for x in (drawn & wanted, drawn | wanted))
    transl = view.pelvis(bending.place.detach()) - pelvis
    motion = Motion(
        pose.reshape(*lead, 72).numpy(), betas.reshape(*lead[:-1], 10).numpy(),
        transl.reshape(*lead, 3).numpy(), fps,
    )  # fmt: skip
    return motion, (common / union).reshape(lead)


def _camera(
    bending: Bending, targets: Targets, lead: tuple[int, ...], size: tuple[int, int]
) -> WeakPerspective:
    """The camera that a body without one has been given, on the images as they came."""
    vertices, _ = bending.decode()
    flat = (vertices @ bending.view.rotation.mT)[..., :2]
    pixels = bending.view.project(vertices, bending.place, vertices, bending.body.faces)
    scale = (pixels.amax(-2) - pixels.amin(-2)) / (flat.amax(-2) - flat.amin(-2))
    shift = pixels.amin(-2) - scale * flat.amin(-2)
    part = WeakPerspective(bending.view.rotation, scale, shift, targets.size)
    whole = part.resize(targets.cut).crop(-targets.corner, size)
    scale, shift = (x.reshape(*lead, 2).detach() for x in (whole.scale, whole.shift))
    return WeakPerspective(whole.rotation, scale, shift, size)
