"""Cameras among the arrays of a file."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from meshgait.camera.pinhole import Camera
from meshgait.camera.weak_perspective import WeakPerspective

# Parts, with the number of their axes for one frame.
_KINDS: dict[str, tuple[Any, dict[str, int]]] = {
    "pinhole": (Camera, {"rotation": 2, "translation": 1, "focal": 1, "center": 1}),
    "weak": (WeakPerspective, {"rotation": 2, "scale": 1, "shift": 1}),
}


def camera_to_arrays(camera: Camera | WeakPerspective) -> dict[str, np.ndarray]:
    """`camera`, the kind, `camera_size`, and `camera_rotation` and so on."""
    kind = "pinhole" if isinstance(camera, Camera) else "weak"
    arrays = {"camera": np.array(kind), "camera_size": np.array(camera.size)}
    for name in _KINDS[kind][1]:
        arrays[f"camera_{name}"] = getattr(camera, name).detach().numpy()
    return arrays


def camera_from_arrays(
    arrays: Mapping[str, np.ndarray], row: int | None = None
) -> Camera | WeakPerspective:
    """The camera, or that of one frame; KeyError, ValueError or TypeError for what is none."""
    made, axes = _KINDS[str(arrays["camera"])]
    height, width = map(operator.index, arrays["camera_size"].tolist())
    parts = {name: torch.from_numpy(arrays[f"camera_{name}"]) for name in axes}
    if row is not None:
        parts = {
            name: value[row if len(value) > 1 else 0] if value.ndim > axes[name] else value
            for name, value in parts.items()
        }
    found: Camera | WeakPerspective = made(**parts, size=(height, width))
    return found
