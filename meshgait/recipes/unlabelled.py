"""Recipes of networks that learn without labels."""

from dataclasses import replace

from meshgait.data import Flip, OrderedFrames, Perspective, Rotate, SubjectsAndClips
from meshgait.recipes.schedules import DEEP, K, Published
from meshgait.training.criterion import Loss
from meshgait.training.optimizers import Sgd

RECIPES: dict[str, Published] = {
    "gaitssb/gaitlu-1m": Published(
        "GaitSSB",
        replace(
            DEEP, loss=Loss({"siamese": 1}, smoothing=0.1), optimizer=Sgd(lr=0.05),
            batch=SubjectsAndClips(512, 2), frames=OrderedFrames(16, skip=4),
            milestones=(80 * K, 120 * K), steps=150 * K,
            augment=(Perspective(), Flip(0.5), Rotate()),
        ),
        note="Each of 8 x 64 walks is twice in a batch, cut and changed by chance. The original's "
        "own augmentation also thickens and blurs parts of the body.",
    ),
}  # fmt: skip
"""Recipes by name."""
