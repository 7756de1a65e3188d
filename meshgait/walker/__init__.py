"""Walkers that need no licence: who they are, where they go, what they wear, how they move."""

from meshgait.walker.estimate import EstimatorNoise, estimate_smpl
from meshgait.walker.identity import Identity
from meshgait.walker.outfit import Bag, Coat, Outfit
from meshgait.walker.route import Route
from meshgait.walker.walk import Walk, walk

__all__ = [
    "Bag",
    "Coat",
    "EstimatorNoise",
    "Identity",
    "Outfit",
    "Route",
    "Walk",
    "estimate_smpl",
    "walk",
]
