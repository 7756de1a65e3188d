"""Recipes of the networks that read estimated bodies; none but ours was ever published."""

from dataclasses import replace

from meshgait.data import ContinuousFrames
from meshgait.recipes.schedules import GAIT3D, OURS, Published
from meshgait.training.criterion import Loss

_ROWS = replace(GAIT3D, frames=ContinuousFrames(30))  # how joints move needs frames in a row

# Beside the identity: bodies that fit their silhouettes, also those of the person's other clips.
_REFINED = Loss({"triplet": 1, "neck": 0.1, "consistency": 1, "cover": 1, "shape": 0.1})

RECIPES: dict[str, Published] = {
    f"{model.lower()}/gait3d": Published(model, _ROWS, note=OURS)
    for model in ("FusionGait", "MeshNet", "PointNet", "SkeletonGCN")
} | {"refinegait/gait3d": Published("RefineGait", replace(_ROWS, loss=_REFINED), note=OURS)}
