"""Rank a gallery: Rank-1, Rank-5, mAP and mINP of a checkpoint or of embeddings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from meshgait.cli._data import add_data, make_data
from meshgait.cli._parsing import make_parser, parse


def run(arguments: Sequence[str]) -> None:
    """Print the scores, and write them when asked to."""
    from meshgait.checkpoint import build_model, load_checkpoint
    from meshgait.evaluate import Embeddings, embed, evaluate
    from meshgait.storage import written_whole

    parser = make_parser("evaluate", __doc__)
    parser.add_argument(
        "file", type=Path, help="checkpoint of meshgait train, or .npz of meshgait embed"
    )
    parser.add_argument(
        "--metric", type=Literal["cosine", "euclidean"] | None, default=None,
        help="distance; without it, that of the training, else of the protocol",
    )  # fmt: skip
    parser.add_argument("--out", type=Path | None, default=None, help="JSON file to write")
    add_data(parser)
    chosen = parse(parser, arguments)
    is_embedded = chosen.file.suffix == ".npz"
    embeddings = Embeddings.load(chosen.file) if is_embedded else None
    content = {} if is_embedded else load_checkpoint(chosen.file)
    model = None if is_embedded else build_model(content)
    metric = chosen.metric or content.get("metric")
    data = make_data(chosen, "test")
    scores = evaluate(embeddings or embed(model, data), data.protocol, metric=metric)
    for name, value in scores.items():
        print(f"{name:10} {value:7.2f}")
    if chosen.out:
        with written_whole(chosen.out) as part:
            part.write_text(json.dumps(scores, indent=1), encoding="utf-8")
