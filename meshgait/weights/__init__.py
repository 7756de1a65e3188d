"""Checkpoints: our own, and those of the published implementations, told by the names in them."""

import sys
from typing import TYPE_CHECKING

from meshgait._lazy import when_touched

if TYPE_CHECKING:
    from meshgait.weights.checkpoint import (
        build_model,
        describe_model,
        load_checkpoint,
        load_model,
        save_checkpoint,
    )
    from meshgait.weights.official import load_official, official_models, published_configs
    from meshgait.weights.pretrained import from_pretrained, save_pretrained
    from meshgait.weights.shipped import shipped_weights

__all__ = [
    "build_model",
    "describe_model",
    "from_pretrained",
    "load_checkpoint",
    "load_model",
    "load_official",
    "official_models",
    "published_configs",
    "save_checkpoint",
    "save_pretrained",
    "shipped_weights",
]

__getattr__, __dir__ = when_touched(sys.modules[__name__])
