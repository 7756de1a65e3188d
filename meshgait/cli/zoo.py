"""List the networks; import published checkpoints and export to ONNX (meshgait zoo --help)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from meshgait._optional import require
from meshgait.cli._parsing import make_parser, parse
from meshgait.cli._zoo import COLUMNS, formats, networks, recipes, weights
from meshgait.errors import ConfigError

_LISTS = {
    "recipes": ("List the recipes of meshgait train --recipe.", recipes),
    "formats": ("Say which networks can be exported to ONNX, and for which clips.", formats),
}
ACTIONS = ("list", *_LISTS, "weights", "import", "export")


def run(arguments: Sequence[str]) -> None:
    """Do what the first argument says, `list` when there is none."""
    action, *rest = arguments or ["list"]
    if action in ("-h", "--help"):
        more = (
            "meshgait zoo list | recipes | formats | weights [NAME] | import FILE.pt -o OUT.pt | "
            "export NAME -o OUT.onnx; each has its --help"
        )
        parse(make_parser("zoo", __doc__, epilog=more), ["--help"])
    elif action == "list":
        _list(rest)
    elif action in _LISTS:
        purpose, lines = _LISTS[action]
        parse(make_parser(f"zoo {action}", purpose), rest)
        print("\n".join(lines()))
    elif action == "weights":
        _weights(rest)
    elif action == "import":
        _import(rest)
    elif action == "export":
        _export(rest)
    else:
        raise ConfigError(f"meshgait zoo knows {', '.join(ACTIONS)}, not {action!r}")


def _weights(arguments: Sequence[str]) -> None:
    from meshgait.weights.shipped import find

    parser = make_parser("zoo weights", "List the weights that come with the package, or show the "
                         "card of one: data, command, scores, limits, licence.")  # fmt: skip
    parser.add_argument("name", nargs="?", type=str | None, default=None, help="whose card to show")
    chosen = parse(parser, arguments)
    print("\n".join(weights()) if chosen.name is None else find(chosen.name).card.rstrip("\n"))


def _list(arguments: Sequence[str]) -> None:
    purpose = "List the networks: inputs, parameters, cost, results and their source, weights."
    parser = make_parser("zoo list", purpose)
    parser.add_argument(
        "--sort", type=str, default="model", help=f"the column to sort by: {', '.join(COLUMNS)}"
    )
    parser.add_argument(
        "--dataset", type=str, default="Gait3D", help="the data set of the results, or all"
    )
    chosen = parse(parser, arguments)
    print("\n".join(networks(chosen.sort, chosen.dataset)))


def _import(arguments: Sequence[str]) -> None:
    from meshgait.weights import describe_model, load_official, save_checkpoint

    parser = make_parser("zoo import", "Make a published checkpoint a checkpoint of meshgait.")
    parser.add_argument("file", type=Path, help="a checkpoint of OpenGait, Gait3D or the authors")
    parser.add_argument("-o", "--out", type=Path, required=True, help="file to write")
    parser.add_argument("--name", type=str, help="which model it is, where two have its weights")
    parser.add_argument(
        "--part_major", type=bool, help="how the classifier is counted; see load_official"
    )
    parser.add_argument(
        "--size", type=tuple[int, int] | None, default=None,
        help="(height, width) of the images, where the file's name does not tell: [128,88]",
    )  # fmt: skip
    chosen = parse(parser, arguments)
    model, head = load_official(
        chosen.file, chosen.name, part_major=chosen.part_major, size=chosen.size
    )
    content = describe_model(model)
    if head is not None:
        content["head"] = {"type": type(head).__name__, "weights": head.state_dict()}
    save_checkpoint(chosen.out, content)
    classifier = "no classifier" if head is None else f"its classifier ({type(head).__name__})"
    print(f"{type(model).__name__} with {classifier}: {chosen.out}")


def _is_path(word: str) -> bool:
    """Whether a user who typed this means a file, not the name of a network."""
    return ":" not in word and (Path(word).name != word or bool(Path(word).suffix))


def _export(arguments: Sequence[str]) -> None:
    import torch

    from meshgait.cli._models import add_model, find_model, load_network
    from meshgait.models import name_of
    from meshgait.sequence import load_clip
    from meshgait.weights import shipped_weights
    from meshgait.zoo.export import ANY, FRAMES, SUPPORT, check_onnx, to_onnx

    parser = make_parser("zoo export", "Write a network as ONNX, and compare it with torch.")
    parser.add_argument("network", type=str, help="a checkpoint, a name that zoo weights lists, or "
                        "that of a network, whose weights are then random")  # fmt: skip
    parser.add_argument("-o", "--out", type=Path, required=True, help="file to write")
    parser.add_argument("--frames", type=int, default=FRAMES, help="length of a clip, where the "
                        "network is exported for one length only")  # fmt: skip
    parser.add_argument("--clip", type=Path | None, default=None, help="a clip that the network "
                        "can read, where it reads what is not known here")  # fmt: skip
    add_model(parser)
    chosen = parse(parser, arguments)
    if Path(chosen.network).exists() or chosen.network in shipped_weights():
        model = load_network(Path(chosen.network), chosen.model)
    elif _is_path(chosen.network):
        raise ConfigError(
            f"{chosen.network} is not there; name a checkpoint, or a network, such as SMPLGait"
        )
    else:
        torch.manual_seed(0)
        model = find_model(chosen.network)()
    if chosen.frames < 1:
        raise ConfigError(f"a clip needs 1 frame or more, got {chosen.frames}")
    require("onnxruntime", extra="onnx")  # before minutes of work, at whose end it is used
    support = SUPPORT.get(name_of(type(model)), ANY)
    like = None if chosen.clip is None else load_clip(chosen.clip).frames
    to_onnx(model, chosen.out, frames=chosen.frames, like=like)
    frames = max(7, support.least) if support.any_length else chosen.frames
    difference = check_onnx(model, chosen.out, batch=3, frames=frames, like=like)
    print(
        f"{chosen.out}: {type(model).__name__}, {support}; onnxruntime differs from torch by "
        f"{difference:.1e} of the largest value for 3 clips of {frames} frames"
    )
