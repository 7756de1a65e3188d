"""What each part of the networks on bodies is worth: the same network with one thing changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from meshgait.benchmark.methods import Method
from meshgait.data import SmplNoise
from meshgait.training.criterion import Loss


def _mesh(change: str = "", **config: Any) -> Method:
    return _changed("mesh alone", change, "MeshNet", config)


def _fusion(change: str = "", **config: Any) -> Method:
    return _changed("fusion", change, "FusionGait", config)


def _changed(name: str, change: str, model: str, config: dict[str, Any]) -> Method:
    """A row that is compared with the one in which nothing is changed."""
    return Method(name + change, model, config, input_mode="motion", against=name if change else "")


def _smplgait(change: str = "", **options: Any) -> Method:
    return Method(
        f"silhouettes and SMPL matrix{change}", "SMPLGait", against="silhouettes alone", **options
    )


_IMAGES = _fusion(" without mesh and skeleton", mesh_parts=0, skeleton_parts=0)


# With the weight that all other rows give to the classifier.
_CONSISTENT = Loss({"triplet": 1, "neck": 0.1, "consistency": 1})

ABLATIONS: tuple[Method, ...] = (
    Method("silhouettes alone", "SLN"),
    _smplgait(),
    _smplgait(", camera hidden", config={"camera": False}),
    _smplgait(", noise added", augment=(SmplNoise(),)),
    _mesh(),
    _mesh(", without raw moments", moments=False),
    # As many channels at the end as with three levels.
    _mesh(", one level", graph=(128,)),
    _mesh(", two levels", graph=(64, 128)),
    _mesh(", time shift", time="shift"),
    _mesh(", dilated in time", time="dilated"),
    _mesh(", attention over time", time="attention"),
    Method("surface points alone", "PointNet", input_mode="motion"),
    Method(
        "surface points alone, without raw moments", "PointNet", {"moments": False},
        input_mode="motion", against="surface points alone",
    ),
    Method("skeleton alone", "SkeletonGCN", input_mode="motion"),
    _fusion(),
    _fusion(" without mesh", mesh_parts=0),
    _fusion(" without skeleton", skeleton_parts=0),
    _fusion(" without re-rendering", rerender=False),
    _IMAGES,
    replace(
        _fusion(
            " without mesh, skeleton and re-rendering", **_IMAGES.config, rerender=False
        ),
        against=_IMAGES.name,
    ),
    _fusion(", drawn filters not from zero", quiet=False),
    _fusion(" without raw moments of the mesh", mesh_moments=False),
    _fusion(", usual agreement guessed", agreement=0.7),
    _fusion(" with SMPL matrix", transform=True),
    _fusion(" by gating", fusion="gating"),
    _fusion(" by attention", fusion="attention"),
    replace(_fusion(" with shape refined", refine=True), loss=_CONSISTENT),
    replace(_fusion(", noise added"), augment=(SmplNoise(),)),
    _fusion(", inputs missing in training", missing=0.2),
)  # fmt: skip
"""Rows of `meshgait benchmark --ablation`."""
