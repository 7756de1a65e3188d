"""A network as a folder, as Hugging Face lays it out: config.json, model.safetensors, README.md."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor

from meshgait._version import __version__
from meshgait.errors import ConfigError, DataError
from meshgait.files.regular import read_json
from meshgait.files.safetensors_file import read_safetensors, write_safetensors
from meshgait.files.storage import written_whole

CONFIG, WEIGHTS, CARD = "config.json", "model.safetensors", "README.md"
FORMAT = 1
_MOST_CONFIG = 1 << 20  # bytes

Numbers = Literal["float32", "float16"]


def write_folder(
    folder: str | Path,
    content: Mapping[str, Any],
    *,
    numbers: Numbers = "float32",
    about: Mapping[str, Any] | None = None,
    card: str = "",
) -> None:
    """Write what `describe_model` says into a folder, which is made if need be.

    With "float16" matrices are rounded to half precision, as far as they fit; what has one axis,
    such as the statistics of batch norm, stays as it is. `about` is plain values of yours, kept in
    config.json. Raises `ConfigError` for settings that JSON does not keep.
    """
    if numbers not in ("float32", "float16"):
        raise ConfigError(f"weights are kept as float32 or float16, not {numbers!r}")
    folder = Path(folder)
    settings = {
        "library_name": "meshgait", "format": FORMAT, "version": __version__,
        "architectures": [content["model"]], "torch_dtype": numbers,
        "config": content["config"], "about": dict(about or {}),
    }  # fmt: skip
    text = json.dumps(settings, indent=1)
    if _with_tuples(json.loads(text)["config"]) != _with_tuples(content["config"]):
        raise ConfigError(f"config.json does not keep the settings {content['config']}")
    weights = {name: _rounded(value, numbers) for name, value in content["weights"].items()}
    folder.mkdir(parents=True, exist_ok=True)
    write_safetensors(folder / WEIGHTS, weights, {"format": "pt"})
    for name, words in ((CARD, card), (CONFIG, text)):  # the last one makes it a network
        with written_whole(folder / name) as part:
            part.write_text(words.rstrip("\n") + "\n", encoding="utf-8")


def is_folder(path: str | Path) -> bool:
    """Whether a network lies there as `write_folder` writes it."""
    return (Path(path) / CONFIG).is_file()


def read_folder(folder: str | Path) -> dict[str, Any]:
    """What `write_folder` was given, `about` key by key; lists of the settings are now tuples.

    Raises `FileNotFoundError` where a file is missing, `DataError` for one that is damaged or of
    another library.
    """
    folder = Path(folder)
    settings = read_json(folder / CONFIG, most=_MOST_CONFIG)
    about = settings.get("about", {}) if isinstance(settings, dict) else None
    if not isinstance(about, dict) or settings.get("library_name") != "meshgait":
        raise DataError(f"{folder / CONFIG} is not of a network that meshgait saved")
    if settings.get("format") != FORMAT:
        raise DataError(
            f"{folder} has format {settings.get('format')!r} and this version of meshgait reads "
            f"{FORMAT}; read it with the version that wrote it, {settings.get('version')}"
        )
    names, config = settings.get("architectures"), settings.get("config")
    if not isinstance(names, list) or len(names) != 1 or not isinstance(config, dict):
        raise DataError(f"{folder / CONFIG} needs architectures, of one name, and config")
    weights, _ = read_safetensors(folder / WEIGHTS)
    return {**about, "model": names[0], "config": _with_tuples(config), "weights": weights}


def _with_tuples(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(map(_with_tuples, value))
    if isinstance(value, dict):
        return {name: _with_tuples(entry) for name, entry in value.items()}
    return value


def _rounded(value: Tensor, numbers: Numbers) -> Tensor:
    if numbers == "float32" or value.ndim < 2 or not value.is_floating_point():
        return value
    half = value.half()
    return half if bool(torch.isfinite(half).all()) else value
