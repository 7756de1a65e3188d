"""Rank a gallery: the scores and tables of a checkpoint or of embeddings under a protocol."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from jsonargparse import ArgumentParser

from meshgait.cli._data import add_data, make_data, tell_of_shared
from meshgait.cli._models import add_model, find_model
from meshgait.cli._parsing import make_parser, parse
from meshgait.errors import ConfigError, DataError

if TYPE_CHECKING:
    from meshgait.data import Protocol
    from meshgait.evaluation import Scores


def run(arguments: Sequence[str]) -> None:
    """Print the scores and tables, and write them when asked to."""
    from meshgait.evaluation import GREW, HID, Embeddings, embed, evaluate, write_submission
    from meshgait.metrics import Reranking
    from meshgait.weights.checkpoint import build_model, load_checkpoint

    chosen = parse(_parser(), arguments)
    is_embedded = _holds_embeddings(chosen.file)
    content = {} if is_embedded else load_checkpoint(chosen.file)
    listed = _listed(chosen.protocol)
    its_class = None if chosen.model is None else find_model(chosen.model)
    model: Any = None if is_embedded else build_model(content, its_class)
    data: Any = None if is_embedded and listed else make_data(chosen, "test", model)
    protocol = listed or _of_data(data, chosen.protocol)
    if data is not None:
        tell_of_shared(content.get("subjects", ()), data, f"{chosen.file} was trained on")
    if chosen.average:
        protocol = replace(protocol, average=chosen.average)
    embeddings = Embeddings.load(chosen.file) if is_embedded else embed(model, data)
    metric = chosen.metric or content.get("metric")
    if chosen.submission:
        form = {"grew": GREW, "hid": HID}[chosen.form]
        how = form.reranking if chosen.rerank else None
        write_submission(chosen.submission, embeddings, protocol, form, metric=metric, rerank=how)
        print(f"{chosen.submission}: for the organisers to score")
        return
    scores = evaluate(
        embeddings, protocol, metric=metric, rerank=Reranking() if chosen.rerank else None,
        verify=chosen.verify, unknown=chosen.unknown,
    )  # fmt: skip
    _show(scores)
    if chosen.out:
        _write(scores, chosen.out)


def _holds_embeddings(file: Path) -> bool:
    """Whether they are in a file, or else a network; `DataError` for neither."""
    from meshgait.files.torch_file import is_torch
    from meshgait.sequence.kind import describe_file, names_in
    from meshgait.weights.folder import is_folder
    from meshgait.weights.shipped import locate

    place = locate(file)
    is_network = is_folder(place) or (not place.is_dir() and is_torch(place))
    if not is_network and not names_in(place):
        raise DataError(
            f"{place} is {describe_file(place)}, neither a checkpoint of meshgait train nor "
            "embeddings of meshgait embed"
        )
    return not is_network


def _parser() -> ArgumentParser:
    parser = make_parser("evaluate", __doc__)
    add = parser.add_argument
    add("file", type=Path, help="checkpoint of meshgait train, .npz of meshgait embed, or a name "
        "that meshgait zoo weights lists")  # fmt: skip
    add(
        "--protocol", type=str | None, default=None,
        help="published one by name (casia-b, casia-b-cross-view, ou-mvlp, ou-mvlp-matched-only, "
        "ou-lp, grew-proxy, grew, sustech1k, ccpg, ccpg-gait, ccpg-gait-all-views, casia-e, hid), "
        "or a file: a table of sequences (CSV, JSON), an official "
        "partition with its PROBE_SET, or what meshgait wrote; without it, that of the data",
    )  # fmt: skip
    add(
        "--average", type=Literal["probes", "views", "view pairs", "all view pairs"] | None,
        default=None,
        help="what the scores are means over, where not as the protocol says",
    )  # fmt: skip
    add(
        "--metric", type=Literal["cosine", "euclidean"] | None, default=None,
        help="distance; without it, that of the training, else of the protocol",
    )  # fmt: skip
    add("--rerank", action="store_true", help="by k-reciprocal neighbours, seen all at once; of a "
        "--submission those of the organisers")  # fmt: skip
    add("--verify", action="store_true", help="add EER and TAR@FAR over all pairs")
    add("--unknown", action="store_true", help="add open-set rates; some probes have no match")
    add("--submission", type=Path | None, default=None, help="CSV to write instead of scores")
    add("--form", type=Literal["grew", "hid"], default="grew", help="columns of --submission")
    add("-o", "--out", type=Path | None, default=None, help="JSON or CSV file to write")
    add_model(parser)
    add_data(parser)
    return parser


def _listed(name: str | None) -> Protocol | None:
    """The published protocol of this name, or that of this file, if it is one."""
    from meshgait.data import ALL_PROTOCOLS, read_protocols
    from meshgait.plugins import is_typed

    if name is None:
        return None
    if name in ALL_PROTOCOLS.names() or is_typed(name):
        return ALL_PROTOCOLS.find_typed(name)
    if Path(name).suffix.lower() in (".json", ".csv"):
        return read_protocols(name)[0]
    return None


def _of_data(data: Any, name: str | None) -> Protocol:
    """The protocol that the data brings: of this name, or the usual one."""
    from meshgait.data import ALL_PROTOCOLS

    if name is None:
        return data.protocol
    own = {protocol.name: protocol for protocol in getattr(data, "protocols", (data.protocol,))}
    if name not in own:
        known = [*ALL_PROTOCOLS.names(), *own]
        near = get_close_matches(name, known, n=1, cutoff=0)[0]
        raise ConfigError(
            f"there is no protocol {name!r}; did you mean {near!r}? (There are "
            f"{', '.join(known)}, and .json and .csv files.)"
        )
    return own[name]


def _show(scores: Scores) -> None:
    width = max(10, *map(len, scores))
    for name, value in scores.items():
        print(f"{name:{width}} {value:7.2f}")
    for name, table in scores.tables.items():
        print(f"\n{name}\n{table}")


def _write(scores: Scores, path: Path) -> None:
    from meshgait.files.storage import written_whole

    if path.suffix.lower() == ".csv":
        scores.write_csv(path)
        return
    with written_whole(path) as part:
        part.write_text(json.dumps(scores.to_plain(), indent=1), encoding="utf-8")
