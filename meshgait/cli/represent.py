"""Show every representation of a walk on one picture, and write them all as arrays."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from meshgait.cli._parsing import make_parser, parse
from meshgait.cli._walks import add_walk, read_walk


def run(arguments: Sequence[str]) -> None:
    """Write the picture and, beside it, the arrays."""
    from meshgait.errors import DataError
    from meshgait.files.storage import write_npz, written_whole
    from meshgait.modalities.scene import (
        AZIMUTH_DEG,
        ELEVATION_DEG,
        Scene,
        as_arrays,
        represent,
    )  # fmt: skip
    from meshgait.visualization.sheet import draw_sheet

    parser = make_parser("represent", __doc__)
    add_walk(parser)
    parser.add_argument("-o", "--out", type=Path, default=Path("sheet.png"), help="PNG to write; "
                        "the arrays go beside it, with the ending .npz")  # fmt: skip
    parser.add_argument("--only", type=str, help="names with commas, such as events,gei")
    parser.add_argument("--size", type=int, default=64, help="pixels of the images per side")
    parser.add_argument(
        "--azimuth", type=float, default=AZIMUTH_DEG, help="0 sees the front, 90 the left"
    )
    parser.add_argument("--elevation", type=float, default=ELEVATION_DEG, help="degrees from above")
    chosen = parse(parser, arguments)
    body, motion = read_walk(chosen)
    scene = Scene.follow(
        body, motion.decode(body), motion.fps, size=(chosen.size, chosen.size),
        azimuth_deg=chosen.azimuth, elevation_deg=chosen.elevation,
    )  # fmt: skip
    found, missing = represent(scene, chosen.only.split(",") if chosen.only else None)
    for name, reason in missing.items():
        print(f"meshgait: left out {name}: {reason}", file=sys.stderr)
    if not found:
        raise DataError("no representation could be had; see above")
    with written_whole(chosen.out) as part:
        part.write_bytes(draw_sheet(scene, found))
    arrays = chosen.out.with_suffix(".npz")
    write_npz(arrays, **as_arrays(found))
    print(f"{chosen.out} and {arrays}: {len(found)} representations of {scene.frames} frames")
