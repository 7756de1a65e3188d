"""meshgait: 3D-mesh-native geometric deep learning for gait recognition.

Everything is loaded when it is used, torch with the first of it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from meshgait._lazy import when_touched
from meshgait._version import __version__

if TYPE_CHECKING:
    from meshgait import losses, metrics, modalities, models, render
    from meshgait.body import Body
    from meshgait.camera import Camera, WeakPerspective
    from meshgait.data.synthetic.dataset import SyntheticGait
    from meshgait.evaluation import embed, evaluate
    from meshgait.gait.show import show
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
    "show",
]

__getattr__, __dir__ = when_touched(sys.modules[__name__])
