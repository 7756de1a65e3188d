"""Rank a gallery: Rank-1, Rank-5, mAP and mINP of a checkpoint or of embeddings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from meshgait.cli._parsing import make_parser, parse


def run(arguments: Sequence[str]) -> None:
    """Print the scores, and write them when asked to."""
    from meshgait.checkpoint import load_model
    from meshgait.data.synthetic import SyntheticGait
    from meshgait.evaluate import Embeddings, embed, evaluate
    from meshgait.storage import written_whole

    parser = make_parser("evaluate", __doc__)
    parser.add_argument(
        "file", type=Path, help="checkpoint of meshgait train, or .npz of meshgait embed"
    )
    parser.add_argument(
        "--metric", type=Literal["cosine", "euclidean"] | None, default=None,
        help="distance; without it, the one the protocol is published with",
    )  # fmt: skip
    parser.add_argument("--out", type=Path | None, default=None, help="JSON file to write")
    parser.add_class_arguments(SyntheticGait, "data", skip={"split"}, instantiate=False)
    chosen = parse(parser, arguments)
    is_embedded = chosen.file.suffix == ".npz"
    embeddings = Embeddings.load(chosen.file) if is_embedded else None
    model = None if is_embedded else load_model(chosen.file)
    data = SyntheticGait("test", **vars(chosen.data))
    scores = evaluate(embeddings or embed(model, data), data.protocol, metric=chosen.metric)
    for name, value in scores.items():
        print(f"{name:10} {value:7.2f}")
    if chosen.out:
        with written_whole(chosen.out) as part:
            part.write_text(json.dumps(scores, indent=1), encoding="utf-8")
