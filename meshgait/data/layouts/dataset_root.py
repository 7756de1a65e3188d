"""Where under a root a data set lies: in the root itself, or in a folder for each modality."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from meshgait.data.layouts.clouds import PcdFile
from meshgait.data.layouts.folder_structure import Structure
from meshgait.data.layouts.frame_numbers import frame_numbers
from meshgait.data.layouts.frame_readers import (
    AlignedFile,
    DepthFile,
    FrameReader,
    ParsingFile,
    PoseJson,
    PoseText,
    RompFile,
    SilhouetteFile,
)
from meshgait.data.layouts.frame_times import Pairing, frame_times
from meshgait.data.layouts.layout import NO_FILE, Finding
from meshgait.data.layouts.modality_names import is_only_modality, named_modality, named_other
from meshgait.data.layouts.named import Named, choose_group, find_named, is_pickle
from meshgait.data.layouts.pickled import Pickled
from meshgait.data.layouts.source import FrameFolder, Source
from meshgait.errors import ConfigError, DataError


@dataclass(frozen=True)
class Content:
    """What the last folders of a data set hold.

    Images that are normalised or not, how many `joints`; `names` that files and folders have
    there, beside words that all data sets share; `json`, what reads files of that kind; `pairing`,
    for frames of two sensors that are named by their time.
    """

    aligned: bool = False
    joints: int = 18
    names: tuple[Named, ...] = ()
    json: FrameReader | None = None
    pairing: Pairing | None = None


@dataclass(frozen=True)
class Wanted:
    """What is to be read: modalities, all when empty, of a group of them that belong together.

    `side` is the height of normalised images, `points` how many there are in each cloud.
    """

    modalities: tuple[str, ...] = ()
    group: str = ""
    side: int = 64
    points: int = 1024

    def of(self, content: Content) -> Wanted:
        """The same with the group that has these modalities, where none was named."""
        group = self.group or choose_group(content.names, self.modalities)
        known = {name for named in content.names for name in named.groups}
        if self.group and group not in known:
            there = f"there are {', '.join(sorted(known))}" if known else "it has none"
            raise ConfigError(f"the data set has no group {group!r} of modalities; {there}")
        return replace(self, group=group)


@dataclass(frozen=True)
class DatasetRoot:
    """A folder that has the structure of a data set, and the modality its name tells, if any."""

    path: Path
    modality: str | None = None


def find_roots(
    root: Path, structures: Sequence[Structure], title: str, side: int, names: Sequence[Named] = ()
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
        own = find_named(names, child.name)
        modality = own.modality if own else named_modality(child.name)
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
    folder: Path, root: DatasetRoot, content: Content, wanted: Wanted
) -> tuple[list[Source], list[Finding]]:
    """What is to be read in the last folder: pickles, folders, or files of the first kind there is.

    Where modalities are asked for, what says that it is something else is not worth a word.
    """
    names, folders, findings = _inside(folder)
    sources: list[Source] = []
    for name in folders if content.names else ():
        own = find_named(content.names, name)
        if own and own.is_read_with(wanted.group):
            found, more = _inner(folder / name, own, content, wanted)
            sources += found
            findings += more
    pickles = [name for name in names if is_pickle(name)]
    for name in pickles:
        found, more = _pickle(folder / name, root, content, wanted)
        sources += found
        findings += more
    if pickles or sources:
        return sources, findings
    present = {Path(name).suffix.lower() for name in names}
    for reader in _readers(root.modality, content, wanted):
        if present.intersection(reader.suffixes):
            return [FrameFolder(folder, reader)], findings
    if not findings:
        held = f" that can be read, only {', '.join(sorted(present))}" if any(present) else ""
        findings.append(Finding(folder, f"holds no frames{held}"))
    return [], findings


def _pickle(
    path: Path, root: DatasetRoot, content: Content, wanted: Wanted
) -> tuple[list[Source], list[Finding]]:
    own = find_named(content.names, path.name)
    if own:
        if not own.is_read_with(wanted.group):
            return [], []
        return [Pickled(path, own.modality, own.sure, wanted.points)], []
    is_own = path.stem == path.parent.name  # such a name says nothing of the modality
    other = None if is_own else named_other(path.name)
    if other and wanted.modalities:
        return [], []
    if other:
        return [], [Finding(path, f"was not read: nothing reads {other}")]
    modality = root.modality if is_own else named_modality(path.name) or root.modality
    return [Pickled(path, modality)], []


def _inner(
    folder: Path, own: Named, content: Content, wanted: Wanted
) -> tuple[list[Source], list[Finding]]:
    """A folder for a modality of one clip: a pickle, or a file for each frame."""
    names, _, findings = _inside(folder)
    for name in names:
        if is_pickle(name):
            return [Pickled(folder / name, own.modality, own.sure, wanted.points)], findings
    present = {Path(name).suffix.lower() for name in names}
    numbered = frame_times if content.pairing else frame_numbers
    for reader in _readers(own.modality, content, wanted):
        if present.intersection(reader.suffixes):
            return [FrameFolder(folder, reader, numbered)], findings
    return [], [*findings, Finding(folder, f"holds no frames of {own.modality}")]


def _inside(folder: Path) -> tuple[list[str], list[str], list[Finding]]:
    """Names of files and of folders, in order; whatever is neither is a finding."""
    files, folders, findings = [], [], []
    try:
        for entry in folder.iterdir():  # unlike scandir's, its tests do not raise for looping links
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                folders.append(entry.name)
            elif entry.is_file():
                files.append(entry.name)
            else:
                findings.append(Finding(folder / entry.name, NO_FILE))
    except OSError as error:
        findings.append(Finding(folder, f"cannot be listed: {error.strerror}"))
    return sorted(files), sorted(folders), sorted(findings, key=lambda finding: finding.path)


def _readers(modality: str | None, content: Content, wanted: Wanted) -> tuple[FrameReader, ...]:
    """Those of the kinds of files, the first of which that is present is read."""
    if modality == "points":
        return (PcdFile(wanted.points),)
    if modality == "depth_image":
        return (DepthFile(),)
    if modality == "parsing":
        images: FrameReader = ParsingFile(wanted.side)
    else:
        images = AlignedFile() if content.aligned else SilhouetteFile(wanted.side)
    return images, RompFile(), PoseText(), content.json or PoseJson(content.joints)
