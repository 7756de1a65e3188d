"""What each part of the networks on bodies is worth: the same network with one thing changed."""

from __future__ import annotations

from typing import Any

from meshgait.benchmark.methods import Method


def _fusion(name: str, **config: Any) -> Method:
    return Method(name, "FusionGait", config, reading="body")


ABLATIONS: tuple[Method, ...] = (
    Method("silhouettes alone", "SLN"),
    Method("silhouettes and SMPL matrix", "SMPLGait"),
    Method("the same, camera hidden", "SMPLGait", {"camera": False}),
    Method("mesh alone", "MeshNet", reading="body"),
    Method("skeleton alone", "SkeletonGCN", reading="body"),
    _fusion("fusion"),
    _fusion("fusion without mesh", mesh_parts=0),
    _fusion("fusion without skeleton", skeleton_parts=0),
    _fusion("fusion without mesh and skeleton", mesh_parts=0, skeleton_parts=0),
    _fusion("fusion without re-rendering", rerender=False),
    _fusion("fusion with SMPL matrix", transform=True),
    _fusion("fusion by gating", fusion="gating"),
    _fusion("fusion by attention", fusion="attention"),
    _fusion("fusion with shape refined", refine=True),
    _fusion("fusion, inputs missing in training", missing=0.2),
)
"""Rows of `meshgait benchmark --ablation`."""
