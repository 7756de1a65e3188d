"""Say what a file holds (checkpoint, clip, embeddings, body, pickle) or what a network is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from zipfile import is_zipfile

from meshgait.cli._models import find_model
from meshgait.cli._parsing import make_parser, parse
from meshgait.cli._zoo import describe, shipped
from meshgait.errors import ConfigError, DataError

if TYPE_CHECKING:
    import numpy as np
    import torch

_MOST_LINES = 60


def run(arguments: Sequence[str]) -> None:
    """Print one line for everything in the file, or for all that is known about the network."""
    parser = make_parser("info", __doc__)
    parser.add_argument("file", type=Path, help="a file, a store or what prepare wrote, or a model")
    path = parse(parser, arguments).file
    if not path.exists() and path.name == str(path) and not path.suffix:
        folder = shipped(path.name)
        if folder is None:
            print("\n".join(describe(path.name) or _refuse(path.name)))
            return
        path = folder
    lines = iter([*_recognised(path)] or _describe("", _read(path)))
    print("\n".join(islice(lines, _MOST_LINES)))
    more = sum(1 for _ in lines)
    if more:
        print(f"... and {more} more")


def _refuse(name: str) -> NoReturn:
    """Say what a name that the catalogue does not have is."""
    found = find_model(name)
    raise ConfigError(f"{found.__name__} is not of meshgait, and only our networks are described")


def _recognised(path: Path) -> Iterator[str]:
    """The people in a file of another tool; nothing for our own, which are shown array by array."""
    from meshgait.files.safetensors_file import is_safetensors
    from meshgait.files.torch_file import is_torch
    from meshgait.io import PointTrack, find_jumps, read, recognise
    from meshgait.weights.folder import is_folder

    if any(path.glob("store.json")) or any(path.glob("*/store.json")) or is_folder(path):
        return
    if path.is_file() and is_safetensors(path):
        return
    try:
        found = recognise(path)
    except DataError:
        if not path.is_file() or not is_torch(path):
            raise
        return  # published weights, with settings and schedules beside them
    if found is None or found.name == "meshgait":
        return
    yield f"format: {found.title}" + ("" if found.verified else " (recalled, not verified)")
    for name, track in read(path).tracks.items():
        points = (
            f"{len(track.names)} points in {track.unit}, " if isinstance(track, PointTrack) else ""
        )
        rate = f", {track.fps:g} frames a second" if track.fps else ""
        jumps = len(find_jumps(track))
        warning = f", {jumps} sudden changes" if jumps else ""
        first, last = track.frames[[0, -1]]
        yield (f"track {name}: {points}{len(track)} frames, {first} to {last}, axes {track.axes}"
               f"{rate}{warning}")  # fmt: skip


def _read(path: Path) -> Any:
    from meshgait.files.safetensors_file import is_safetensors, read_safetensors
    from meshgait.files.storage import read_npz
    from meshgait.files.torch_file import is_torch
    from meshgait.io.content import C3dFile, Text, read_content
    from meshgait.sequence import load_clip
    from meshgait.sequence.kind import describe_file, kind_of, names_in
    from meshgait.weights.folder import is_folder, read_folder

    if path.is_dir():
        return read_folder(path) if is_folder(path) else _read_stores(path)
    if is_safetensors(path):
        tensors, about = read_safetensors(path)
        return about | tensors
    if is_torch(path):
        return _read_torch(path)
    if is_zipfile(path):
        kind = kind_of(names_in(path))
        arrays = dict(load_clip(path).frames) if kind == "clip" else read_npz(path, objects=True)
        return {"kind": kind, **arrays} if kind else arrays
    if not isinstance(content := read_content(path), (Text, C3dFile)):
        return content
    raise DataError(f"{path} is {describe_file(path)}, of which nothing is known here")


def _read_stores(path: Path) -> dict[str, Any]:
    from meshgait.data import Store

    splits = sorted(file.parent for file in path.glob("*/store.json"))
    if splits and not (path / "store.json").is_file():
        return {folder.name: _read_stores(folder) for folder in splits}
    store = Store(path, verify=True)
    return {"fingerprint": store.fingerprint, "clips": [r.name for r in store.records]}


def _read_torch(path: Path) -> Any:
    from meshgait.files.torch_file import read_torch
    from meshgait.weights.find import collect

    content = read_torch(path, old=True, inert=True)
    collect(content).refuse_objects(str(path))
    if isinstance(content, dict) and isinstance(content.get("training"), dict):  # ours
        training = content.pop("training")
        return content | {"steps": training.get("step", 0)}
    return content


def _describe(name: str, value: Any) -> Iterator[str]:
    import numpy as np
    import torch

    parts = (Mapping, np.ndarray, torch.Tensor)
    if isinstance(value, Mapping) and value:
        for key, member in value.items():
            yield from _describe(f"{name}.{key}" if name else str(key), member)
    elif isinstance(value, (np.ndarray, torch.Tensor)):
        kind = str(value.dtype).removeprefix("torch.")
        yield f"{name or 'array'}: {tuple(value.shape)} {kind}{_range(value)}"
    elif isinstance(value, (list, tuple)) and any(isinstance(m, parts) for m in value):
        yield from _describe(name, {str(i): member for i, member in enumerate(value)})
    elif isinstance(value, (list, tuple)) and len(value) > 8:
        yield f"{name}: {len(value)} entries, first {value[0]!r}"
    else:
        yield f"{name or 'value'}: {value!r}"


def _range(value: np.ndarray | torch.Tensor) -> str:
    import numpy as np

    from meshgait.files.restricted_pickle import to_numpy

    array = value if isinstance(value, np.ndarray) else to_numpy(value)
    if array.dtype.kind not in "fiu" or array.size == 0:
        return ""
    bad = int(np.count_nonzero(~np.isfinite(array)))
    if bad:
        return f", {bad} of {array.size} NaN or infinite"
    return f", {array.min():.4g} to {array.max():.4g}"
