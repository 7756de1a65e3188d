"""Which of our own files an .npz is: told by the arrays in it, whatever its name."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Literal
from zipfile import BadZipFile, ZipFile, is_zipfile

from meshgait.errors import DataError
from meshgait.files.npy import arrays_in
from meshgait.files.regular import opened, require_file
from meshgait.files.signature import LONGEST, broken_archive, signature, starts_pickle
from meshgait.files.torch_file import is_torch

Kind = Literal["motion", "fit", "clip", "embeddings"]

_MOST_NAMES = 8  # that an error lists
_RECORD = {"subject", "condition", "view"}
_START = {"start_pose", "camera"}
# How one is had of another, {path} standing for the file.
_WAYS: dict[tuple[Kind | None, Kind], str] = {
    ("motion", "clip"): "`meshgait convert {path} --to clip -o clip.npz` draws one of it",
    ("fit", "clip"): "`meshgait convert {path} --to clip -o clip.npz` draws one of it",
    ("clip", "motion"): "`meshgait convert {path} -o motion.npz` makes one of its smpl, and "
    "`meshgait fit {path}` estimates one of its silhouettes",
    ("clip", "embeddings"): "`meshgait embed` makes them of clips",
}


def kind_of(names: Collection[str]) -> Kind | None:
    """What a file with arrays of these names is; None where nothing says.

    >>> kind_of(["pose", "betas", "transl", "fps"]), kind_of(["silhouette"]), kind_of(["poses"])
    ('motion', 'clip', None)
    """
    names = set(names)
    if "embedding" in names:
        return "embeddings"
    if names >= _RECORD:
        return "clip"
    if "pose" in names:
        return "fit" if names >= _START else "motion"
    return "clip" if names & {"silhouette", "smpl"} else None


def names_in(path: Path) -> tuple[str, ...]:
    """The names of the arrays in an .npz, whatever its ending; none for another kind of file."""
    if path.is_dir():
        return ()
    require_file(path)
    try:
        with ZipFile(path) as archive:
            return tuple(name for name, _ in arrays_in(archive))
    except (DataError, BadZipFile, ValueError, NotImplementedError):
        return ()


def describe_kind(names: Collection[str]) -> str:
    """For people: `a motion (betas, fps, pose, transl)`."""
    kind = kind_of(names)
    listed = ", ".join(sorted(names)[:_MOST_NAMES]) + ", ..." * (len(names) > _MOST_NAMES)
    if not listed:
        return "an .npz without arrays"
    word = {"embeddings": "embeddings", None: "an .npz"}.get(kind, f"a {kind}")
    return f"{word} ({listed})"


def describe_file(path: Path) -> str:
    """For people: what any file or folder is, as in `a PNG picture` or `a clip (silhouette)`."""
    if path.is_dir():
        return _describe_folder(path)
    with opened(path) as file:
        start = file.read(LONGEST)
    if is_torch(path):
        return "a checkpoint of PyTorch"
    if start[:2] == b"PK":
        return describe_kind(names_in(path)) if is_zipfile(path) else broken_archive(start)
    if found := signature(start):
        return found
    if starts_pickle(start):
        return "a pickle"
    is_text = all(byte > 31 or 8 < byte < 14 for byte in start)
    return "text" if is_text else "a file of another kind"


def _describe_folder(path: Path) -> str:
    if (path / "store.json").is_file() or any(path.glob("*/store.json")):
        return "a store of meshgait prepare"
    first = next(iter(sorted(path.glob("*.npz"))), None)
    is_clips = first is not None and kind_of(names_in(first)) == "clip"
    return "a folder of clips" if is_clips else "a folder"


def require_kind(path: Path, names: Collection[str], wanted: Kind) -> None:
    """Refuse a file of another kind: `DataError` says what it is and what makes the one wanted.

    A fit is a motion with more arrays; of what nothing is known may be a clip of any modality.
    """
    if not names and not is_zipfile(path):
        raise DataError(f"{path} cannot be read as .npz: it is {describe_file(path)}")
    kind = kind_of(names)
    if kind == wanted or (kind, wanted) == ("fit", "motion"):
        return
    if kind is None and wanted == "clip" and names:
        return
    way = _WAYS.get((kind, wanted))
    more = f"; {way.format(path=path)}" if way else ""
    raise DataError(f"{path} is {describe_kind(names)}, not {_noun(wanted)}{more}")


def _noun(kind: Kind) -> str:
    return kind if kind == "embeddings" else f"a {kind}"
