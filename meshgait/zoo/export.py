"""Networks for other programs: torch.export and ONNX, for any number of sequences and frames."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.export import Dim, ExportedProgram

from meshgait._optional import require
from meshgait.errors import ConfigError, ShapeError
from meshgait.files.storage import written_whole
from meshgait.models import name_of
from meshgait.nn import Network, require_network
from meshgait.zoo.inputs import Clip, random_clips

MOST_SEQUENCES, MOST_FRAMES = 1024, 4096
FRAMES = 30


@dataclass(frozen=True)
class Support:
    """How a network can be exported: for which lengths, and why not for others."""

    least: int = 1
    any_length: bool = True
    reason: str = "its recurrent layer is unrolled"  # where it is exported for one length
    obstacle: str = ""  # where it cannot be exported at all
    settings: tuple[tuple[str, Any], ...] = ()  # without which it cannot

    def __str__(self) -> str:
        if self.obstacle:
            return f"no: {self.obstacle}"
        if not self.any_length:
            return f"one length: {self.reason}"
        if self.least > 1:
            return f"any length from {self.least} frames on: shorter clips take another way"
        without = [f"{name}={value}" for name, value in self.settings]
        return " with ".join(["any length", *without])


ANY = Support()
SUPPORT = {
    "ASTSN": Support(any_length=False),
    "CGI": Support(obstacle="the steps are looked for by scipy"),
    # Drawing is compiled apart from torch.
    "FusionGait": Support(settings=(("rerender", False),)),
    "HybridGait": Support(settings=(("drawn", False),)),
    "GaitGL": Support(6),
    "GaitGraph": Support(5),
    "GaitGraph2": Support(5),
    "GaitNet": Support(any_length=False),
    "LidarGaitPP": Support(obstacle="the centres of a cloud are looked for one after another"),
    "PoseGait": Support(18),
    "RefineGait": Support(
        obstacle="each of its steps draws, and drawing is compiled apart from torch"
    ),
    "SwinGait": Support(any_length=False, reason="time is cut into windows, the last filled up"),
    "VoxelLegs": Support(obstacle="the path through the angles is looked for frame by frame"),
}
"""What is not `ANY` yet possible, by the name of the network."""


def to_program(
    model: Network, *, frames: int = FRAMES, like: Clip | None = None
) -> ExportedProgram:
    """The network in evaluation mode as `torch.export` has it, for clips without padding.

    Its inputs are those of the network by name, without the mask. `frames` matters where `SUPPORT`
    says "one length"; `like` is a clip for `random_clips`. Raises `ConfigError` for a network that
    cannot be exported.
    """
    require_network(model)
    support = _support(model)
    if support.obstacle:
        raise ConfigError(f"{type(model).__name__} cannot be exported: {support.obstacle}")
    for name, value in support.settings:
        if getattr(getattr(model, "config", None), name, None) != value:
            raise ConfigError(f"{type(model).__name__} is exported only with {name}={value}")
    if frames < support.least:
        raise ConfigError(
            f"{type(model).__name__} is exported for {support.least} frames or more, got {frames}"
        )
    free = {0: Dim("batch", max=MOST_SEQUENCES)}
    if support.any_length:
        least = support.least if support.least > 1 else None
        free[1] = Dim("time", min=least, max=MOST_FRAMES)
    # Two of everything: one sequence or one frame would be taken for the only number there is.
    length = max(2, support.least + 1) if support.any_length else frames
    clips = random_clips(model, 2, length, like)
    was_training = model.training
    device = next((weight.device for weight in model.parameters()), torch.device("cpu"))
    clips = {name: clip.to(device) for name, clip in clips.items()}
    try:
        with _quiet():
            return torch.export.export(
                model.eval(), (), clips, dynamic_shapes=dict.fromkeys(clips, free)
            )
    finally:
        model.train(was_training)


def to_onnx(
    model: Network, path: str | Path, *, frames: int = FRAMES, like: Clip | None = None
) -> None:
    """Write the network as one ONNX file; see `to_program`, and `check_onnx` for what it is worth.

    The file's inputs are named as the network's; its output is `embedding`.
    """
    require("onnxscript", extra="onnx")
    program = to_program(model, frames=frames, like=like)
    names = {0: "batch"} | ({1: "time"} if _support(model).any_length else {})
    with _quiet():
        onnx = torch.onnx.export(
            program, (), dynamo=True, verbose=False, output_names=["embedding"],
            dynamic_shapes=dict.fromkeys(model.inputs, names),
        )  # fmt: skip
    if onnx is None:
        raise ConfigError(f"torch wrote no ONNX program for {type(model).__name__}")
    with written_whole(path) as part:
        onnx.save(str(part), external_data=False)


def check_onnx(
    model: Network,
    path: str | Path,
    *,
    batch: int = 3,
    frames: int = FRAMES,
    like: Clip | None = None,
) -> float:
    """The largest difference between onnxruntime and torch, by the largest value.

    On random clips of a batch and a length of your choice. Raises `ShapeError` where the file has
    no room for them, or gives another shape.
    """
    runtime = require("onnxruntime", extra="onnx")
    clips = random_clips(model, batch, frames, like)
    session = runtime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    was_training = model.training
    with torch.no_grad():
        expected = model.eval()(**clips)
    model.train(was_training)
    errors = runtime.capi.onnxruntime_pybind11_state
    try:
        (found,) = session.run(None, {name: clip.numpy() for name, clip in clips.items()})
    except (errors.InvalidArgument, errors.RuntimeException, errors.Fail) as error:
        raise ShapeError(f"{path} does not run on {batch} x {frames} frames: {error}") from error
    if found.shape != expected.shape:
        raise ShapeError(f"{path} gives {found.shape}, the network {tuple(expected.shape)}")
    scale = expected.abs().max().clamp(min=torch.finfo(expected.dtype).tiny)
    return float((torch.from_numpy(found) - expected).abs().max() / scale)


def _support(model: Network) -> Support:
    return SUPPORT.get(name_of(type(model)), ANY)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without remarks on torch's own layers and on packages that nobody asked for."""
    log = logging.getLogger("torch.onnx")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)
