"""Turn a data set's folders into quick stores: prepare gait3d ROOT --partition Gait3D.json."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from jsonargparse import ArgumentParser

from meshgait.cli._parsing import make_parser, parse
from meshgait.cli._sharing import add_sharing, sharing

Modality = Literal[
    "silhouette", "smpl", "parsing", "skeleton2d", "skeleton3d", "points", "depth_image",
    "smpl_silhouette",
]  # fmt: skip


def run(arguments: Sequence[str]) -> None:
    """Say what was written, or what would be, and what was left out."""
    from meshgait.data.layouts import find_layout
    from meshgait.data.preparation.prepare import prepare
    from meshgait.errors import ConfigError

    chosen = parse(_parser(), arguments)
    layout = find_layout(chosen.layout)
    points = layout.points if chosen.points is None else chosen.points
    if points < 1:
        raise ConfigError(f"a cloud is given 1 point or more, not --points {points}")
    layout = replace(
        layout, side=chosen.side, modalities=tuple(chosen.modalities), points=points,
        group=chosen.group,
    )  # fmt: skip
    out = chosen.out or Path("prepared") / layout.name
    with sharing(chosen):
        done = prepare(layout, chosen.root, out, partition=chosen.partition, dry_run=chosen.dry_run)
    print(done.describe())
    what = "would be written to" if chosen.dry_run else "the report is in"
    print(f"{what} {out if chosen.dry_run else out / 'report.json'}")


def _parser() -> ArgumentParser:
    parser = make_parser("prepare", __doc__)
    add = parser.add_argument
    add("layout", type=str, help="name of the data set's layout: see meshgait datasets")
    add("root", type=Path, help="its folder, raw or pickled")
    add("-o", "--out", type=Path | None, default=None, help="folder to write: prepared/LAYOUT")
    add("--partition", type=Path | None, default=None, help="JSON of who trains and is tested")
    add(
        "--modalities", type=list[Modality], default=[],
        help="those to keep, as [silhouette,smpl]; without it, all that most clips have",
    )  # fmt: skip
    add("--side", type=Literal[64, 128], default=64, help="height of the images made of raw ones")
    add(
        "--points", type=int | None, default=None,
        help="how many a cloud is given; without it, as the networks of the data set read",
    )  # fmt: skip
    add(
        "--group", type=str, default="",
        help="which of the modalities recorded together, such as lidar, camera or sync; without "
        "it, the smallest group that has those to keep",
    )  # fmt: skip
    add("--dry-run", action="store_true", help="read everything, write nothing")
    add_sharing(parser)
    return parser
