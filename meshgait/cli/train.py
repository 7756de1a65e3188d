"""Train a network: meshgait train SLN, or train --recipe smplgait/gait3d --budget small."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import Any

from jsonargparse import ArgumentParser

from meshgait._optional import require
from meshgait.cli._data import add_data, make_data
from meshgait.cli._models import add_settings, build_network, find_model, find_typed_loss
from meshgait.cli._parsing import make_parser, parse, typed
from meshgait.errors import ConfigError


def run(arguments: Sequence[str]) -> None:
    """Train the network that the first argument or a recipe names; say where its checkpoint is."""
    import torch

    from meshgait.training.devices import is_first_process
    from meshgait.training.fit import fit
    from meshgait.training.memory import keep_freed_memory

    if not arguments or arguments[0] in ("-h", "--help"):
        parse(_parser("MODEL"), ["--help"])
    name, published, rest = _named(list(arguments))
    model_type = find_model(name)
    parser = _parser(name, model_type)
    if published is not None:
        defaults = {"recipe": to_plain(published.recipe)}
        if published.config is not None:
            defaults["model"] = asdict(published.config)
        parser.set_defaults(defaults)
    chosen = parse(parser, rest)
    require("lightning_fabric", extra="train")  # now, not when the data is made
    keep_freed_memory()
    torch.manual_seed(chosen.recipe.seed)
    loss = None if chosen.loss is None else find_typed_loss(typed(chosen.loss, rest, "--loss"))
    model = build_network(model_type, getattr(chosen, "model", None))
    data = make_data(chosen, "train", model)
    fit(
        model, data, chosen.recipe, loss=loss, out=chosen.out, resume=chosen.resume,
        report=None if sys.stdout.isatty() else _tell,
    )  # fmt: skip
    if is_first_process():
        print(chosen.out / "checkpoint.pt")


def _tell(line: str) -> None:
    """Into the log that stdout is, at once."""
    print(line, flush=True)


def _named(arguments: list[str]) -> tuple[str, Any, list[str]]:
    """The model, its recipe where one is named, and the arguments that are left."""
    from meshgait.recipes import find_recipe, shrink
    from meshgait.training.devices import is_first_process

    recipe, rest = take_option("--recipe", arguments)
    if recipe is None or recipe.endswith((".yaml", ".yml", ".json")):
        return arguments[0], None, arguments[1:]
    budget, rest = take_option("--budget", rest)
    published = find_recipe(recipe)
    if budget not in (None, "small", "published"):
        raise ConfigError(f"--budget is small or published, not {budget!r}")
    if published.note and is_first_process():
        print(f"{recipe}: {published.note}", file=sys.stderr)
    if budget == "small":
        published, changes = shrink(published, find_model(published.model))
        if is_first_process():
            print("\n".join(["a small budget changes", *changes]), file=sys.stderr)
    if rest and not rest[0].startswith("-"):
        if rest[0].lower() != published.model.lower():
            raise ConfigError(f"{recipe} trains {published.model}, not {rest[0]}")
        rest = rest[1:]
    return published.model, published, rest


def take_option(option: str, arguments: list[str]) -> tuple[str | None, list[str]]:
    """The value of an option, and the arguments without it."""
    for place, argument in enumerate(arguments):
        if argument == option and place + 1 < len(arguments):
            return arguments[place + 1], arguments[:place] + arguments[place + 2 :]
        if argument.startswith(f"{option}="):
            return argument.partition("=")[2], arguments[:place] + arguments[place + 1 :]
    return None, arguments


def to_plain(record: Any) -> Any:
    """A recipe as YAML has it: kinds of things with their class."""
    if isinstance(record, (list, tuple)):
        return [to_plain(entry) for entry in record]
    if not is_dataclass(record) or isinstance(record, type):
        return record
    values = {field.name: to_plain(getattr(record, field.name)) for field in fields(record)}
    kind = type(record)
    if kind.__base__ is object:
        return values
    return {"class_path": f"{kind.__module__}.{kind.__name__}", "init_args": values}


def _parser(name: str, model_type: Any = None) -> ArgumentParser:
    from meshgait.training.recipe import Recipe

    more = "The network's own settings: meshgait train MODEL --help" if model_type is None else ""
    parser = make_parser(f"train {name}", __doc__, epilog=more)
    parser.add_argument("--config", action="config", help="YAML file of these settings")
    parser.add_argument(
        "-o",
        "--out",
        type=Path,
        default=Path("runs") / getattr(model_type, "__name__", name),
        help="folder to write",
    )
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
    if model_type is not None:
        add_settings(parser, model_type)
    parser.add_argument(
        "--loss", type=str | None, default=None, help="instead of --recipe.loss: a plug-in, or "
        "my_package.my_module:my_loss, which makes a loss of (model, number of identities)",
    )  # fmt: skip
    parser.add_class_arguments(Recipe, "recipe")
    parser.set_defaults({"recipe.precision": "auto"})  # a recipe that is named has its own
    add_data(parser)
    return parser
