"""What an event camera would report: a pixel speaks when its log intensity has changed enough.

The ideal sensor: thresholds are the same everywhere, there is no noise, no refractory time. Between
frames the log intensity is linear, so events carry interpolated times (Rebecq et al., ESIM, CoRL
2018).
"""

from __future__ import annotations

import itertools
from dataclasses import fields, replace
from typing import Any, NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from meshgait.camera import Camera, WeakPerspective
from meshgait.errors import ConfigError, ShapeError
from meshgait.mesh import Mesh
from meshgait.numerics import in_full_precision
from meshgait.render import shade

_CHUNK = 32  # frames drawn at once: more do not fit the cache of a processor
DARKEST = 0.02  # added to intensities in [0, 1], so that black has a logarithm


class Events(NamedTuple):
    """Events of one or more clips in order of time, one row each.

    `clip` counts through the leading dimensions of the intensities, `time` is in seconds since the
    first frame, `polarity` 1 for brighter and -1 for darker.
    """

    clip: Int[Tensor, " N"]
    x: Int[Tensor, " N"]
    y: Int[Tensor, " N"]
    time: Float[Tensor, " N"]
    polarity: Int[Tensor, " N"]


def events(
    intensity: Float[Tensor, "*batch T H W"], *, fps: float, threshold: float = 0.2
) -> Events:
    """Crossings of `threshold` in log intensity; `intensity` is in [0, 1], `fps` its frame rate.

    Each pixel starts from its value in the first frame and moves its reference by a threshold with
    every event, so their sum never is a threshold or more away from the change so far.
    """
    if not threshold > 0 or not fps > 0:
        raise ConfigError(f"threshold and fps must be above 0, got {threshold} and {fps}")
    if intensity.ndim < 3:
        raise ShapeError(f"intensity must be (*, T, H, W), got {tuple(intensity.shape)}")
    frames = (intensity.detach().double().clamp(0, 1) + DARKEST).log() / threshold
    frames = frames.reshape(-1, *frames.shape[-3:]).transpose(0, 1)  # (T, N, H, W)
    reference, parts = frames[0], []
    for step, (before, after) in enumerate(itertools.pairwise(frames)):
        change = after - reference
        count = (change.abs() + 1e-9).floor()  # a change of just a threshold is one
        fired = count.nonzero(as_tuple=True)
        repeats = count[fired].long()
        index = torch.repeat_interleave(torch.arange(len(repeats), device=change.device), repeats)
        rank = torch.arange(len(index), device=change.device) - (repeats.cumsum(0) - repeats)[index]
        sign = change[fired].sign()[index]
        level = reference[fired][index] + sign * (rank + 1)
        slope = (after - before)[fired][index]
        share = (level - before[fired][index]) / torch.where(slope == 0, 1.0, slope)
        clip, y, x = (axis[index] for axis in fired)
        parts.append((clip, x, y, (step + share.clamp(0, 1)) / fps, sign.long()))
        reference = reference + count * change.sign()
    if not parts:
        raise ShapeError("events need two frames or more")
    clip, x, y, time, polarity = (torch.cat(column) for column in zip(*parts, strict=True))
    order = time.argsort(stable=True)
    return Events(*(column[order] for column in (clip, x, y, time.to(intensity), polarity)))


