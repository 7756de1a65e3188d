"""meshgait: 3D-mesh-native geometric deep learning for gait recognition.

Everything is loaded when it is used, torch with the first of it.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from meshgait._version import __version__

if TYPE_CHECKING:
    from meshgait import losses, metrics, modalities, models, render
    from meshgait.body import Body
    from meshgait.camera import Camera, WeakPerspective
    from meshgait.data.synthetic.dataset import SyntheticGait
    from meshgait.evaluation import embed, evaluate
    from meshgait.mesh import Mesh
    from meshgait.sequence import GaitSequence
    from meshgait.training.fit import fit
    from meshgait.training.recipe import Recipe
    from meshgait.weights.checkpoint import load_model

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

_PLACES = {
    "Body": "body",
    "Camera": "camera",
    "GaitSequence": "sequence",
    "Mesh": "mesh",
    "Recipe": "training.recipe",
    "SyntheticGait": "data.synthetic.dataset",
    "WeakPerspective": "camera",
    "embed": "evaluation",
    "evaluate": "evaluation",
    "fit": "training.fit",
    "load_model": "weights.checkpoint",
}


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        globals()[name] = getattr(import_module(f"meshgait.{_PLACES[name]}"), name)
        return globals()[name]
    if name in _rooms():
        return import_module(f"meshgait.{name}")
    raise AttributeError(f"module 'meshgait' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*__all__, *_rooms()})


def _rooms() -> list[str]:
    """The packages and modules inside, which are loaded when they are touched."""
    return [room.name for room in iter_modules(__path__) if not room.name.startswith("_")]
