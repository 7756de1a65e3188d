"""Recipes of residual networks, of skeletons, and of the oldest networks."""

from dataclasses import replace

from meshgait.data import (
    Backwards,
    Erase,
    Flip,
    JointNoise,
    OrderedFrames,
    Rotate,
    SubjectsAndClips,
    VaryingFrames,
)
from meshgait.models import deepgaitv2, gaitgraph, gaittr, geinet, multigaitpp, swingait
from meshgait.recipes.schedules import (
    DEEP,
    GAIT3D,
    GRAPH,
    GREW,
    NO_FLOW_TURNED,
    OUMVLP,
    OURS,
    P32K4,
    P32K8,
    PARSED,
    PHASES,
    RATES,
    SKELETON,
    SKIPPED,
    STREAMS,
    TRANSFORMER,
    VIEWS,
    WILD,
    WINDOWS,
    K,
    Published,
)
from meshgait.training.criterion import Loss
from meshgait.training.optimizers import Adam, AdamW, Sgd

RECIPES: dict[str, Published] = {
    "gaitbase/casia-b": Published("GaitBase", replace(DEEP, augment=(Rotate(0.3), Erase(0.3)))),
    "gaitbase/gait3d": Published(
        "GaitBase", replace(DEEP, batch=P32K4, frames=VaryingFrames(10, 50), augment=WILD)
    ),
    "gaitbase/grew": Published(
        "GaitBase", replace(GREW, frames=VaryingFrames(20, 40), augment=WILD)
    ),
    "gaitbase/ou-mvlp": Published("GaitBase", OUMVLP),
    "gaitbase/gait3d-parsing": Published(
        "GaitBase", PARSED, note="Of silhouettes, as the network takes them here."
    ),
    "deepgaitv2/casia-b": Published(
        "DeepGaitV2", replace(DEEP, frames=SKIPPED, augment=WILD), deepgaitv2.SHALLOW
    ),
    "deepgaitv2/gait3d": Published(
        "DeepGaitV2", replace(DEEP, batch=P32K4, frames=SKIPPED, augment=WILD)
    ),
    "deepgaitv2/grew": Published("DeepGaitV2", replace(GREW, frames=SKIPPED, augment=WILD)),
    "deepgaitv2/ou-mvlp": Published(
        "DeepGaitV2", replace(OUMVLP, frames=SKIPPED, augment=WILD), deepgaitv2.SHALLOW
    ),
    "skeletongait/gait3d": Published("SkeletonGait", SKELETON),
    "skeletongait/grew": Published("SkeletonGait", replace(GREW, frames=SKIPPED, augment=WILD)),
    "skeletongaitpp/gait3d": Published("SkeletonGaitPP", SKELETON),
    "skeletongaitpp/grew": Published("SkeletonGaitPP", replace(GREW, frames=SKIPPED, augment=WILD)),
    "parsinggait/gait3d-parsing": Published("ParsingGait", PARSED),
    "xgait/gait3d-parsing": Published("XGait", PARSED),
    "gaitgraph/casia-b": Published(
        "GaitGraph",
        replace(
            GRAPH, steps=6 * K, frames=OrderedFrames(60), augment=(Flip(0.1), JointNoise(0, 0.2))
        ),
        note=VIEWS,
    ),
    "gaitgraph/gait3d": Published(
        "GaitGraph", replace(GRAPH, steps=20 * K, frames=OrderedFrames(16)), note=VIEWS
    ),
    "gaitgraph/grew": Published(
        "GaitGraph",
        replace(GRAPH, steps=150 * K, frames=OrderedFrames(16)),
        gaitgraph.WIDE,
        note=VIEWS,
    ),
    "gaitgraph2/gait3d": Published(
        "GaitGraph2",
        replace(
            GRAPH,
            loss=Loss({"contrast": 1}, temperature=0.01, base=0.01, by_distance=True),
            steps=2 * K,
            optimizer=AdamW(lr=5e-3, weight_decay=1e-5),
            frames=OrderedFrames(60),
            batch=SubjectsAndClips(384, 2),
            metric="cosine",
            augment=(Backwards(0.5), Flip(0.1), JointNoise(0.05, 0.25)),
        ),
        note="Batches are pairs of clips; the originals are drawn without regard to people.",
    ),
    "multigaitpp/gait3d": Published("MultiGaitPP", STREAMS),
    "multigaitpp/grew": Published(
        "MultiGaitPP", replace(GREW, frames=SKIPPED), multigaitpp.GREW, note=NO_FLOW_TURNED
    ),
    "multigaitpp/sustech1k": Published(
        "MultiGaitPP",
        replace(
            STREAMS,
            batch=SubjectsAndClips(8, 8),
            frames=OrderedFrames(10, skip=4),
            milestones=(20 * K, 30 * K, 40 * K),
            steps=50 * K,
            augment=(),
        ),
        multigaitpp.SUSTECH1K,
        note=NO_FLOW_TURNED,
    ),
    "swingait/gait3d": Published(
        "SwinGait", replace(WINDOWS, batch=P32K4, steps=80 * K), swingait.LARGE, note=RATES
    ),
    "swingait/grew": Published(
        "SwinGait", replace(WINDOWS, batch=P32K4, steps=200 * K), swingait.LARGE, note=RATES
    ),
    "swingait/sustech1k": Published("SwinGait", WINDOWS, note=RATES),
    "gaittr/gait3d": Published("GaitTR", TRANSFORMER, note=PHASES),
    "gaittr/grew": Published("GaitTR", TRANSFORMER, note=PHASES),
    "gaittr/ou-mvlp": Published(
        "GaitTR", replace(TRANSFORMER, steps=150 * K), gaittr.OUMVLP, note=PHASES
    ),
    "gaittr/ou-mvlp-18": Published(
        "GaitTR", replace(TRANSFORMER, steps=150 * K), gaittr.OUMVLP_18, note=PHASES
    ),
    "msgg/ou-mvlp": Published(
        "MSGG",
        replace(
            DEEP,
            loss=Loss({"triplet": 0.1, "finer": 1, "normed": 1}),
            batch=P32K8,
            frames=OrderedFrames(30),
            milestones=(75 * K, 150 * K, 225 * K),
            steps=300 * K,
        ),
    ),
    "posegait/casia-b": Published(
        "PoseGait",
        replace(
            GAIT3D,
            loss=Loss({"classifier": 1, "center": 0.01}),
            optimizer=Adam(lr=1e-6, weight_decay=0),
            batch=SubjectsAndClips(4, 2),
            frames=OrderedFrames(17),
            milestones=(),
            steps=200 * K,
            metric="euclidean",
        ),
        note="Weight of the centre loss and number of steps (for 200 epochs) are ours.",
    ),
    "geinet/ou-lp": Published(
        "GEINet",
        replace(
            GAIT3D,
            loss=Loss({"classifier": 1}),
            optimizer=Sgd(lr=0.02, weight_decay=0.01),
            milestones=(),
            batch=SubjectsAndClips(32, 2),
            steps=100 * K,
            metric="euclidean",
        ),
        geinet.OULP,
        note="Rate and decay of a public re-implementation; the number of steps is ours.",
    ),
    "sianet/ou-lp": Published(
        "SiaNet",
        replace(
            GAIT3D,
            loss=Loss({"pairs": 1}, margin=1),
            optimizer=Sgd(lr=1e-3, weight_decay=0),
            milestones=(),
            batch=SubjectsAndClips(32, 2),
            steps=100 * K,
            metric="euclidean",
        ),
        note=OURS,
    ),
    "astsn/ou-lp": Published(
        "ASTSN",
        replace(
            GAIT3D, loss=Loss({"pairs": 1, "classifier": 1}, margin=1), frames=OrderedFrames(30)
        ),
        note=OURS,
    ),
}
