"""The published protocols, a row each; lists of probes are given by the data sets' owners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

from meshgait.data.protocols.protocol import Group, Protocol
from meshgait.plugins import Registry
from meshgait.sequence.sequence import Record


def _conditions(name: str, *conditions: str) -> Group:
    return Group(name, conditions=frozenset(conditions))


_CASIA_B = Protocol(
    "CASIA-B",
    metric="euclidean",
    probes=(
        _conditions("NM", "nm-05", "nm-06"),
        _conditions("BG", "bg-01", "bg-02"),
        _conditions("CL", "cl-01", "cl-02"),
    ),
    gallery=_conditions("gallery", "nm-01", "nm-02", "nm-03", "nm-04"),
    average="view pairs",
    unmatched_is_miss=True,
)
_OU_MVLP = Protocol(
    "OU-MVLP",
    metric="euclidean",
    probes=(_conditions("all", "00"),),
    gallery=_conditions("gallery", "01"),
    average="view pairs",
    unmatched_is_miss=True,
)

_SUSTECH1K = {
    "Normal": "01-nm", "Bag": "bg", "Clothing": "cl", "Carrying": "cr", "Umbrella": "ub",
    "Uniform": "uf", "Occlusion": "oc", "Night": "nt",
}  # fmt: skip
_CCPG = {
    "CL": (("U0_D0_BG", "U0_D0"), ("U1_D1", "U2_D2", "U3_D3")),
    "UP": (("U3_D3",), ("U0_D3",)),
    "DN": (("U1_D0",), ("U1_D1",)),
    "BG": (("U0_D0_BG",), ("U0_D0",)),
}


def _casia_e(name: str, scenes: Sequence[str], walk: str) -> Group:
    walks = product("HL", scenes, (walk,), "12")
    return _conditions(name, *("-".join(parts) for parts in walks))


_CCPG_REID = Protocol(
    "CCPG",
    metric="euclidean",
    probes=tuple(
        replace(_conditions(task, *probes), gallery=_conditions("gallery", *gallery))
        for task, (probes, gallery) in _CCPG.items()
    ),
    exclude_same_view=True,
    view_ends_at="_",
)
_CCPG_GAIT = replace(
    _CCPG_REID, name="CCPG, pairs of views", average="view pairs", exclude_same_view=False,
    unmatched_is_miss=True,
)  # fmt: skip

PROTOCOLS: dict[str, Protocol] = {
    "casia-b": _CASIA_B,
    "casia-b-cross-view": Protocol(
        "CASIA-B, gallery of all views",
        metric="euclidean",
        probes=(
            _conditions("NM", "nm-01"),
            _conditions("BG", "bg-01"),
            _conditions("CL", "cl-01"),
        ),
        gallery=_conditions("gallery", "nm-02", "bg-02", "cl-02"),
        average="views",
        exclude_same_view=True,
    ),
    "ou-mvlp": _OU_MVLP,
    "ou-mvlp-matched-only": replace(
        _OU_MVLP, name="OU-MVLP, probes with a match", unmatched_is_miss=False
    ),
    "ou-lp": replace(
        _OU_MVLP,
        name="OU-LP",
        probes=(_conditions("all", "Seq00"),),
        gallery=_conditions("gallery", "Seq01"),
    ),
    "grew-proxy": Protocol(
        "GREW, local proxy",
        metric="euclidean",
        probes=(_conditions("all", "02"),),
        gallery=_conditions("gallery", "01"),
    ),
    "grew": Protocol(  # whose probes have no labels: for a submission
        "GREW",
        metric="euclidean",
        probes=(_conditions("all", "03"),),
        gallery=_conditions("gallery", "01", "02"),
    ),
    "sustech1k": Protocol(
        "SUSTech1K",
        metric="euclidean",
        probes=(
            *(Group(name, parts=frozenset([part])) for name, part in _SUSTECH1K.items()),
            Group("Overall", parts=frozenset(["01", "02", "03", "04"])),
        ),
        gallery=Group("gallery", parts=frozenset(["00-nm"])),
        average="view pairs",
        unmatched_is_miss=True,
        overall="Overall",
    ),
    "ccpg": _CCPG_REID,
    "ccpg-gait": _CCPG_GAIT,
    "ccpg-gait-all-views": replace(
        _CCPG_GAIT, name="CCPG, all pairs of views", average="all view pairs"
    ),
    "casia-e": Protocol(
        "CASIA-E",
        metric="euclidean",
        probes=tuple(
            _casia_e(walk.upper(), ("scene2", "scene3", "scene3_s"), walk)
            for walk in ("nm", "bg", "cl")
        ),
        gallery=_casia_e("gallery", ("scene1",), "nm"),
        average="view pairs",
        unmatched_is_miss=True,
        without_views=frozenset(["270"]),
    ),
    "hid": Protocol(  # whose probes have no labels: for a submission
        "HID",
        metric="euclidean",
        probes=(_conditions("all", "probe"),),
        gallery=_conditions("gallery", "gallery"),
    ),
}
"""Protocols that a rule on conditions describes, by the word of the command line."""

ALL_PROTOCOLS: Registry[Protocol] = Registry(
    "protocol", "meshgait.protocols", PROTOCOLS,
    what="a Protocol", accepts=lambda thing: isinstance(thing, Protocol),
)  # fmt: skip
"""These and those of other packages."""


def probe_list(name: str, probes: Sequence[str], *, metric: str = "cosine") -> Protocol:
    """A list of probes, all else is the gallery: Gait3D's PROBE_SET, or that of GREW's own split.

    >>> probe_list("Gait3D", ["0000-camid0_videoid2-seq0"]).metric
    'cosine'
    """
    return Protocol(name, probes=frozenset(probes), metric=metric)


def one_known_each(records: Sequence[Record], *, name: str = "HID-style") -> Protocol:
    """One sequence of every person, the first by name, is the gallery; all others are probes.

    So the Human Identification at a Distance competitions are held (Yu et al., 2020-2024).
    """
    known: dict[str, str] = {}
    for record in sorted(records, key=lambda record: record.name):
        known.setdefault(record.subject, record.name)
    gallery = frozenset(known.values())
    return Protocol(
        name,
        probes=frozenset(record.name for record in records) - gallery,
        metric="euclidean",
        gallery=Group("gallery", names=gallery),
    )
