"""Folders with a file for each frame, which are to hold one walk and all of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from meshgait.errors import DataError


def frame_files(
    folder: Path, frames: Sequence[int] | np.ndarray, form: str, count: int
) -> list[Path]:
    """Where `count` frames go: `form`, such as `{:06d}.ply`, with the id of each.

    Raises `DataError` for another number of ids, where one occurs twice, and where the folder
    holds frames of something else, which would stand among these.

    >>> [path.name for path in frame_files(Path("no such folder"), [7, 9], "{:03d}.ply", 2)]
    ['007.ply', '009.ply']
    """
    ids = [int(frame) for frame in frames]
    if len(ids) != count:
        raise DataError(f"there are {len(ids)} frame ids for {count} frames")
    twice = [frame for frame, times in Counter(ids).items() if times > 1]
    if twice:
        raise DataError(f"frame {twice[0]} occurs twice, and each frame has a file of its own")
    paths = [folder / form.format(frame) for frame in ids]
    others = sorted(set(folder.glob(f"*{Path(form).suffix}")) - set(paths))
    if others:
        raise DataError(
            f"{folder} holds {others[0].name} already, which is no frame of this walk; empty the "
            "folder or name another"
        )
    return paths
