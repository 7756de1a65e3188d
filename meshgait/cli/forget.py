"""Remove somebody from a gallery: forget NAME --gallery g.db."""

from __future__ import annotations

from collections.abc import Sequence

from meshgait.cli import _galleries
from meshgait.cli._parsing import make_parser, parse


def run(arguments: Sequence[str]) -> None:
    """Remove, say how many clips there were."""
    from meshgait.gallery.file import GalleryFile
    from meshgait.gallery.gallery import forget

    parser = make_parser("forget", __doc__)
    parser.add_argument("name", type=str, help="as meshgait gallery lists it")
    _galleries.add_gallery(parser)
    chosen = parse(parser, arguments)
    count = forget(GalleryFile.open(chosen.gallery), chosen.name)
    print(f"{chosen.gallery}: {count} clips of {chosen.name} removed")
