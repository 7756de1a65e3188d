"""What is known about the networks, as lines to print."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

Row = tuple[str, ...]


def networks() -> list[str]:
    """A line for each network: inputs, cost, what it reached on Gait3D, paper."""
    import meshgait.models
    from meshgait.zoo import cost_of, results_of
    from meshgait.zoo.cost import FRAMES

    rows: list[Row] = [("model", "inputs", "weights", "MACs", "Rank-1", "mAP", "", "")]
    sources: list[str] = []
    for name in meshgait.models.networks():
        model_type = getattr(meshgait.models, name)
        cost = cost_of(name)
        known = [r for r in results_of(name) if (r.dataset, r.size) in GAIT3D]
        scores = ("", "", "")
        if known:
            best = known[0]
            if best.source not in sources:
                sources.append(best.source)
            mean_ap = "" if best.mean_ap is None else f"{best.mean_ap:.2f}"
            scores = (f"{best.rank1:.2f}", mean_ap, f"[{sources.index(best.source) + 1}]")
        numbers = (f"{cost.parameters:,}", _millions(cost.macs))
        rows.append((name, " + ".join(model_type.inputs), *numbers, *scores, paper(model_type)))
    return [
        *_align(rows, right=(2, 3, 4, 5)),
        "",
        f"MACs: multiply-accumulates per frame of a clip of {FRAMES} frames, in the default "
        "configuration.",
        "Rank-1 and mAP: on Gait3D at 64 x 44 (skeletons have no size), in percent; more by "
        "meshgait info MODEL.",
        *(f"[{number}] {source}" for number, source in enumerate(sources, start=1)),
    ]


GAIT3D = (("Gait3D", "64 x 44"), ("Gait3D", ""))


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
    from meshgait.errors import ConfigError
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
