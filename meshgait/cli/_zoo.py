"""What is known about the networks, as lines to print."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from meshgait.errors import ConfigError
from meshgait.zoo.results import Result

Row = tuple[str, ...]
_PACKAGE = Path(__file__).parent.parent
SHIPPED = _PACKAGE / "weights" / "shipped"  # as weights.shipped has it, which brings torch

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
    catalogue = _catalogue()
    for folder in _shipped():
        catalogue[_read(folder / "config.json")["architectures"][0]]["shipped"] = True
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


def _read(file: Path) -> Any:
    """A file of the package itself, without what guards against those of others."""
    return json.loads(file.read_text(encoding="utf-8"))


def _catalogue() -> dict[str, Any]:
    catalogue: dict[str, Any] = _read(_PACKAGE / "zoo" / "catalogue.json")
    return catalogue


def _shipped() -> list[Path]:
    """The folders of the networks whose weights come with the package."""
    return [file.parent for file in SHIPPED.glob("*/config.json")]


def shipped(name: str) -> Path | None:
    """The folder of the weights of that name that come with the package."""
    return next((folder for folder in _shipped() if folder.name == name), None)


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
    return _align([(name, about["export"]) for name, about in _catalogue().items()])


def describe(name: str) -> list[str] | None:
    """All about one of our networks, whatever the case of its name; None for any other.

    Read from the catalogue of the package, without torch.
    """
    catalogue = _catalogue()
    found = {each.lower(): each for each in catalogue}.get(name.lower())
    if found is None:
        return None
    about, cost = catalogue[found], catalogue[found]["cost"]
    first = about["about"]
    results = [Result(found, **result) for result in about["results"]]
    return _align([
        ("model", first if first.startswith(found) else f"{found}: {first}"),
        *((f"config.{key}", value) for key, value in about["config"].items()),
        *((f"input {key}", shape) for key, shape in about["shapes"].items()),
        ("embedding", f"(B, {', '.join(map(str, about['embedding']))})"),
        ("weights", f"{cost['parameters']:,}"),
        ("MACs", f"{_millions(cost['macs'])} per frame of a clip of 30"),
        ("ONNX, torch.export", about["export"]),
        *(("recipe", recipe) for recipe in about["recipes"]),
        *(("result", str(result)) for result in results),
    ])  # fmt: skip


def weights() -> list[str]:
    """A line for each network whose weights come with the package."""
    from meshgait.weights import shipped_weights

    rows: list[Row] = [("name", "network", "inputs", "kB", "mAP on walkers")]
    rows += [
        (each.name, each.model, ", ".join(each.inputs), f"{each.size / 1000:,.0f}", each.scores)
        for each in shipped_weights().values()
    ]
    return [*_align(rows, right=[3]), "", "meshgait.load_model(NAME), --help of embed and evaluate"]


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
