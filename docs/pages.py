"""Pages made from the package: its rooms, its commands, its networks."""

from __future__ import annotations

import contextlib
import io
import os
from importlib import import_module
from pathlib import Path

import meshgait.weights
from meshgait.cli import COMMANDS, main
from meshgait.zoo.results import RESULTS

# What users import, in the order in which they meet it.
ROOMS = (
    "body", "mesh", "camera", "rotation", "render", "modalities", "sequence", "walker", "io",
    "data", "models", "losses", "metrics", "nn", "nn.graph", "training.fit", "training.recipe",
    "training.criterion", "training.optimizers", "evaluation", "fitting", "explain", "weights",
    "zoo", "visualization", "gait", "video", "gallery", "errors",
)  # fmt: skip


def write_pages(goal: Path) -> None:
    """One page for each room, one for each command, one each of weights and published scores."""
    for room in ROOMS:
        _write(goal / "api" / f"{room}.md", _room(room))
    _index(goal / "api", "Python", ROOMS)
    for command in COMMANDS:
        _write(goal / "commands" / f"{command}.md", _command(command))
    _index(goal / "commands", "Commands", COMMANDS)
    _write(goal / "weights.md", _weights())
    _write(goal / "results.md", _results())


def _room(room: str) -> str:
    # What a package shows is imported from its files; a file shows its own.
    options = (
        "   :imported-members:\n" if hasattr(import_module(f"meshgait.{room}"), "__all__") else ""
    )
    body = f".. automodule:: meshgait.{room}\n{options}"
    return f"# meshgait.{room}\n\n```{{eval-rst}}\n{body}```\n"


def _command(command: str) -> str:
    text = io.StringIO()
    os.environ["COLUMNS"] = "96"
    with contextlib.redirect_stdout(text), contextlib.suppress(SystemExit):
        main([command, "--help"])
    return f"# meshgait {command}\n\n```text\n{text.getvalue().rstrip()}\n```\n"


def _weights() -> str:
    """The cards of the weights that ship, without what only Hugging Face reads."""
    cards = [
        path.read_text("utf-8").split("---\n", 2)[-1].strip().replace("\n#", "\n##")
        for path in sorted(Path(meshgait.weights.__file__).parent.glob("shipped/*/README.md"))
    ]
    return "\n\n".join(["# Weights that ship", *(f"#{card}" for card in cards)]) + "\n"


def _results() -> str:
    """What papers report, by data set."""
    parts = ["# Published scores\n\nPercent, as their sources report them. `-`: not reported."]
    for dataset in dict.fromkeys(result.dataset for result in RESULTS):
        rows = [
            "| network | size | Rank-1 | Rank-5 | mAP | mINP | note | source |",
            "|---" * 8 + "|",
        ]
        for r in RESULTS:
            if r.dataset == dataset:
                scores = (
                    "-" if x is None else x for x in (r.rank1, r.rank5, r.mean_ap, r.mean_inp)
                )
                cells = (r.model, r.size or "-", *scores, r.note or "-", r.source)
                rows.append("| " + " | ".join(map(str, cells)) + " |")
        parts.append(f"## {dataset}\n\n" + "\n".join(rows))
    return "\n\n".join(parts) + "\n"


def _index(folder: Path, title: str, names: tuple[str, ...]) -> None:
    entries = "\n".join(names)
    _write(folder / "index.md", f"# {title}\n\n```{{toctree}}\n:maxdepth: 1\n\n{entries}\n```\n")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")
