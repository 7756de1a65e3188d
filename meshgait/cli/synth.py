"""Make SyntheticGait, walkers seen by cameras anywhere, in the cache."""

from __future__ import annotations

from collections.abc import Sequence

from meshgait.cli._parsing import make_parser, parse


def run(arguments: Sequence[str]) -> None:
    """Make what is not there yet and describe it."""
    from meshgait.data.synthetic.dataset import SyntheticGait

    parser = make_parser("synth", __doc__)
    parser.add_argument("--config", action="config", help="YAML file of these settings")
    parser.add_class_arguments(SyntheticGait, "data")
    data = parse(parser, arguments).data
    frames = sum(data.store.lengths)
    print(f"{data.folder}: {data.identities} people, {len(data)} clips, {frames} frames")
