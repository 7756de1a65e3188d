"""Neighbours of a vertex along a spiral (Gong et al., "SpiralNet++", ICCV workshops 2019)."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from meshgait.errors import ConfigError
from meshgait.operators.neighbours import one_rings

UP = np.array([0.0, 1.0, 0.0])


def spirals(
    faces: Int[np.ndarray, "F 3"], vertices: Float[np.ndarray, "V 3"], length: int
) -> Int[np.ndarray, "V L"]:
    """The first `length` vertices of an anti-clockwise spiral around each vertex, itself first.

    The published spirals begin in a random direction; these begin at the neighbour that lies most
    towards +y, so that the same weight sees the same direction everywhere on a body. Where the
    surface ends before the spiral does, the vertex itself fills the rest.
    """
    if length < 1:
        raise ConfigError(f"a spiral has at least one vertex, itself; got length={length}")
    rings = [ring.tolist() for ring in one_rings(faces, vertices)]
    closed = _closed(faces, len(rings))
    found = np.repeat(np.arange(len(rings))[:, None], length, axis=1)
    for vertex, ring in enumerate(rings):
        first = _highest(vertices, vertex, ring) if closed[vertex] else 0
        spiral = _spiral(vertex, ring[first:] + ring[:first], rings, length)
        found[vertex, : len(spiral)] = spiral
    return found


def _closed(faces: np.ndarray, count: int) -> np.ndarray:
    """Whether the triangles go all around a vertex."""
    start, end = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
    balance = np.zeros(count, dtype=bool)
    forward = set(zip(start.tolist(), end.tolist(), strict=True))
    rim = [a for a, b in forward if (b, a) not in forward]
    rim += [b for a, b in forward if (b, a) not in forward]
    balance[rim] = True
    return ~balance


def _highest(vertices: np.ndarray, vertex: int, ring: list[int]) -> int:
    step = vertices[ring] - vertices[vertex]
    size = np.linalg.norm(step, axis=1)
    return int(np.argmax(step @ UP / np.where(size > 0, size, 1)))


def _spiral(vertex: int, ring: list[int], rings: list[list[int]], length: int) -> list[int]:
    spiral, seen = [vertex, *ring], {vertex, *ring}
    place = 1
    while len(spiral) < length and place < len(spiral):
        around = rings[spiral[place]]
        inner = around.index(spiral[place - 1]) if spiral[place - 1] in around else 0
        for other in around[inner:] + around[:inner]:
            if other not in seen:
                seen.add(other)
                spiral.append(other)
        place += 1
    return spiral[:length]
