"""Where under a root a data set lies: in the root itself, or in a folder for each modality."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from meshgait.data.layouts.folder_structure import Structure
from meshgait.data.layouts.frame_readers import (
    AlignedFile,
    FrameReader,
    ParsingFile,
    PoseJson,
    PoseText,
    RompFile,
    SilhouetteFile,
)
from meshgait.data.layouts.layout import Finding
from meshgait.data.layouts.pickled import Pickled
from meshgait.data.layouts.source import LAST_NUMBER, FrameFolder, Source

_WORDS = {"pars": "parsing", "smpl": "smpl", "pose": "skeleton2d", "sil": "silhouette"}
_SUFFIXES = (".png", ".npz", ".txt", ".json")


@dataclass(frozen=True)
class Content:
    """What the last folders of a data set hold."""

    number: str = LAST_NUMBER
    aligned: bool = False
    joints: int = 18


@dataclass(frozen=True)
class DatasetRoot:
    """A folder whose folders are arranged, and the modality that its name tells, if any."""

    path: Path
    modality: str | None = None


def named_modality(name: str) -> str | None:
    """The modality that the name of a file or folder tells.

    >>> named_modality("2D_Parsings"), named_modality("smpls-seq0.pkl"), named_modality("seq0.pkl")
    ('parsing', 'smpl', None)
    """
    lower = name.lower()
    return next((modality for word, modality in _WORDS.items() if word in lower), None)


def find_roots(
    root: Path, structures: Sequence[Structure], side: int
) -> tuple[list[DatasetRoot], list[Finding]]:
    """The root if its folders fit, else its folders that are named after modalities.

    Of two for one modality the raw one is taken, which has frame numbers, then that of the size
    wanted; the other is reported.
    """
    children = sorted(child for child in root.iterdir() if child.is_dir())
    firsts = [structure.levels[0] for structure in structures]
    if any(re.fullmatch(first, child.name) for child in children for first in firsts):
        return [DatasetRoot(root, named_modality(root.name))], []
    merged = [child for child in children if "merged" in child.name.lower()]
    named: dict[str, list[Path]] = {}
    for child in children:
        modality = named_modality(child.name)
        if modality and child not in merged:
            named.setdefault(modality, []).append(child)
    roots, findings = [], []
    for modality, paths in named.items():
        first, *others = sorted(paths, key=lambda path: _preference(path, side))
        roots.append(DatasetRoot(first, modality))
        findings += [Finding(o, f"was not read: {first.name} has {modality}, too") for o in others]
    if not roots:
        return [DatasetRoot(path) for path in merged[:1]], findings
    findings += [Finding(path, "was not read: its parts are there, too") for path in merged]
    return roots, findings


def _preference(path: Path, side: int) -> tuple[bool, bool, str]:
    return "pkl" in path.name, f"-{side}-" not in path.name, path.name


def find_sources(folder: Path, trunk: DatasetRoot, content: Content, side: int) -> list[Source]:
    """What is to be read in the last folder: pickles, or files of the first kind that is there."""
    names = sorted(child.name for child in folder.iterdir() if not child.name.startswith("."))
    pickles = [name for name in names if name.lower().endswith(".pkl")]
    if pickles:
        return [Pickled(folder / name, _pickled_modality(name, folder, trunk)) for name in pickles]
    there = {Path(name).suffix.lower() for name in names}
    for suffix in _SUFFIXES:
        if suffix in there:
            reader = _reader(suffix, trunk.modality, content, side)
            return [FrameFolder(folder, reader, content.number)]
    return []


def _pickled_modality(name: str, folder: Path, trunk: DatasetRoot) -> str | None:
    """A file that is named after its folder says nothing of its modality."""
    if Path(name).stem == folder.name:
        return trunk.modality
    return named_modality(name) or trunk.modality


def _reader(suffix: str, modality: str | None, content: Content, side: int) -> FrameReader:
    if suffix == ".png" and modality == "parsing":
        return ParsingFile(side)
    if suffix == ".png":
        return AlignedFile() if content.aligned else SilhouetteFile(side)
    if suffix == ".json":
        return PoseJson(content.joints)
    return RompFile() if suffix == ".npz" else PoseText()
