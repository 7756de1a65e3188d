"""Say who of a gallery walks in a clip or a video, or that it is nobody of it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from meshgait.cli import _galleries
from meshgait.cli._parsing import make_parser, parse


def run(arguments: Sequence[str]) -> None:
    """Embed, compare, say how sure it is."""
    parser = make_parser("identify", __doc__)
    parser.add_argument("walk", type=Path, help="a clip, a video, or a folder of images")
    parser.add_argument("--fpir", type=float, default=0.01, help="share of strangers that may be "
                        "taken for somebody")  # fmt: skip
    parser.add_argument("--most", type=int, default=3, help="how many of the nearest are named")
    parser.add_argument("-o", "--out", type=Path | None, default=None, help="keep here what was "
                        "seen in a video; it is removed otherwise")  # fmt: skip
    _galleries.add_gallery(parser)
    _galleries.add_network(parser)
    chosen = parse(parser, arguments)
    model = _galleries.network_of(chosen)
    gallery = _galleries.open_gallery(chosen, model)
    with tempfile.TemporaryDirectory() as temporary:
        found = _galleries.clips_in(chosen.walk, chosen.out or Path(temporary))
        values = _galleries.embedded([path for _, path in found], model, chosen)
    for (title, _), value in zip(found, values, strict=True):
        said = gallery.identify(value, fpir=chosen.fpir, most=max(chosen.most, 1))
        print(f"{title}: {said.describe()}")
        for rank, match in enumerate(said.matches[: chosen.most], 1):
            print(f"  {rank}. {match.name} {match.distance:.3f}")
