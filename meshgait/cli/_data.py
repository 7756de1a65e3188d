"""The data that a command trains or tests on."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any, Literal

from jsonargparse import ArgumentParser, Namespace

from meshgait.errors import ConfigError, DataError


def add_data(parser: ArgumentParser) -> None:
    """Arguments `--data.*`: a store, or all of SyntheticGait but the split."""
    from meshgait.data.synthetic import SyntheticGait

    parser.add_class_arguments(SyntheticGait, "data", skip={"split"}, instantiate=False)
    parser.add_argument(
        "--data.store", type=Path | None, default=None,
        help="folder that meshgait prepare wrote, one split of it, or a folder of clips (.npz); "
        "without it, SyntheticGait, which the other settings are about",
    )  # fmt: skip


def make_data(chosen: Namespace, split: Literal["train", "test"], model: Any = None) -> Any:
    """The split of the data chosen, where `model` finds what it needs.

    Raises `ConfigError` when settings of walkers are given beside a store, `DataError` when there
    is no data or none for the model.
    """
    from meshgait.data.synthetic import SyntheticGait

    settings = {name: value for name, value in vars(chosen.data).items() if name != "store"}
    folder = vars(chosen.data).get("store")
    if folder is None:
        return SyntheticGait(split, **settings)
    _refuse_settings(folder, settings)
    data = _open(folder, split)
    if model is not None and len(data):
        _require_inputs(folder, data, model)
    return data


def count_people(data: Any) -> int:
    """Number of people of a data set, who are the classes of a training."""
    return len({record.subject for record in data.records})


def _refuse_settings(folder: Path, settings: dict[str, Any]) -> None:
    from meshgait.data.synthetic import SyntheticGait

    usual = inspect.signature(SyntheticGait).parameters
    for name, value in settings.items():
        if name != "progress" and value != usual[name].default:
            raise ConfigError(
                f"--data.{name} is about walkers that are made, but the data is in {folder} "
                "(--data.store); give one of the two"
            )


def _open(folder: Path, split: str) -> Any:
    from meshgait.data import Clips, Prepared

    for place in (folder, folder / split):
        if (place / "store.json").is_file():
            return Prepared(place)
    files = sorted(folder.rglob("*.npz")) if folder.is_dir() else []
    if not files:
        raise DataError(
            f"{folder} holds no complete store (of a split {split}) and no clips (.npz); "
            "meshgait prepare makes stores, and finishes those that are not complete"
        )
    return Clips(files)


def _require_inputs(folder: Path, data: Any, model: Any) -> None:
    name, first = type(model).__name__, data[0].frames
    clips = getattr(data, "clips_with", dict.fromkeys(first, len(data)))
    for modality in model.inputs:
        count = clips.get(modality, 0)
        if count < len(data):
            found = ", ".join(clips)
            which = "no clip" if not count else f"only {count:,} of {len(data):,} clips"
            raise DataError(
                f"{name} wants {' and '.join(model.inputs)}, but {which} of {folder} has "
                f"{modality} (there is {found}); prepare it with --modalities"
                f"=[{','.join(model.inputs)}], or choose another network"
            )
    size = getattr(model.config, "size", None)
    image = first["silhouette"].shape[1:] if "silhouette" in model.inputs else size
    if size is not None and image is not None and tuple(image) != tuple(size):
        raise DataError(
            f"silhouettes of {folder} are {image[0]} x {image[1]}, and {name} was made for "
            f"{size[0]} x {size[1]}: train it with --model.size=[{image[0]},{image[1]}], or "
            "prepare the data in its size (--side)"
        )
