"""What the recipes of several networks have in common."""

from dataclasses import dataclass, replace
from typing import Any

from meshgait.data import (
    Flip,
    JointNoise,
    OrderedFrames,
    Perspective,
    Rotate,
    SubjectsAndClips,
)
from meshgait.training.criterion import Loss
from meshgait.training.optimizers import Adam, AdamW, Sgd
from meshgait.training.recipe import Recipe


@dataclass(frozen=True)
class Published:
    """A network, how to train it, and its configuration where that is not the default."""

    model: str
    recipe: Recipe
    config: Any = None
    note: str = ""


K = 1_000
WILD = (Perspective(), Flip(), Rotate())

GAIT3D = Recipe(max_norm=None)  # the schedule of the Gait3D paper
TRIPLET = replace(GAIT3D, loss=Loss({"triplet": 1}))
ADAM = replace(
    TRIPLET, optimizer=Adam(lr=1e-4, weight_decay=0), metric="euclidean",
    milestones=(150 * K,), steps=250 * K,
)  # fmt: skip
SGD = replace(
    TRIPLET, optimizer=Sgd(), metric="euclidean", batch=SubjectsAndClips(8, 16),
    milestones=(10 * K, 20 * K, 30 * K), steps=40 * K,
)  # fmt: skip
BASELINE = replace(SGD, loss=Loss(), milestones=(20 * K, 40 * K), steps=60 * K)
DEEP = replace(
    SGD, loss=Loss({"triplet": 1, "neck": 1}), milestones=(20 * K, 40 * K, 50 * K), steps=60 * K
)
P32K4, P32K8, P32K16 = (SubjectsAndClips(32, clips) for clips in (4, 8, 16))
OUMVLP = replace(DEEP, batch=P32K8, milestones=(60 * K, 80 * K, 100 * K), steps=120 * K)
GREW = replace(DEEP, batch=P32K4, milestones=(80 * K, 120 * K, 150 * K), steps=180 * K)
PARSED = replace(
    DEEP, batch=SubjectsAndClips(32, 2), milestones=(40 * K, 80 * K, 100 * K), steps=120 * K
)
SKIPPED = OrderedFrames(30, skip=4)
SKELETON = replace(
    DEEP, batch=P32K4, milestones=(20 * K, 30 * K, 40 * K), frames=SKIPPED,
    augment=WILD,
)  # fmt: skip
GRAPH = replace(
    GAIT3D, loss=Loss({"contrast": 1}), optimizer=Adam(lr=1e-2, weight_decay=1e-5), milestones=(),
    one_cycle=True, batch=SubjectsAndClips(64, 2), metric="euclidean",
    augment=(Flip(0.5), JointNoise()),
)  # fmt: skip
STREAMS = replace(DEEP, batch=P32K4, frames=SKIPPED, augment=WILD)
WINDOWS = replace(
    DEEP, optimizer=AdamW(lr=3e-4, weight_decay=0.02), batch=SubjectsAndClips(8, 8), frames=SKIPPED,
    milestones=(), cosine_to=1e-6, augment=WILD,
)  # fmt: skip
RATES = (
    "The original starts from a trained DeepGaitV2 and learns its convolutions at a tenth of the "
    "rate; the cosine ends some 10,000 steps before the training."
)
NO_FLOW_TURNED = "Without the original's augmentation, which would turn images and not their flow."
TRANSFORMER = replace(
    TRIPLET, loss=Loss({"triplet": 1}, margin=0.3), optimizer=Adam(lr=1e-3, weight_decay=2e-5),
    milestones=(), one_cycle=True, batch=P32K4, frames=OrderedFrames(60), steps=40 * K,
    metric="euclidean", augment=(Flip(0.1), JointNoise(0.3, 0.3)),
)  # fmt: skip
PHASES = (
    "The original's cycle has three phases, rising for 47.5 % of the steps, and its left and right "
    "are exchanged frame by frame."
)
VIEWS = "The original contrasts two halves of one window; here it is two clips of a person."
PART_FRAMES, GL_FRAMES = OrderedFrames(30, skip=10), OrderedFrames(30)
GL = replace(GAIT3D, loss=Loss({"triplet": 1, "classifier": 1}), frames=GL_FRAMES)
GL_LARGE = replace(
    ADAM, loss=Loss({"triplet": 1, "classifier": 1}, smoothing=0.1), frames=GL_FRAMES, batch=P32K8,
    milestones=(150 * K, 200 * K), steps=210 * K,
)  # fmt: skip
OURS = "Schedule and augmentation are ours: none was published."
