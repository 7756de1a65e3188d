"""Embed sequences with a trained network, from clips, a store or SyntheticGait, into one .npz."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from meshgait.cli._clips import WalkFiles, add_camera
from meshgait.cli._data import add_data, make_data
from meshgait.cli._models import add_model, load_network
from meshgait.cli._parsing import make_parser, parse


def run(arguments: Sequence[str]) -> None:
    """Write the embeddings and say where they are."""
    from meshgait.evaluation import embed

    parser = make_parser("embed", __doc__)
    parser.add_argument("checkpoint", type=Path, help="written by meshgait train")
    parser.add_argument(
        "clips", nargs="*", type=Path, help="clips, motions, fits, or files of ROMP, WHAM, "
        "4D-Humans, AMASS, BVH or any other tool that meshgait convert reads, told by what is in "
        "them; without any, the test split of --store or of SyntheticGait",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, default=Path("embeddings.npz"), help="file to write")
    parser.add_argument("--frames", type=int | None, default=None, help="of each clip, from its "
                        "first on, 720 without it; those after them are left out")  # fmt: skip
    add_camera(parser)
    add_model(parser)
    add_data(parser)
    chosen = parse(parser, arguments)
    model = load_network(chosen.checkpoint, chosen.model)
    data = (
        WalkFiles(chosen.clips, model, chosen) if chosen.clips else make_data(chosen, "test", model)
    )
    embeddings = embed(model, data, limit=chosen.frames)
    embeddings.save(chosen.out)
    count, parts, channels = embeddings.values.shape
    print(f"{chosen.out}: {count} embeddings of {parts} parts x {channels} channels")
