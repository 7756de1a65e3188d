"""The data that a command trains or tests on."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from jsonargparse import ArgumentParser, Namespace

from meshgait.errors import ConfigError, DataError

if TYPE_CHECKING:
    from meshgait.data.recorded import Recorded
    from meshgait.data.synthetic.dataset import SyntheticGait


_MOST_NAMES = 5
Names = tuple[str, ...]


def add_data(parser: ArgumentParser) -> None:
    """`--store`, and arguments `--data.*`: all of SyntheticGait but the split."""
    from meshgait.data.synthetic.dataset import SyntheticGait

    parser.add_argument(
        "--store", type=Path | None, default=None,
        help="what meshgait prepare wrote, here or on object storage (s3://bucket/gait3d), or a "
        "folder of clips, instead of SyntheticGait",
    )  # fmt: skip
    parser.add_class_arguments(SyntheticGait, "data", skip={"split"}, instantiate=False)


def make_data(
    chosen: Namespace, split: Literal["train", "test"], model: Any = None
) -> SyntheticGait | Recorded:
    """The split of the data chosen; walkers are made now, where they are not there yet.

    Raises `ConfigError` when settings of walkers are given beside a store, and `DataError` when the
    store lacks what `model` reads.
    """
    from meshgait.data.recorded import Recorded

    if chosen.store is not None:
        _refuse_settings(vars(chosen.data))
        data = Recorded(chosen.store, split)
        if model is not None and len(data):
            _require_inputs(data, model)
        if split == "train" and (chosen.store / "test").is_dir() and data.folder != chosen.store:
            tell_of_shared(data, Recorded(chosen.store, "test"), f"{chosen.store} trains on, too")
        return data
    return _walkers(split, vars(chosen.data), () if model is None else tuple(model.inputs))


def _walkers(split: Literal["train", "test"], settings: dict[str, Any], wanted: Names) -> Any:
    """SyntheticGait with what a network reads: scanned, or made of the estimates."""
    from meshgait.data.preparation.derived import Derived
    from meshgait.data.preparation.drawings import DERIVATIONS
    from meshgait.data.synthetic.dataset import SyntheticGait
    from meshgait.data.synthetic.scan_clip import SCANS

    if any(name in SCANS for name in wanted):
        settings = settings | {"config": replace(settings["config"], lidar=True)}
    data = SyntheticGait(split, **settings)
    missing = [n for n in wanted if n in DERIVATIONS and n not in data.store.modalities]
    return Derived(data, missing) if missing else data


def tell_of_shared(
    trained: Recorded | SyntheticGait | Collection[str], tested: Any, whom: str
) -> None:
    """Say on stderr who of those `tested` is among the people trained on: nobody should be."""
    known = trained if isinstance(trained, Collection) else _people(trained)
    people = _people(tested)
    shared = sorted(people.intersection(known))
    if not shared:
        return
    names = ", ".join(shared[:_MOST_NAMES]) + ", ..." * (len(shared) > _MOST_NAMES)
    print(
        f"meshgait: {len(shared)} of {len(people)} people to be tested ({names}) have the names of "
        f"people that {whom}; unless they are others, the scores say how well they are remembered, "
        "not how well strangers are recognised",
        file=sys.stderr,
    )


def _people(data: Any) -> set[str]:
    return {record.subject for record in data.records}


def _refuse_settings(settings: dict[str, Any]) -> None:
    from meshgait.data.synthetic.dataset import SyntheticGait

    usual = inspect.signature(SyntheticGait).parameters
    for name, value in settings.items():
        if name != "progress" and value != usual[name].default:
            raise ConfigError(
                f"--data.{name} is about SyntheticGait, and --store is other data; give one of them"
            )


def _require_inputs(data: Recorded, model: Any) -> None:
    """Before a training finds out: are the modalities there, in the size of the network?"""
    name, clips = type(model).__name__, data.clips_with
    wanted, found = (", ".join(names) for names in (model.inputs, clips))
    for modality in model.inputs:
        count = clips.get(modality, 0)
        if count < len(data):
            which = "no clip" if not count else f"only {count:,} of {len(data):,} clips"
            raise DataError(
                f"{name} reads {wanted}, but {which} in {data.folder} has {modality} (there is "
                f"{found}); choose another network, or prepare with --modalities=[{wanted}]",
                code="modality",
            )
    size, first = getattr(getattr(model, "config", None), "size", None), data[0].frames
    if size is None or "silhouette" not in model.inputs:
        return
    height, width = first["silhouette"].shape[-2:]
    if (height, width) != tuple(size):
        raise DataError(
            f"silhouettes in {data.folder} are {height} x {width}, and this {name} reads "
            f"{size[0]} x {size[1]}; train it with --model.size=[{height},{width}], or prepare "
            "the data in the other size (--side)"
        )
