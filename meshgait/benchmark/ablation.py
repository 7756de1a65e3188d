"""What each part of the networks on bodies is worth: the same network with one thing changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from meshgait.benchmark.methods import Method
from meshgait.data import SmplNoise
from meshgait.training.criterion import Loss


def _mesh(name: str, **config: Any) -> Method:
    return Method(name, "MeshNet", config, input_mode="motion")


def _fusion(name: str, **config: Any) -> Method:
    return Method(name, "FusionGait", config, input_mode="motion")


# With the weight that all other rows give to the classifier.
_CONSISTENT = Loss({"triplet": 1, "neck": 0.1, "consistency": 1})

ABLATIONS: tuple[Method, ...] = (
    Method("silhouettes alone", "SLN"),
    Method("silhouettes and SMPL matrix", "SMPLGait"),
    Method("silhouettes and SMPL matrix, camera hidden", "SMPLGait", {"camera": False}),
    Method("silhouettes and SMPL matrix, noise added", "SMPLGait", augment=(SmplNoise(),)),
    _mesh("mesh alone"),
    _mesh("mesh alone, without raw moments", moments=False),
    # As many channels at the end as with three levels.
    _mesh("mesh alone, one level", graph=(128,)),
    _mesh("mesh alone, two levels", graph=(64, 128)),
    _mesh("mesh alone, time shift", time="shift"),
    _mesh("mesh alone, dilated in time", time="dilated"),
    _mesh("mesh alone, attention over time", time="attention"),
    Method("surface points alone", "PointNet", input_mode="motion"),
    Method(
        "surface points alone, without raw moments", "PointNet", {"moments": False},
        input_mode="motion",
    ),
    Method("skeleton alone", "SkeletonGCN", input_mode="motion"),
    _fusion("fusion"),
    _fusion("fusion without mesh", mesh_parts=0),
    _fusion("fusion without skeleton", skeleton_parts=0),
    _fusion("fusion without mesh and skeleton", mesh_parts=0, skeleton_parts=0),
    _fusion("fusion without re-rendering", rerender=False),
    _fusion("fusion, drawn filters not from zero", quiet=False),
    _fusion("fusion without raw moments of the mesh", mesh_moments=False),
    _fusion("fusion, usual agreement guessed", agreement=0.7),
    _fusion("fusion with SMPL matrix", transform=True),
    _fusion("fusion by gating", fusion="gating"),
    _fusion("fusion by attention", fusion="attention"),
    replace(_fusion("fusion with shape refined", refine=True), loss=_CONSISTENT),
    replace(_fusion("fusion, noise added"), augment=(SmplNoise(),)),
    _fusion("fusion, inputs missing in training", missing=0.2),
)  # fmt: skip
"""Rows of `meshgait benchmark --ablation`."""
