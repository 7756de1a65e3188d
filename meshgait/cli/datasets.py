"""List the data sets that can be read, or survey one: meshgait datasets gait3d ROOT.

meshgait datasets motion ROOT says who walks in a folder of motion capture.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jsonargparse import Namespace

from meshgait.cli._parsing import make_parser, parse

if TYPE_CHECKING:
    from meshgait.data.layouts import FolderLayout

_MOST_LINES = 20


def run(arguments: Sequence[str]) -> None:
    """Print the table without a name, the folders with a name, and with a root what is in it.

    That is the judgement of `meshgait prepare --dry-run`, which reads every frame.
    """
    from meshgait.data.layouts import ALL_LAYOUTS, find_layout
    from meshgait.data.preparation.prepare import prepare
    from meshgait.errors import ConfigError

    parser = make_parser("datasets", __doc__)
    parser.add_argument("name", type=str | None, nargs="?", default=None, help="layout")
    parser.add_argument("root", type=Path | None, nargs="?", default=None, help="its folder")
    parser.add_argument(
        "--partition", type=Path | None, default=None, help="JSON of who trains and is tested"
    )
    parser.add_argument(
        "--names", action="store_true", help="look at names only, which is quick, and read no frame"
    )
    parser.add_argument(
        "--fps", type=float | None, default=None, help="frames a second, of motions that do not say"
    )
    chosen = parse(parser, arguments)
    if chosen.name == "motion":
        return _survey_motion(chosen)
    if chosen.name is None:
        if chosen.partition:
            raise ConfigError("--partition needs the name of a layout and its folder")
        print("\n".join(_table(list(ALL_LAYOUTS.everything().values()))))
    elif chosen.root is None:
        print("\n".join(_table([find_layout(chosen.name)])))
    elif chosen.names:
        print("\n".join(_survey(chosen.name, chosen.root, chosen.partition)))
    else:
        layout = find_layout(chosen.name)
        done = prepare(layout, chosen.root, None, partition=chosen.partition, dry_run=True)
        print(done.describe())
    return None


def _survey_motion(chosen: Namespace) -> None:
    from meshgait.data.synthetic.motion_survey import survey_motion
    from meshgait.errors import ConfigError

    if chosen.root is None:
        raise ConfigError("give the folder of the motions: meshgait datasets motion ROOT")
    survey = survey_motion(chosen.root, fps_in=chosen.fps, progress=True)
    print("\n".join(survey.describe()))


def _table(layouts: Sequence[FolderLayout]) -> list[str]:
    rows = [("name", "title", "folders", "splits", "format")]
    for layout in layouts:
        how = "verified" if layout.verified else "recalled, not checked against its files"
        rows.append((layout.name, layout.title, layout.folders, layout.splits, how))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return [
        "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _survey(name: str, root: Path, partition: Path | None) -> Iterator[str]:
    from meshgait.data.layouts import find_layout

    layout = find_layout(name)
    survey = layout.survey(root, partition)
    for split, count in sorted(Counter(clip.split for clip in survey.clips).items()):
        people = {clip.record.subject for clip in survey.clips if clip.split == split}
        yield f"{split}: {count} sequences of {len(people)} people"
    yield f"{len(survey.findings)} findings in names; no frame was read (leave out --names)"
    for finding in survey.findings[:_MOST_LINES]:
        yield f"  {finding.path}: {finding.problem}"
    if len(survey.findings) > _MOST_LINES:
        yield f"  ... and {len(survey.findings) - _MOST_LINES} more"
