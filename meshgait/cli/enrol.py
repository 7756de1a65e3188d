"""Add clips of somebody who agreed to it to a gallery: enrol NAME CLIP... --gallery g.db."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from meshgait.cli import _galleries
from meshgait.cli._parsing import make_parser, parse


def run(arguments: Sequence[str]) -> None:
    """Embed, add, say what is odd."""
    parser = make_parser("enrol", __doc__)
    parser.add_argument("name", type=str, help="who it is; a code will do")
    parser.add_argument("clips", nargs="+", type=Path, help="clips, as meshgait video writes them, "
                        "or all that meshgait embed takes")  # fmt: skip
    parser.add_argument("--consent", type=str | None, default=None, help="what the person agreed "
                        "to and when; it is kept with the clips")  # fmt: skip
    _galleries.add_gallery(parser)
    _galleries.add_network(parser)
    chosen = parse(parser, arguments)
    model = _galleries.network_of(chosen)
    values = _galleries.embedded(chosen.clips, model, chosen)
    gallery = _galleries.open_gallery(chosen, model, create=True)
    sources = [str(path) for path in chosen.clips]
    for odd in gallery.enrol(chosen.name, values, sources=sources, consent=chosen.consent):
        _galleries.say(odd)
    if chosen.consent is None:
        _galleries.say(f"what {chosen.name} agreed to is not recorded; --consent records it")
    people = gallery.people()
    print(
        f"{chosen.gallery}: {len(values)} clips of {chosen.name} added; {len(people)} people, "
        f"{sum(entry.clips for entry in people)} clips ({_galleries.RESEARCH})"
    )
