"""Coarser and coarser meshes of one surface, and the matrices between them.

Ranjan et al., "Generating 3D faces using convolutional mesh autoencoders", ECCV 2018, had the idea.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from meshgait._optional import require
from meshgait.errors import ConfigError, DataError
from meshgait.files.storage import cache_dir, read_npz, write_npz
from meshgait.operators.collapse import Collapsing
from meshgait.operators.laplacian import vertex_areas
from meshgait.operators.surface import Sparse, require_manifold

RECIPE = b"1"  # changes when the same surface would get another hierarchy
MIN_FACTOR = 1.0


@dataclass(frozen=True, eq=False)
class Level:
    """One mesh of a hierarchy; `kept` are its vertices among those of the input.

    `down` (W, V) takes features from the next finer level: the mean, by area, of the vertices that
    were merged into one. `up` (V, W) takes them back: between the corners of the nearest point on
    the coarser surface; it is made when it is first asked for. The rows of both sum to one; at the
    finest level they are the identity. `finer` are the vertices of the next finer level.
    """

    faces: Int[np.ndarray, "F 3"]
    vertices: Float[np.ndarray, "V 3"]
    kept: Int[np.ndarray, " V"]
    finer: Float[np.ndarray, "U 3"]
    down: Sparse

    @cached_property
    def up(self) -> Sparse:
        """(V, W); see above."""
        if len(self.finer) == len(self.vertices):
            return self.down
        group = self.down.tocsc().indices  # the one vertex that each was merged into
        return _up(self.finer, self.vertices, self.faces, group)


def hierarchy(
    faces: Int[np.ndarray, "F 3"],
    vertices: Float[np.ndarray, "V 3"],
    factors: Sequence[float] = (4, 4, 4),
    *,
    cache: str | Path | None = None,
) -> list[Level]:
    """The surface itself and one level for each factor, with so many times fewer vertices.

    The same surface gives the same levels; they are kept in `cache`, by default the folder
    `hierarchies` in `meshgait.files.cache_dir()`. Raises `DataError` for a surface that is not
    an oriented manifold, or that cannot shrink so far.
    """
    from scipy.sparse import eye_array

    faces, vertices = require_manifold(faces, vertices)
    if not all(factor > MIN_FACTOR for factor in factors):
        raise ConfigError(f"each level must shrink by more than 1; got factors={tuple(factors)}")
    same = eye_array(len(vertices), format="csr")
    levels = [Level(faces, vertices, np.arange(len(vertices)), vertices, same)]
    merged = _read_or_collapse(faces, vertices, factors, cache)
    for i in range(len(factors)):
        levels.append(_coarser(levels[-1], merged[f"faces{i}"], merged[f"home{i}"]))
    return levels


def _read_or_collapse(
    faces: np.ndarray, vertices: np.ndarray, factors: Sequence[float], cache: str | Path | None
) -> dict[str, np.ndarray]:
    content = hashlib.sha256(RECIPE)
    for array in (np.array([len(faces), len(factors), *factors], np.float64), faces, vertices):
        content.update(array.tobytes())
    folder = Path(cache) if cache is not None else cache_dir() / "hierarchies"
    file = folder / f"{content.hexdigest()}.npz"
    try:
        return read_npz(file)
    except (OSError, DataError):
        pass  # never made, damaged, or not ours to read
    surface, count = Collapsing(faces, vertices), float(len(vertices))
    found: dict[str, np.ndarray] = {}
    for i, factor in enumerate(factors):
        count /= factor
        surface.collapse_to(max(3, round(count)))
        found |= {f"faces{i}": surface.faces, f"home{i}": surface.home.copy()}
    with suppress(OSError):  # where nothing can be kept, it is made each time
        write_npz(file, **found)
    return found


def _coarser(fine: Level, corners: np.ndarray, home: np.ndarray) -> Level:
    """The level of `corners`; `home` is where each vertex of the input went."""
    from scipy.sparse import coo_array, diags_array

    kept = np.unique(home)
    faces = np.searchsorted(kept, corners)
    vertices = fine.vertices[np.searchsorted(fine.kept, kept)]
    group = np.searchsorted(kept, home[fine.kept])
    places = group, np.arange(len(group))
    shape = len(kept), len(group)
    weight = coo_array((vertex_areas(fine.faces, fine.vertices), places), shape=shape).tocsr()
    down = (diags_array(1 / weight.sum(axis=1)) @ weight).tocsr()
    return Level(faces, vertices, kept, fine.vertices, down)


def _up(points: np.ndarray, vertices: np.ndarray, faces: np.ndarray, group: np.ndarray) -> Sparse:
    """Between the corners of the nearest triangle around the vertex merged into, or next to it.

    A search over the whole surface would take a vertex of one thigh to the other.
    """
    from scipy.sparse import coo_array

    triangles = require("trimesh.triangles")
    around = coo_array(
        (np.ones(faces.size), (faces.ravel(), np.repeat(np.arange(len(faces)), 3))),
        shape=(len(vertices), len(faces)),
    ).tocsr()
    near = (around @ around.T @ around)[group].tocoo()
    row, face = near.coords
    corner = vertices[faces[face]]
    closest = triangles.closest_point(corner, points[row])
    distance = np.sum((closest - points[row]) ** 2, axis=1)
    best = np.lexsort((face, distance, row))
    best = best[np.append(True, row[best][1:] != row[best][:-1])]
    weight = triangles.points_to_barycentric(corner[best], closest[best]).clip(0, 1)
    weight /= weight.sum(axis=1, keepdims=True)
    entries = weight.ravel(), (np.repeat(np.arange(len(points)), 3), faces[face[best]].ravel())
    up = coo_array(entries, shape=(len(points), len(vertices))).tocsr()
    up.data[up.data < 1e-9] = 0
    up.eliminate_zeros()
    return up
