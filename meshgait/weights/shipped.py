"""Weights that come with the package: small networks, each learnt on SyntheticGait's walkers."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from meshgait.errors import ConfigError, nearest
from meshgait.files.regular import read_json, read_text
from meshgait.weights.folder import CARD, CONFIG, is_folder

SHIPPED = Path(__file__).with_name("shipped")


class Shipped(NamedTuple):
    """One network of the package: what it is, what it reads, and mAP in percent on walkers."""

    name: str
    folder: Path
    model: str
    inputs: tuple[str, ...]
    score: float
    scores: str
    """As the card has it, with its interval."""

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(file.stat().st_size for file in self.folder.iterdir())

    @property
    def card(self) -> str:
        """The model card: data, command, scores, limits, licence."""
        return read_text(self.folder / CARD)


def shipped_weights() -> dict[str, Shipped]:
    """All of them by name, the best first."""
    found = []
    for folder in sorted(SHIPPED.iterdir()) if SHIPPED.is_dir() else []:
        if is_folder(folder):
            settings = read_json(folder / CONFIG)
            about = settings["about"]
            found.append(
                Shipped(
                    folder.name, folder, settings["architectures"][0], tuple(about["inputs"]),
                    about["mAP"], about["scores"],
                )
            )  # fmt: skip
    return {each.name: each for each in sorted(found, key=lambda each: -each.score)}


def usual(held: Collection[str]) -> Shipped:
    """The best of those that read nothing but the modalities `held`; `ConfigError` for none."""
    for each in shipped_weights().values():
        if set(each.inputs) <= set(held):
            return each
    have = "; ".join(f"{e.name} reads {', '.join(e.inputs)}" for e in shipped_weights().values())
    raise ConfigError(
        f"no network of the package reads {', '.join(sorted(held)) or 'nothing'} alone ({have}); "
        "give a checkpoint"
    )


def find(name: str) -> Shipped:
    """The network of that name; `ConfigError` names the nearest."""
    known = shipped_weights()
    if name in known:
        return known[name]
    near = f"; did you mean {nearest(name, known)!r}?" if known else ""
    raise ConfigError(
        f"meshgait ships no weights called {name!r}, only {', '.join(known) or 'none'}{near}"
    )


def locate(path: str | Path) -> Path:
    """The file or folder at `path`, or that of the network of the package with this name.

    Raises `ConfigError` for a word that is neither.
    """
    path = Path(path)
    is_word = path.name == str(path) and not path.suffix
    if path.exists() or not is_word:
        return path
    try:
        return find(path.name).folder
    except ConfigError as error:
        raise ConfigError(f"{path} is no file, and {error}") from error
