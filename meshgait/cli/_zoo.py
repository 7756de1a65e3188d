"""What is known about the networks, as lines to print."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from meshgait.errors import ConfigError

Row = tuple[str, ...]
CATALOGUE = Path(__file__).parent.parent / "zoo" / "catalogue.json"


COLUMNS = ("model", "inputs", "parameters", "MACs", "Rank-1", "mAP")
"""What the list can be sorted by: names and inputs rising, parameters and MACs too, scores not."""

_ALL = "all"


def networks(sort: str = "model", dataset: str = "Gait3D") -> list[str]:
    """A line for each network, and for each of its results if `dataset` is "all".

    Read from the catalogue of the package, without torch.
    """
    keys = {name.lower(): name for name in COLUMNS}
    column = keys.get(sort.lower())
    if column is None:
        raise ConfigError(f"the list is sorted by one of {', '.join(COLUMNS)}, not {sort!r}")
    catalogue = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    for name in _shipped():
        catalogue[name]["shipped"] = True
    known = sorted({r["dataset"] for about in catalogue.values() for r in about["results"]})
    chosen = {name.lower(): name for name in [_ALL, *known]}.get(dataset.lower())
    if chosen is None:
        raise ConfigError(f"there are results on {', '.join(known)}, or all, not {dataset!r}")
    rows: list[tuple[Any, Row]] = []
    sources: list[str] = []
    for name, about in catalogue.items():
        for result in _results(about, chosen):
            if result and result["source"] not in sources:
                sources.append(result["source"])
            rows.append((_key(column, name, about, result), _row(name, about, result, sources)))
    rows.sort(key=lambda row: row[0])
    head = ("model", "inputs", "parameters", "MACs", "data set", "Rank-1", "mAP", "", "weights", "")
    return [
        *_align([head, *(row for _, row in rows)], right=(2, 3, 5, 6)),
        "",
        "MACs: multiply-accumulates per frame of a clip of 30 frames, in the default "
        "configuration.",
        "Rank-1 and mAP in percent, as published; more by meshgait info MODEL. --sort COLUMN, "
        "--dataset NAME or all.",
        "weights: theirs are read by meshgait zoo import, ours come with the package (meshgait zoo "
        "weights).",
        *(f"[{number}] {source}" for number, source in enumerate(sources, start=1)),
    ]


def _shipped() -> set[str]:
    """Networks whose weights come with the package."""
    files = CATALOGUE.parent.parent.joinpath("weights", "shipped").glob("*/config.json")
    return {json.loads(file.read_text(encoding="utf-8"))["architectures"][0] for file in files}


def _results(about: dict[str, Any], dataset: str) -> list[dict[str, Any] | None]:
    """All results of a network, or the first on a data set; None for none."""
    found = [r for r in about["results"] if dataset in (_ALL, r["dataset"])]
    if dataset == _ALL:
        return [*found] or [None]
    usual = [r for r in found if r["size"] in ("64 x 44", "")]
    return [*usual, *found, None][:1]


def _key(column: str, name: str, about: dict[str, Any], result: dict[str, Any] | None) -> Any:
    """By what a row is sorted; what is not known comes last."""
    text = name.lower()
    if column in ("Rank-1", "mAP"):
        score = None if result is None else result[{"Rank-1": "rank1", "mAP": "mean_ap"}[column]]
        return (score is None, -(score or 0), text)
    if column in ("parameters", "MACs"):
        return (about["cost"][column.lower()], text)
    return (" ".join(about["inputs"]), text) if column == "inputs" else (text,)


def _row(
    name: str, about: dict[str, Any], result: dict[str, Any] | None, sources: list[str]
) -> Row:
    cost = about["cost"]
    scores: Row = ("", "", "", "")
    if result:
        mean_ap = "" if result["mean_ap"] is None else f"{result['mean_ap']:.2f}"
        size = f" {result['size']}" if result["size"] not in ("", "64 x 44") else ""
        number = sources.index(result["source"]) + 1
        scores = (result["dataset"] + size, f"{result['rank1']:.2f}", mean_ap, f"[{number}]")
    there = [word for word, is_there in (
        ("theirs", about["published_weights"]), ("ours", "shipped" in about),
    ) if is_there]  # fmt: skip
    return (
        name, " + ".join(about["inputs"]), f"{cost['parameters']:,}", _millions(cost["macs"]),
        *scores, ", ".join(there), about["about"],
    )  # fmt: skip


def recipes() -> list[str]:
    """A line for each recipe: name, steps, batch, what to know about it."""
    from meshgait.recipes import ALL_RECIPES

    rows: list[Row] = []
    for name, published in ALL_RECIPES.everything().items():
        recipe, batch = published.recipe, published.recipe.batch
        how = f"{recipe.steps:>9,} steps of {batch.subjects} x {batch.clips}"
        rows.append((name, how, published.note))
    return _align(rows)


def formats() -> list[str]:
    """A line for each network: whether ONNX and torch.export have it, and for which clips."""
    import meshgait.models
    from meshgait.zoo.export import ANY, SUPPORT

    return _align([(name, str(SUPPORT.get(name, ANY))) for name in meshgait.models.networks()])


def describe(model_type: Any) -> list[str]:
    """All about one network."""
    from meshgait import models
    from meshgait.models import name_of
    from meshgait.recipes import RECIPES
    from meshgait.zoo import cost_of, random_clips, results_of
    from meshgait.zoo.cost import FRAMES
    from meshgait.zoo.export import ANY, SUPPORT

    name = name_of(model_type)
    if name not in models.networks():
        raise ConfigError(f"{name} is not of meshgait, and only our networks are described")
    model, cost = model_type().eval(), cost_of(name)
    clips = random_clips(model, 1, 1)
    about = paper(model_type)
    rows: list[Row] = [("model", about if about.startswith(name) else f"{name}: {about}")]
    rows += [(f"config.{key}", str(value)) for key, value in asdict(model.config).items()]
    for key, clip in clips.items():
        kind = str(clip.dtype).removeprefix("torch.")
        rows.append((f"input {key}", f"(B, T, {', '.join(map(str, clip.shape[2:]))}) {kind}"))
    rows += [
        ("embedding", f"(B, {', '.join(map(str, model.embedding_shape))})"),
        ("weights", f"{cost.parameters:,}"),
        ("MACs", f"{_millions(cost.macs)} per frame of a clip of {FRAMES}"),
        ("ONNX, torch.export", str(SUPPORT.get(name, ANY))),
    ]
    rows += [("recipe", key) for key, published in RECIPES.items() if published.model == name]
    rows += [("result", str(result)) for result in results_of(name)]
    return _align(rows)


def weights() -> list[str]:
    """A line for each network whose weights come with the package."""
    from meshgait.weights import shipped_weights

    rows: list[Row] = [("name", "network", "inputs", "kB", "mAP on walkers")]
    rows += [
        (each.name, each.model, ", ".join(each.inputs), f"{each.size / 1000:,.0f}", each.scores)
        for each in shipped_weights().values()
    ]
    return [*_align(rows, right=[3]), "", "meshgait.load_model(NAME), --help of embed and evaluate"]


def paper(model_type: type) -> str:
    """The first line of the file of a model, which names it."""
    first = (sys.modules[model_type.__module__].__doc__ or "").split("\n", maxsplit=1)[0]
    return first.rstrip(".")


def _millions(count: int) -> str:
    return f"{count / 1e6:,.1f} M"


def _align(rows: Sequence[Row], *, right: Sequence[int] = ()) -> list[str]:
    """Columns as wide as their widest entry."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            f"{cell:>{width}}" if index in right else f"{cell:{width}}"
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
