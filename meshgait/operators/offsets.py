"""Smooth displacements of a symmetric surface, by a few dozen numbers.

They live on a coarse mesh of its hierarchy, go to the fine one between the corners of triangles,
are alike on both sides of the plane x = 0, and are the lowest vibrations of what is left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from meshgait.errors import ConfigError, DataError
from meshgait.operators.hierarchy import hierarchy
from meshgait.operators.laplacian import cotangent_laplacian, vertex_areas

VERTICES, MODES = 400, 64
REACH = 0.1  # metres over which a displacement changes
_STEP = 4.0  # at most so many times fewer vertices from level to level
_APART = 0.02  # by the size of the surface: how far a mirror image may be from a vertex
_UNSEEN = 1e-3


@dataclass(frozen=True, eq=False)
class Offsets:
    """Displacements of V vertices by M numbers, `modes @ z`; of rms 1 where z ~ N(0, 1).

    The first modes are the smoothest and the largest; `kept` are the vertices of the coarse mesh.
    """

    modes: Float[np.ndarray, "V M"]
    kept: Int[np.ndarray, " K"]


def symmetric_offsets(
    faces: Int[np.ndarray, "F 3"],
    vertices: Float[np.ndarray, "V 3"],
    *,
    count: int = MODES,
    coarse: int = VERTICES,
) -> Offsets:
    """The `count` smoothest offsets of a surface whose sides, at x and -x, are mirror images.

    They are sums of hats on a mesh of about `coarse` vertices. The deviation of a mode falls with
    its slope, by half where that is one in 10 cm. Raises `DataError` where the sides differ.
    """
    from scipy.linalg import eigh
    from scipy.sparse import diags_array, eye_array

    if not 0 < count <= coarse // 2 or coarse > len(vertices):
        raise ConfigError(
            f"there are 1 to {coarse // 2} symmetric offsets on {coarse} of {len(vertices)} "
            f"vertices, got count={count}"
        )
    image = mirror_images(vertices)
    steps = max(1, round(np.log(len(vertices) / coarse) / np.log(_STEP)))
    levels = hierarchy(faces, vertices, [(len(vertices) / coarse) ** (1 / steps)] * steps)
    up = eye_array(len(vertices), format="csr")
    for level in levels[1:]:
        up = up @ level.up
    lift = ((up + up[image]) / 2).tocsr()
    area = vertex_areas(faces, vertices)
    square, slope = (
        (lift.T @ matrix @ lift).toarray() / area.sum()
        for matrix in (diags_array(area), cotangent_laplacian(faces, vertices))
    )
    size, vectors = np.linalg.eigh(square)
    seen = size > _UNSEEN * size[-1]  # the rest is opposite on both sides, and so nothing
    even = vectors[:, seen] / np.sqrt(size[seen])
    slopes, turns = eigh(even.T @ slope @ even, subset_by_index=[0, count - 1])
    deviation = 1 / (1 + REACH**2 * slopes)
    modes = lift @ even @ turns * (deviation / np.linalg.norm(deviation))
    modes *= np.sign(modes[np.abs(modes).argmax(0), np.arange(count)])
    return Offsets(modes, levels[-1].kept)


def mirror_images(vertices: Float[np.ndarray, "V 3"]) -> Int[np.ndarray, " V"]:
    """Of each vertex the nearest one to its mirror image at -x; `DataError` where none is near.

    >>> mirror_images(np.array([[1.0, 0, 0], [0, 1.0, 0], [-1.0, 0, 0]])).tolist()
    [2, 1, 0]
    """
    from scipy.spatial import cKDTree

    distance, image = cKDTree(vertices).query(vertices * [-1.0, 1.0, 1.0])
    if distance.max() > _APART * np.ptp(vertices, axis=0).max():
        bad = int(distance.argmax())
        raise DataError(
            f"the surface is not symmetric: there is no vertex within {distance[bad]:.3f} m of the "
            f"mirror image of vertex {bad}; give it in T-pose, its middle at x = 0"
        )
    return image
