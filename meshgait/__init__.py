"""meshgait: 3D-mesh-native geometric deep learning for gait recognition.

Importing it loads torch, numpy and jaxtyping; everything else is loaded when it is used.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from meshgait import losses, metrics, modalities, models, render
from meshgait._version import __version__
from meshgait.body import Body
from meshgait.camera import Camera, WeakPerspective
from meshgait.evaluation import embed, evaluate
from meshgait.mesh import Mesh
from meshgait.sequence import GaitSequence
from meshgait.training.fit import fit
from meshgait.training.recipe import Recipe
from meshgait.weights.checkpoint import load_model

if TYPE_CHECKING:
    from meshgait.data.synthetic.dataset import SyntheticGait

__all__ = [
    "Body",
    "Camera",
    "GaitSequence",
    "Mesh",
    "Recipe",
    "SyntheticGait",
    "WeakPerspective",
    "__version__",
    "embed",
    "evaluate",
    "fit",
    "load_model",
    "losses",
    "metrics",
    "modalities",
    "models",
    "render",
]


def __getattr__(name: str) -> Any:
    if name == "SyntheticGait":  # its walkers need scipy
        from meshgait.data.synthetic.dataset import SyntheticGait

        return SyntheticGait
    if name in _rooms():
        return import_module(f"meshgait.{name}")
    raise AttributeError(f"module 'meshgait' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*__all__, *_rooms()})


def _rooms() -> list[str]:
    """The packages and modules inside, which are loaded when they are touched."""
    return [room.name for room in iter_modules(__path__) if not room.name.startswith("_")]
