"""The published protocols, a row each; lists of probes are given by the data sets' owners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

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
