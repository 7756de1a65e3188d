"""Recipes of the networks that read estimated bodies; of most none but ours was ever published."""

from dataclasses import replace

from meshgait.data import ContinuousFrames
from meshgait.recipes.schedules import GAIT3D, OURS, K, Published
from meshgait.training.criterion import Loss

_ROWS = replace(GAIT3D, frames=ContinuousFrames(30))  # how joints move needs frames in a row

# Beside the identity: bodies that fit their silhouettes, also those of the person's other clips.
_REFINED = Loss({"triplet": 1, "neck": 0.1, "consistency": 1, "cover": 1, "shape": 0.1})

_HYBRID = Published(
    "HybridGait",
    replace(GAIT3D, milestones=(10 * K, 30 * K, 50 * K)),
    note="The original looks at poses in a row beside silhouettes in any order; tested at 35,000.",
)

RECIPES: dict[str, Published] = {
    f"{model.lower()}/gait3d": Published(model, _ROWS, note=OURS)
    for model in ("FusionGait", "MeshNet", "PointNet", "SkeletonGCN")
} | {
    "hybridgait/gait3d": _HYBRID,
    "hybridgait/ccgait": _HYBRID,
    "meshgait/gait3d": Published(
        "MeshGait",
        replace(GAIT3D, loss=Loss({"triplet": 1, "neck": 0.1, "consistency": 1})),
        note=OURS,
    ),
    "refinegait/gait3d": Published("RefineGait", replace(_ROWS, loss=_REFINED), note=OURS),
}
