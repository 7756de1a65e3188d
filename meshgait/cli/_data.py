"""The data that a command trains or tests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from jsonargparse import ArgumentParser, Namespace

if TYPE_CHECKING:
    from meshgait.data.synthetic import SyntheticGait


def add_data(parser: ArgumentParser) -> None:
    """Arguments `--data.*`: all of SyntheticGait but the split."""
    from meshgait.data.synthetic import SyntheticGait

    parser.add_class_arguments(SyntheticGait, "data", skip={"split"}, instantiate=False)


def make_data(chosen: Namespace, split: Literal["train", "test"]) -> SyntheticGait:
    """The split of the data chosen; made now, where it is not there yet."""
    from meshgait.data.synthetic import SyntheticGait

    return SyntheticGait(split, **vars(chosen.data))
