"""Recipes of the networks that read what laser scanners see."""

from dataclasses import replace

from meshgait.data import FlipPoints, ScalePoints, SubjectsAndClips, UnorderedFrames
from meshgait.models import lidargaitpp
from meshgait.recipes.schedules import DEEP, P32K4, K, Published
from meshgait.training.criterion import Loss

_RANDOM_START = (
    "The original draws the first centre and 1,024 points of each frame at random, with "
    "replacement, in tests, too; here the first centre is the first point."
)
_CLOUDS = replace(
    DEEP, loss=Loss({"triplet": 1, "neck": 0.1}, scale=31.0), batch=P32K4,
    frames=UnorderedFrames(10), milestones=(), cosine_to=1e-4, steps=40 * K,
    augment=(FlipPoints(0.15), ScalePoints(1.0)),
)  # fmt: skip

RECIPES: dict[str, Published] = {
    "lidargait/sustech1k": Published(
        "LidarGait",
        replace(
            DEEP, batch=SubjectsAndClips(8, 8), frames=UnorderedFrames(10),
            milestones=(20 * K, 30 * K), steps=40 * K,
        ),
    ),
    "lidargaitpp/sustech1k": Published("LidarGaitPP", _CLOUDS, note=_RANDOM_START),
    "lidargaitpp/freegait": Published(
        "LidarGaitPP",
        replace(_CLOUDS, steps=80 * K, augment=(FlipPoints(0.1), ScalePoints(0.2))),
        lidargaitpp.FREEGAIT,
        note=_RANDOM_START.replace("1,024", "256"),
    ),
}  # fmt: skip
"""Recipes by name."""
