"""List the networks, or make a published checkpoint ours: meshgait zoo import FILE.pt -o OUT.pt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from meshgait.cli._parsing import make_parser, parse
from meshgait.errors import ConfigError

_ACTIONS = ("list", "recipes", "import")


def run(arguments: Sequence[str]) -> None:
    """Do what the first argument says, `list` when there is none."""
    action, *rest = arguments or ["list"]
    if action in ("-h", "--help"):
        more = "meshgait zoo list | recipes | import FILE.pt -o OUT.pt; each has its --help"
        parse(make_parser("zoo", __doc__, epilog=more), ["--help"])
    elif action == "list":
        parse(make_parser("zoo list", "List the networks: inputs, weights, paper."), rest)
        print("\n".join(_table()))
    elif action == "recipes":
        parse(make_parser("zoo recipes", "List the recipes of meshgait train --recipe."), rest)
        print("\n".join(_recipes()))
    elif action == "import":
        _import(rest)
    else:
        raise ConfigError(f"meshgait zoo knows {', '.join(_ACTIONS)}, not {action!r}")


def _table() -> list[str]:
    """A line for each network: name, inputs, number of weights in front of the loss, paper."""
    import torch

    import meshgait.models

    rows = [("model", "inputs", "weights", "")]
    for name in meshgait.models.__all__:
        model_type = getattr(meshgait.models, name)
        with torch.device("meta"):
            count = sum(weight.numel() for weight in model_type().parameters())
        inputs = " + ".join(model_type.inputs)
        rows.append((name, inputs, f"{count:,}", _paper(model_type)))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return [
        f"{name:{widths[0]}}  {inputs:{widths[1]}}  {count:>{widths[2]}}  {paper}".rstrip()
        for name, inputs, count, paper in rows
    ]


def _recipes() -> list[str]:
    """A line for each recipe: name, steps, batch, what to know about it."""
    from meshgait.recipes import RECIPES

    width = max(map(len, RECIPES))
    lines = []
    for name, published in RECIPES.items():
        recipe, batch = published.recipe, published.recipe.batch
        how = f"{recipe.steps:>9,} steps of {batch.people} x {batch.clips}"
        lines.append(f"{name:{width}}  {how:28}  {published.note}".rstrip())
    return lines


def _paper(model_type: type) -> str:
    """The first line of the file of a model, which names it."""
    import sys

    first = (sys.modules[model_type.__module__].__doc__ or "").split("\n", maxsplit=1)[0]
    return first.rstrip(".")


def _import(arguments: Sequence[str]) -> None:
    from meshgait.checkpoint import describe_model, load_official, save_checkpoint

    parser = make_parser("zoo import", "Make a published checkpoint a checkpoint of meshgait.")
    parser.add_argument("file", type=Path, help="a checkpoint of OpenGait, Gait3D or the authors")
    parser.add_argument("-o", "--out", type=Path, required=True, help="file to write")
    parser.add_argument("--name", type=str, help="which model it is, where two have its weights")
    parser.add_argument(
        "--part_major", type=bool, help="how the classifier is counted; see load_official"
    )
    chosen = parse(parser, arguments)
    model, head = load_official(chosen.file, chosen.name, part_major=chosen.part_major)
    content = describe_model(model)
    if head is not None:
        content["head"] = {"type": type(head).__name__, "weights": head.state_dict()}
    save_checkpoint(chosen.out, content)
    classifier = "no classifier" if head is None else f"its classifier ({type(head).__name__})"
    print(f"{type(model).__name__} with {classifier}: {chosen.out}")
