"""The data that a command trains or tests on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from jsonargparse import ArgumentParser, Namespace

if TYPE_CHECKING:
    from meshgait.data.recorded import Recorded
    from meshgait.data.synthetic import SyntheticGait


def add_data(parser: ArgumentParser) -> None:
    """`--store`, and arguments `--data.*`: all of SyntheticGait but the split."""
    from meshgait.data.synthetic import SyntheticGait

    parser.add_argument(
        "--store", type=Path | None, default=None,
        help="what meshgait prepare wrote, or a folder of clips, instead of SyntheticGait",
    )  # fmt: skip
    parser.add_class_arguments(SyntheticGait, "data", skip={"split"}, instantiate=False)


def make_data(chosen: Namespace, split: Literal["train", "test"]) -> SyntheticGait | Recorded:
    """The split of the data chosen; walkers are made now, where they are not there yet."""
    from meshgait.data.recorded import Recorded
    from meshgait.data.synthetic import SyntheticGait

    if chosen.store is not None:
        return Recorded(chosen.store, split)
    return SyntheticGait(split, **vars(chosen.data))
