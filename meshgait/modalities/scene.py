"""Every representation of one walk, aligned frame by frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from meshgait import modalities as of
from meshgait.body import Body, parsing_labels
from meshgait.camera import Camera
from meshgait.errors import ConfigError, DataError
from meshgait.mesh import Mesh
from meshgait.modalities.lidar_depth import COLUMN_DEG
from meshgait.render import screen

GRID = of.Grid.around((0.0, -0.05, 0.0), (1.0, 2.0, 1.4), 1 / 32)
POINTS = 1024
EVENT_RATE = 50.0  # frames per second that the event camera is fed with
HULL_CAMERAS = 8
FINE_BEAMS = 151  # 0.2 degrees apart
AZIMUTH_DEG, ELEVATION_DEG = 65.0, 8.0  # from where walkers are seen unless somebody says so


def follow_walker(
    joints: Float[Tensor, "T J 3"],
    size: tuple[int, int] = (64, 64),
    *,
    azimuth_deg: float = AZIMUTH_DEG,
    elevation_deg: float = ELEVATION_DEG,
) -> Camera:
    """Cameras at 6 metres, 0 degrees in front of the walker's mean heading and 90 to the left."""
    facing = float(of.heading(joints.mean(0)).rad2deg())
    around = joints.new_full((len(joints),), facing + azimuth_deg)
    still = torch.ones_like(around)
    return Camera.orbit(
        around, elevation_deg * still, 6.0 * still, size,
        target=joints[:, 0] - joints.new_tensor([0.0, 0.05, 0.0]), fov_deg=19.5,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Scene:
    """A walk (T frames) before a camera that follows it; parts that several need are kept."""

    body: Body
    mesh: Mesh
    camera: Camera
    fps: float

    @classmethod
    def follow(
        cls,
        body: Body,
        mesh: Mesh,
        fps: float,
        *,
        size: tuple[int, int] = (64, 64),
        azimuth_deg: float = AZIMUTH_DEG,
        elevation_deg: float = ELEVATION_DEG,
    ) -> Scene:
        """See the walker as `follow_walker` does."""
        camera = follow_walker(
            mesh.require_joints(), size, azimuth_deg=azimuth_deg, elevation_deg=elevation_deg
        )
        return cls(body, mesh, camera, fps)

    @property
    def frames(self) -> int:
        """How many there are."""
        return len(self.mesh.vertices)

    @cached_property
    def mask(self) -> Bool[Tensor, " T"]:
        """All frames are real."""
        return torch.ones(self.frames, dtype=torch.bool, device=self.mesh.vertices.device)

    @cached_property
    def silhouette(self) -> Float[Tensor, "T H W"]:
        """Coverage, as the camera sees it."""
        return of.silhouette(self.mesh, self.camera, subpixels=2)

    @cached_property
    def aligned(self) -> Float[Tensor, "T 64 44"]:
        """Silhouettes as networks get them."""
        grey = of.normalize_silhouette(self.silhouette.clamp(0, 1))
        return torch.as_tensor(grey).to(self.silhouette) / 255

    @cached_property
    def cycle(self) -> of.GaitCycle:
        """The gait; `DataError` where no whole stride is seen."""
        return of.gait_cycle(self.mesh.require_joints(), self.mask, fps=self.fps)

    @cached_property
    def skeleton2d(self) -> Float[Tensor, "T 17 3"]:
        """COCO's keypoints on the image."""
        return of.skeleton2d(self.mesh, self.camera, of.COCO17, landmarks=self.body.landmarks)

    @cached_property
    def canonical(self) -> Mesh:
        """The walker in its own axes."""
        return of.canonical_mesh(self.mesh)

    @property
    def generator(self) -> torch.Generator:
        """The same random numbers every time."""
        return torch.Generator().manual_seed(0)


def _gei(scene: Scene) -> Tensor:
    """Over whole gait periods where there are some, else over all frames."""
    try:
        kept = of.whole_cycles(scene.cycle.phase, scene.mask)
    except DataError:
        kept = scene.mask
    return of.gei(scene.aligned, kept)


def _cgi(scene: Scene) -> Tensor:
    """By the phase of the joints where it is known, else by the width of the legs."""
    try:
        phase = scene.cycle.phase
    except DataError:
        phase = None
    return of.cgi(scene.aligned, scene.mask, phase=phase)


def _events(scene: Scene) -> of.Events:
    film = of.watch(scene.mesh, scene.camera, fps=scene.fps, rate=EVENT_RATE)
    return of.events(film, fps=EVENT_RATE)


def _lidar(scene: Scene) -> of.LidarScan:
    """From where the camera stands, in the axes of a world that moves with the walker."""
    still, scanner = _before_a_scanner(scene)
    return of.lidar(still, scanner, scene.generator)


def _before_a_scanner(scene: Scene) -> tuple[Mesh, of.Lidar]:
    root = scene.mesh.require_joints()[:, :1]
    still = Mesh(scene.mesh.vertices - root, None, scene.mesh.faces)
    x, y, z = (scene.camera.position - root[:, 0]).mean(0).tolist()
    back = float(torch.atan2(torch.tensor(-x), torch.tensor(-z)).rad2deg())
    return still, of.Lidar(
        (x, y, z), azimuth_deg=back, width_deg=24.0, beams=64, lowest_deg=-20.0, highest_deg=10.0
    )


def _depth_image(scene: Scene) -> Tensor:
    """As LidarGait sees it, by a ray for each pixel before the image is scaled."""
    still, scanner = _before_a_scanner(scene)
    finer = replace(scanner, beams=FINE_BEAMS, step_deg=COLUMN_DEG)
    scan = of.lidar(still, finer, scene.generator)
    return of.depth_image(scan.local.flatten(-3, -2), scan.hit.flatten(-2))


def _flow(scene: Scene) -> Tensor:
    """Of the camera's image, which follows the walker; in colours, as networks get it."""
    points = screen(scene.mesh.vertices, scene.camera)
    return of.flow_image(of.flow(points, scene.mesh.faces, scene.camera.size))


def _front(scene: Scene) -> Tensor:
    """The walker as the own front shows it, wherever the camera stands."""
    seen = scene.canonical.vertices[..., :2] * scene.canonical.vertices.new_tensor([1.0, -1.0])
    return of.normalized_coverage(seen, scene.canonical.faces)


def _hull(scene: Scene) -> Tensor:
    cameras = [
        Camera.orbit(360.0 * k / HULL_CAMERAS, 15.0, 5.0, (96, 64), fov_deg=26.0)
        for k in range(HULL_CAMERAS)
    ]
    masks = [of.silhouette(scene.canonical, _for_each(c, scene.frames)) > 0 for c in cameras]
    return of.visual_hull(torch.stack(masks, dim=1), cameras, GRID)


def _for_each(camera: Camera, frames: int) -> Camera:
    rotation = camera.rotation.expand(frames, 3, 3)
    return Camera(
        rotation, camera.translation.expand(frames, 3), camera.focal, camera.center, camera.size
    )


REPRESENTATIONS: dict[str, Callable[[Scene], Any]] = {
    "mesh": lambda s: s.canonical.vertices,
    "silhouette": lambda s: s.silhouette,
    "front_silhouette": _front,
    "gei": _gei,
    "cgi": _cgi,
    "skeleton2d": lambda s: s.skeleton2d,
    "skeleton3d": lambda s: of.skeleton3d(s.mesh, of.SMPL24, centred=True),
    "pose_heatmap": lambda s: of.pose_heatmap(s.skeleton2d),
    "events": _events,
    "cylinders": lambda s: of.cylinders(s.mesh, s.body.weights),
    "voxels": lambda s: of.voxels(s.canonical, GRID),
    "visual_hull": _hull,
    "points": lambda s: of.points(s.mesh, POINTS, s.generator),
    "lidar": _lidar,
    "depth_image": _depth_image,
    "depth": lambda s: of.depth(s.mesh, s.camera),
    "normals": lambda s: of.normals(s.mesh, s.camera),
    "flow": _flow,
    "parts": lambda s: of.parts(s.mesh, s.camera, parsing_labels(s.body.weights), background=0),
    "gait_cycle": lambda s: s.cycle,
}


def represent(
    scene: Scene, only: Iterable[str] | None = None
) -> tuple[dict[str, Any], dict[str, str]]:
    """The representations named, or all: a tensor or a named tuple of tensors each.

    The second mapping says why some could not be had: a clip may be too short for a gait cycle.
    Raises `ConfigError` for a name that does not exist.
    """
    names = list(REPRESENTATIONS if only is None else only)
    unknown = [name for name in names if name not in REPRESENTATIONS]
    if unknown:
        known = ", ".join(REPRESENTATIONS)
        raise ConfigError(f"there is no representation {unknown[0]!r}; there are {known}")
    found, missing = {}, {}
    for name in names:
        try:
            found[name] = REPRESENTATIONS[name](scene)
        except DataError as error:
            missing[name] = str(error)
    return found, missing


def as_arrays(found: dict[str, Any]) -> dict[str, Any]:
    """NumPy arrays by name; the fields of a named tuple become `name.field`."""
    arrays = {}
    for name, value in found.items():
        if isinstance(value, Tensor):
            arrays[name] = value.numpy(force=True)
        else:
            fields = value._asdict().items()
            arrays |= {f"{name}.{field}": part.numpy(force=True) for field, part in fields}
    return arrays
