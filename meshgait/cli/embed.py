"""Embed sequences with a trained network, from clips, a store or SyntheticGait, into one .npz."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jsonargparse import Namespace

from meshgait.cli._clips import WalkFiles, add_camera, modalities_in
from meshgait.cli._data import add_data, make_data
from meshgait.cli._models import add_model, is_network, load_network
from meshgait.cli._parsing import make_parser, parse
from meshgait.cli._sharing import add_sharing, sharing
from meshgait.errors import ConfigError


def run(arguments: Sequence[str]) -> None:
    """Write the embeddings and say where they are."""
    from meshgait.evaluation import embed
    from meshgait.evaluation.sharing import embed_shared

    parser = make_parser("embed", __doc__)
    parser.add_argument(
        "checkpoint", nargs="?", type=Path | None, default=None, help="written by meshgait train, "
        "a folder of save_pretrained, or a name that meshgait zoo weights lists; without one, the "
        "best of those that read what the clips have",
    )  # fmt: skip
    parser.add_argument(
        "clips", nargs="*", type=Path, help="clips, motions, fits, or files of ROMP, WHAM, "
        "4D-Humans, AMASS, BVH or any other tool that meshgait convert reads, told by what is in "
        "them; without any, the test split of --store or of SyntheticGait",
    )  # fmt: skip
    parser.add_argument("-o", "--out", type=Path, default="embeddings.npz", help="file to write")
    parser.add_argument("--frames", type=int | None, default=None, help="frames of each clip, from "
                        "its first on, 720 without it; later ones are left out")  # fmt: skip
    add_camera(parser)
    add_model(parser)
    add_data(parser)
    add_sharing(parser, "this one with all its threads")
    chosen = parse(parser, arguments)
    if chosen.checkpoint is not None and not is_network(chosen.checkpoint):
        chosen.clips, chosen.checkpoint = [chosen.checkpoint, *chosen.clips], None
    model = _usual(chosen) if chosen.checkpoint is None else load_network(
        chosen.checkpoint, chosen.model
    )  # fmt: skip
    with sharing(chosen):
        data = (
            WalkFiles(chosen.clips, model, chosen)
            if chosen.clips
            else make_data(chosen, "test", model)
        )
        is_shared = chosen.workers is not None or chosen.cluster is not None
        embeddings = (embed_shared if is_shared else embed)(model, data, limit=chosen.frames)
    embeddings.save(chosen.out)
    count, parts, channels = embeddings.values.shape
    print(f"{chosen.out}: {count} embeddings of {parts} parts x {channels} channels")


def _usual(chosen: Namespace) -> Any:
    """The best network of the package that reads what there is; says which on stderr."""
    from meshgait.data.recorded import Recorded
    from meshgait.weights.checkpoint import load_model
    from meshgait.weights.shipped import usual

    if chosen.model is not None:
        raise ConfigError("--model says what a checkpoint is of; give the checkpoint")
    if chosen.clips:
        held = set.intersection(*map(modalities_in, chosen.clips))
    elif chosen.store is not None:
        held = set(Recorded(chosen.store, "test").clips_with)
    else:
        held = {"silhouette", "smpl"}
    found = usual(held)
    print(
        f"meshgait: no checkpoint is named, so by {found.name} of this package ({found.model}, "
        f"reads {', '.join(found.inputs)}; meshgait zoo weights lists others)",
        file=sys.stderr,
    )
    return load_model(found.folder)