@in_full_precision
def watch(
    mesh: Mesh, camera: Camera | WeakPerspective, *, fps: float, rate: float
) -> Float[Tensor, "*batch N H W"]:
    """Intensity in [0, 1] of a walk (*, T) at `fps`, filmed at `rate` frames per second instead.

    Between frames vertices and camera move in straight lines.
    """
    if mesh.vertices.ndim < 3 or not mesh.vertices.shape[-3]:
        shape = tuple(mesh.vertices.shape)
        raise ShapeError(f"a film needs a mesh with frames, vertices (*, T, V, 3), got {shape}")
    if not rate > 0 or not fps > 0:
        raise ConfigError(f"rate and fps must be above 0, got {rate} and {fps}")
    count = mesh.vertices.shape[-3]
    samples = int((count - 1) / fps * rate + 1e-6) + 1
    weight = mesh.vertices.new_tensor([0.299, 0.587, 0.114])  # of red, green and blue, BT.601
    films = []
    for start in range(0, samples, _CHUNK):
        place = torch.arange(start, min(start + _CHUNK, samples), dtype=torch.float64) * fps / rate
        moved = _camera_at(camera, place)
        vertices = _between(mesh.vertices.detach(), place, -3)
        picture = shade(vertices, mesh.faces, moved)
        films.append((picture.to(weight) / 255) @ weight)
    return torch.cat(films, dim=-3)


def _camera_at(
    camera: Camera | WeakPerspective, place: Float[Tensor, " N"]
) -> Camera | WeakPerspective:
    """The camera at each of those frames; what stands still stays one."""
    moved: dict[str, Any] = {}
    for field in fields(camera):
        value, axis = getattr(camera, field.name), -3 if field.name == "rotation" else -2
        if isinstance(value, Tensor) and value.ndim >= -axis:
            moved[field.name] = _between(value, place, axis)
    return replace(camera, **moved)


def _between(values: Tensor, place: Float[Tensor, " N"], axis: int) -> Tensor:
    """Values at fractions of frames, frames being counted along `axis`."""
    count = values.shape[axis]
    first = place.floor().long().clamp(max=max(count - 2, 0))
    share = (place - first).to(values).reshape(-1, *[1] * (-axis - 1))
    start, end = (
        values.index_select(axis, index.clamp(max=count - 1).to(values.device))
        for index in (first, first + 1)
    )
    return torch.lerp(start, end, share.expand(start.shape))


def event_frames(
    stream: Events, size: tuple[int, int], *, bins: int, seconds: float, clips: int = 1
) -> Float[Tensor, "clips bins 2 H W"]:
    """How many events each pixel had in each of `bins` equal times: brighter, then darker.

    Events before 0 or after `seconds` are left out; the last bin holds its own end.
    """
    _check_bins(bins, seconds)
    height, width = size
    kept = (stream.time >= 0) & (stream.time <= seconds)
    bin_ = (stream.time / seconds * bins).long().clamp(max=bins - 1)
    channel = (stream.polarity < 0).long()
    place = (((stream.clip * bins + bin_) * 2 + channel) * height + stream.y) * width + stream.x
    flat = stream.time.new_zeros(clips * bins * 2 * height * width)
    flat = flat.index_add(0, torch.where(kept, place, 0), kept.to(flat))
    return flat.reshape(clips, bins, 2, height, width)


def event_voxels(
    stream: Events, size: tuple[int, int], *, bins: int, seconds: float, clips: int = 1
) -> Float[Tensor, "clips bins H W"]:
    """Polarities shared between the two nearest of `bins` moments (Zhu et al., CVPR 2019).

    The moments run from 0 to `seconds`; the sum over them is the sum of the polarities.
    """
    _check_bins(bins, seconds)
    height, width = size
    kept = (stream.time >= 0) & (stream.time <= seconds)
    moment = stream.time / seconds * (bins - 1)
    low = moment.floor().long().clamp(0, max(bins - 2, 0))
    share = moment - low
    flat = stream.time.new_zeros(clips * bins * height * width)
    for bin_, weight in ((low, 1 - share), (low + 1, share)):
        place = ((stream.clip * bins + bin_.clamp(max=bins - 1)) * height + stream.y) * width
        value = weight * stream.polarity
        flat = flat.index_add(0, torch.where(kept, place + stream.x, 0), value.where(kept, 0))
    return flat.reshape(clips, bins, height, width)


def _check_bins(bins: int, seconds: float) -> None:
    if bins < 1 or not seconds > 0:
        raise ConfigError(f"needed are a bin and a time above 0, got {bins} and {seconds}")
