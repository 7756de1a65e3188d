"""Recipes of the networks that read estimated bodies; none but ours was ever published."""

from dataclasses import replace

from meshgait.data import ContinuousFrames
from meshgait.recipes.schedules import GAIT3D, OURS, Published

_ROWS = replace(GAIT3D, frames=ContinuousFrames(30))  # how joints move needs frames in a row

RECIPES: dict[str, Published] = {
    f"{model.lower()}/gait3d": Published(model, _ROWS, note=OURS)
    for model in ("FusionGait", "MeshNet", "PointNet", "SkeletonGCN")
}
