"""One clip of SyntheticGait: who, how, wearing what, seen from where; and its silhouettes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8

from meshgait.body import Body
from meshgait.camera import Camera
from meshgait.data.synthetic.scan_clip import scan_clip
from meshgait.data.synthetic.segmentation import Occluder, SegmentationNoise, occlude, segment
from meshgait.errors import ConfigError
from meshgait.mesh import Mesh
from meshgait.modalities import (
    flow_image,
    front_silhouette,
    is_visible,
    normalize_silhouette,
    normalized_flow,
)
from meshgait.numerics import in_no_mode, stream
from meshgait.render import coverage, screen
from meshgait.sequence.sequence import GaitSequence, Record
from meshgait.walker import EstimatorNoise, Identity, Outfit, Route, Walk, estimate_smpl, walk
from meshgait.walker.outfit import Condition
from meshgait.walker.surface import reshape_surface

GENERATOR = 7  # raise it whenever the same seed gives other clips
_PICTURE = (128, 112)  # pixels around a person
_PICTURE_HEIGHT_M = 2.0  # what `person_px` of a tall person spans
_LEAST_FRAMES = 12  # that an occluder leaves to be seen


@dataclass(frozen=True)
class WildConfig:
    """What is drawn for each clip; pairs are least and largest.

    `azimuth_deg` (0 sees the front, 90 the left side), `elevation_deg` and `distance` (metres)
    place the camera, `person_px` is the height in pixels of two metres at that distance. `bag` and
    `coat` are the shares of clips with one, `occluded` that of clips in which something hides a
    part. With `lidar` clips have what a laser scanner at the camera's place sees, too: `points` and
    `depth_image` (see `scan_clip`); with `flow` how the pixels of the crop move, without what hides
    them; with `front` the fronts of the estimated bodies, `smpl_silhouette`.
    """

    clips: int = 8
    frames: tuple[int, int] = (30, 48)
    fps: float = 25.0
    size: tuple[int, int] = (64, 44)
    # height in pixels of two metres at the camera's distance
    person_px: tuple[float, float] = (80.0, 110.0)
    azimuth_deg: tuple[int, int] = (
        0,
        360,
    )  # where the camera is: 0 sees the front, 90 the left side
    elevation_deg: tuple[float, float] = (0.0, 15.0)  # how far above it is
    distance: tuple[float, float] = (4.0, 9.0)  # metres from the camera to the walker
    bag: float = 0.2  # share of clips with a bag
    coat: float = 0.2  # share of clips with a coat
    occluded: float = 0.1  # share of clips in which something hides a part
    segmentation: SegmentationNoise = SegmentationNoise(edge=0.15, holes=0.02)
    estimator: EstimatorNoise = EstimatorNoise()
    lidar: bool = False  # whether a laser scanner at the camera's place looks, too
    flow: bool = False  # whether it is kept how pixels move
    front: bool = False  # whether the fronts of the estimated bodies are drawn, too

    def __post_init__(self) -> None:
        if self.clips < 2:
            raise ConfigError(f"a person needs 2 clips or more to be found again, got {self.clips}")
        if not _LEAST_FRAMES <= self.frames[0] <= self.frames[1]:
            raise ConfigError(f"frames must be {_LEAST_FRAMES} or more, least first: {self.frames}")


@dataclass(frozen=True, eq=False)
class Clip:
    """A clip before it is rendered; `key` seeds what chance does to the pictures."""

    record: Record
    walk: Walk
    surface: Float[np.ndarray, " M"]
    outfit: Outfit
    camera: Camera
    occluder: Occluder | None
    key: tuple[int, ...]


def draw_clip(
    subject: str, key: tuple[int, ...], number: int, body: Body, config: WildConfig
) -> Clip:
    """Clip `number` of the person that `key` seeds: a function of its arguments alone."""
    person = Identity.draw(stream("person", *key))
    key = (*key, number)
    generator = stream("clip", *key)
    condition = draw_condition(config, generator)
    routes = (Route.draw_straight, Route.draw_curved, Route.draw_irregular)
    steps = walk(
        body,
        person.on_another_day(generator),
        routes[generator.integers(3)](generator),
        frames=int(generator.integers(config.frames[0], config.frames[1] + 1)),
        fps=config.fps,
        phase=generator.uniform(),
        variation=int(generator.integers(2**32)),
    )
    label = f"{condition}{number:02d}"
    return film_walk(subject, label, condition, steps, person.surface, key, generator, config)


def draw_condition(config: WildConfig, generator: np.random.Generator) -> Condition:
    """Nothing, a bag or a coat, in the shares of `config`."""
    shares = [1 - config.bag - config.coat, config.bag, config.coat]
    conditions: tuple[Condition, ...] = ("normal", "bag", "coat")
    return conditions[generator.choice(3, p=shares)]


def film_walk(
    subject: str,
    label: str,
    condition: Condition,
    steps: Walk,
    surface: Float[np.ndarray, " M"],
    key: tuple[int, ...],
    generator: np.random.Generator,
    config: WildConfig,
) -> Clip:
    """A walk seen by a camera, dressed for `condition`; `label` is that of its record."""
    azimuth, camera = _place_camera(config, generator)
    occluder = _place_occluder(generator) if generator.random() < config.occluded else None
    outfit = Outfit.draw(condition, generator)
    record = Record(subject, label, f"{azimuth:03d}")
    return Clip(record, steps, surface, outfit, camera, occluder, key)


def _place_camera(config: WildConfig, generator: np.random.Generator) -> tuple[int, Camera]:
    azimuth = int(generator.integers(*config.azimuth_deg))
    elevation = generator.uniform(*config.elevation_deg)
    distance = generator.uniform(*config.distance)
    height_px = generator.uniform(*config.person_px)
    view = np.rad2deg(2 * np.arctan(_PICTURE[0] / height_px * _PICTURE_HEIGHT_M / 2 / distance))
    camera = Camera.orbit(
        float(azimuth), float(elevation), float(distance), _PICTURE,
        target=torch.tensor([0.0, 0.9, 0.0], dtype=torch.float32), fov_deg=float(view),
    )  # fmt: skip
    return azimuth, camera


def _place_occluder(generator: np.random.Generator) -> Occluder:
    """A pillar in front of a part of the way, or a shelf in front of the legs."""
    height, width = _PICTURE
    if generator.random() < 0.5:
        left = generator.uniform(0.2, 0.8) * width
        return Occluder(left, -np.inf, left + generator.uniform(0.1, 0.25) * width, np.inf)
    return Occluder(-np.inf, generator.uniform(0.55, 0.7) * height, np.inf, np.inf)


def dressed(body: Body, clip: Clip) -> Mesh:
    """The walker with clothes and bag, one mesh for every frame."""
    motion = clip.walk.motion
    bare = reshape_surface(body, motion.decode(body), clip.surface)
    return clip.outfit.dress(body, bare, torch.from_numpy(motion.pose), fps=motion.fps)


@in_no_mode()
@torch.no_grad()
def estimate(body: Body, clip: Clip, config: WildConfig) -> Float[np.ndarray, "T 85"]:
    """The SMPL parameters that `render_clip` gives, also of frames that show nobody."""
    return _estimate(body, clip, clip.walk.motion.decode(body).require_joints(), config)


def _estimate(
    body: Body, clip: Clip, joints: Float[torch.Tensor, "T 24 3"], config: WildConfig
) -> Float[np.ndarray, "T 85"]:
    generator = stream("estimate", *clip.key)
    return estimate_smpl(body, clip.walk.motion, joints, clip.camera, config.estimator, generator)


@in_no_mode()
@torch.no_grad()
def render_clip(body: Body, clip: Clip, config: WildConfig) -> GaitSequence:
    """Silhouettes and estimated SMPL parameters of the frames in which the person is seen."""
    mesh = dressed(body, clip)
    joints = mesh.require_joints()
    smpl = _estimate(body, clip, joints, config)
    image, corner = _photograph(mesh, clip.camera)
    clean = segment(image, config.segmentation, stream("picture", *clip.key))
    mask = clean
    if clip.occluder is not None:
        mask = occlude(clean, clip.occluder, corner)
    seen = is_visible(mask)
    if seen.sum() < _LEAST_FRAMES:
        mask, seen = clean, is_visible(clean)
    silhouette = normalize_silhouette(mask[seen], config.size)
    frames = {"silhouette": _binary(silhouette), "smpl": smpl[seen]}
    if config.lidar:
        frames |= scan_clip(mesh, clip.camera, seen, clip.key)
    if config.flow:
        frames["flow"] = _flow(mesh, clip.camera, seen, config.size)
    if config.front:
        front = front_silhouette(body, torch.from_numpy(smpl[seen]), config.size)
        frames["smpl_silhouette"] = (front > 0.5).to(torch.uint8).numpy()
    record = clip.record
    return GaitSequence(record.subject, record.condition, record.view, frames)


def _flow(
    mesh: Mesh, camera: Camera, seen: Bool[np.ndarray, " T"], size: tuple[int, int]
) -> UInt8[np.ndarray, "T 3 H W"]:
    """Of the frames seen, each to the next of them, in colours."""
    points = screen(mesh.vertices, camera)[torch.from_numpy(seen)]
    return flow_image(normalized_flow(points, mesh.faces, size)).numpy()


def _photograph(
    mesh: Mesh, camera: Camera
) -> tuple[Float[np.ndarray, "T H W"], Float[np.ndarray, "T 2"]]:
    """Coverage in a crop that follows the person, and where in the picture each crop begins."""
    pixels = camera.project(mesh.vertices)
    low, high = pixels.amin(dim=1), pixels.amax(dim=1)
    height, width = camera.size
    corner = ((low + high) / 2 - low.new_tensor([width / 2, height / 2])).floor()
    image = coverage(pixels - corner[:, None], mesh.faces, size=camera.size)
    return image.numpy(), corner.numpy()


def _binary(grey: UInt8[np.ndarray, "T H W"]) -> UInt8[np.ndarray, "T H W"]:
    return np.where(grey > 127, np.uint8(255), np.uint8(0))
