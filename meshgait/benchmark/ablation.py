"""What each part of the fusion networks is worth: the same network with one thing changed."""

from __future__ import annotations

from meshgait.benchmark.methods import Method

ABLATIONS: tuple[Method, ...] = (
    Method("SLN", "SLN", note="silhouettes alone"),
    Method("SMPLGait", "SMPLGait", note="silhouettes, SMPL parameters"),
    Method("SMPLGait, no camera", "SMPLGait", {"camera": False}),
)
"""Rows of `meshgait benchmark --ablation`."""
