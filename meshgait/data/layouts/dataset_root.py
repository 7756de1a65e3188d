"""Where under a root a data set lies: in the root itself, or in a folder for each modality."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
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
from meshgait.data.layouts.layout import NO_FILE, Finding
from meshgait.data.layouts.modality_names import is_only_modality, named_modality, named_other
from meshgait.data.layouts.pickled import Pickled
from meshgait.data.layouts.source import FrameFolder, Source
from meshgait.errors import DataError


@dataclass(frozen=True)
class Content:
    """What the last folders of a data set hold: normalised images or not, how many joints."""

    aligned: bool = False
    joints: int = 18


@dataclass(frozen=True)
class DatasetRoot:
    """A folder that has the structure of a data set, and the modality its name tells, if any."""

    path: Path
    modality: str | None = None


def find_roots(
    root: Path, structures: Sequence[Structure], title: str, side: int
) -> tuple[list[DatasetRoot], list[Finding]]:
    """The root if its folders fit, else its folders that are named after modalities.

    The name of the root itself tells a modality only where it tells nothing else. Of two folders
    for one modality the raw one is taken, which has frame numbers, then that of the size wanted;
    the other is reported.
    """
    try:
        found = sorted(child for child in root.iterdir() if not child.name.startswith("."))
        children = [child for child in found if child.is_dir()]
    except OSError as error:
        raise DataError(f"{root} cannot be listed: {error.strerror}") from error
    firsts = [structure.levels[0] for structure in structures]
    if any(re.fullmatch(first, child.name) for child in children for first in firsts):
        alone = is_only_modality(root.name, title)
        return [DatasetRoot(root, named_modality(root.name) if alone else None)], []
    merged = [child for child in children if "merged" in child.name.lower()]
    named: dict[str, list[Path]] = {}
    roots, findings = [], []
    for child in children:
        modality = named_modality(child.name)
        if modality and child not in merged:
            named.setdefault(modality, []).append(child)
        elif child not in merged:
            findings.append(Finding(child, "was not read: its name is of no modality known here"))
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


def find_sources(
    folder: Path, root: DatasetRoot, content: Content, side: int, asked: Collection[str] = ()
) -> tuple[list[Source], list[Finding]]:
    """What is to be read in the last folder: pickles, or files of the first kind that is there.

    Where modalities are asked for, what says that it is something else is not worth a word.
    """
    names, findings = _files(folder)
    pickles = [name for name in names if name.lower().endswith((".pkl", ".pickle"))]
    if pickles:
        sources: list[Source] = []
        for name in pickles:
            other = None if Path(name).stem == folder.name else named_other(name)
            if other and not asked:
                findings.append(Finding(folder / name, f"was not read: nothing reads {other}"))
            elif not other:
                sources.append(Pickled(folder / name, _pickled_modality(name, folder, root)))
        return sources, findings
    present = {Path(name).suffix.lower() for name in names}
    for reader in _readers(root.modality, content, side):
        if present.intersection(reader.suffixes):
            return [FrameFolder(folder, reader)], findings
    if not findings:
        held = f" that can be read, only {', '.join(sorted(present))}" if any(present) else ""
        findings.append(Finding(folder, f"holds no frames{held}"))
    return [], findings


def _files(folder: Path) -> tuple[list[str], list[Finding]]:
    """Names of the files, in order; whatever is neither a file nor a folder is a finding."""
    names, findings = [], []
    try:
        for entry in folder.iterdir():  # unlike scandir's, its tests do not raise for looping links
            if entry.name.startswith(".") or entry.is_dir():
                continue
            if entry.is_file():
                names.append(entry.name)
            else:
                findings.append(Finding(folder / entry.name, NO_FILE))
    except OSError as error:
        findings.append(Finding(folder, f"cannot be listed: {error.strerror}"))
    return sorted(names), sorted(findings, key=lambda finding: finding.path)


def _pickled_modality(name: str, folder: Path, root: DatasetRoot) -> str | None:
    """A file that is named after its folder says nothing of its modality."""
    if Path(name).stem == folder.name:
        return root.modality
    return named_modality(name) or root.modality


def _readers(modality: str | None, content: Content, side: int) -> tuple[FrameReader, ...]:
    """Those of the kinds of files, the first of which that is present is read."""
    if modality == "parsing":
        images: FrameReader = ParsingFile(side)
    else:
        images = AlignedFile() if content.aligned else SilhouetteFile(side)
    return images, RompFile(), PoseText(), PoseJson(content.joints)
