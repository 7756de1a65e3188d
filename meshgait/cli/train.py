"""Train a network: meshgait train SLN --model.width 0.25 --recipe.steps 500 --out runs/sln."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jsonargparse import ArgumentParser

from meshgait.cli._models import find_model
from meshgait.cli._parsing import make_parser, parse


def run(arguments: Sequence[str]) -> None:
    """Train the network that the first argument names and say where its checkpoint is."""
    import torch

    from meshgait.data.synthetic import SyntheticGait
    from meshgait.losses import IdentityLoss
    from meshgait.train import fit

    name, *rest = arguments or ["--help"]
    if name in ("-h", "--help"):
        parse(_parser("MODEL"), ["--help"])
    model_type = find_model(name)
    chosen = parse(_parser(name, model_type), rest)
    torch.manual_seed(chosen.recipe.seed)
    model = model_type(chosen.model)
    data = SyntheticGait("train", **vars(chosen.data))
    parts, channels = model.embedding_shape
    criterion = IdentityLoss(parts, channels, data.identities)
    fit(model, criterion, data, chosen.recipe, out=chosen.out, resume=chosen.resume)
    print(chosen.out / "checkpoint.pt")


def _parser(name: str, model_type: Any = None) -> ArgumentParser:
    from meshgait.data.synthetic import SyntheticGait
    from meshgait.recipe import Recipe

    more = "The network's own settings: meshgait train MODEL --help" if model_type is None else ""
    parser = make_parser(f"train {name}", __doc__, epilog=more)
    parser.add_argument("--config", action="config", help="YAML file of these settings")
    parser.add_argument("--out", type=Path, default=Path("runs") / name, help="folder to write")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
    if model_type is not None:
        parser.add_class_arguments(model_type.Config, "model")
    parser.add_class_arguments(Recipe, "recipe")
    parser.add_class_arguments(SyntheticGait, "data", skip={"split"}, instantiate=False)
    return parser
