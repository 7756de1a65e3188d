"""Contour edges of up to 16 frames at once: one frame per SIMD lane, one bit per frame and face.

That makes them cheaper than one tenth of what follows. The two kernels that work on 16 frames are
written in LLVM's vectors, which suit any CPU, because numba finds them neither in loops over frames
nor in comparisons that become bits. The slow twin is in `meshgait.render.reference`.
"""

from __future__ import annotations

import weakref
from typing import Any, NamedTuple, no_type_check

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from meshgait._jit import kernel
from meshgait.errors import DataError
from meshgait.mesh import Topology
from meshgait.render.rules import FARTHEST_PX, NOT_FINITE

LANES = 16


class Tables(NamedTuple):
    """One topology: directed `ends`, the `faces` left and right of each edge, and `corners`."""

    ends: np.ndarray  # (E, 2) uint32
    faces: np.ndarray  # (E, 2) uint32; F where there is none
    corners: np.ndarray  # (F, 3) uint32
    sides: int  # 1 if closed, else 2


class Contour(NamedTuple):
    """Edges where a seen face ends, per side and frame: the first `counts` rows of `ends`."""

    ends: np.ndarray  # (S, N, E, 2) uint32, each pair so that it encloses positive area
    counts: np.ndarray  # (S, N) int64


_tables: weakref.WeakKeyDictionary[Topology, Tables] = weakref.WeakKeyDictionary()


def tables(topology: Topology) -> Tables:
    """What the kernels need of a topology; made once."""
    found = _tables.get(topology)
    if found is None:
        none = len(topology.faces)
        faces = np.where(topology.edge_faces < 0, none, topology.edge_faces)
        ends, faces, corners = (
            np.ascontiguousarray(x, np.uint32) for x in (topology.edges, faces, topology.faces)
        )
        found = _tables[topology] = Tables(ends, faces, corners, 2 - topology.is_closed)
    return found


def contour(vertices: np.ndarray, table: Tables) -> Contour:
    """Contour of at most 16 frames (N, V, 2); `DataError` if one of them is not finite."""
    ends = np.empty((table.sides, len(vertices), len(table.ends), 2), np.uint32)
    counts = np.zeros((table.sides, len(vertices)), np.int64)
    if not _find(vertices, table, ends, counts):
        raise DataError(NOT_FINITE)
    return Contour(ends, counts)


def _vector(context: Any, builder: Any, array: Any, value: Any) -> Any:
    """A function from a place in a flat array to a pointer to 16 numbers there."""
    data = cgutils.create_struct_proxy(array)(context, builder, value).data
    vector = ir.VectorType(context.get_value_type(array.dtype), LANES)
    return lambda place: builder.bitcast(builder.gep(data, [place]), vector.as_pointer())


@intrinsic
@no_type_check
def _transpose(_: Any, source: Any, start: Any, stride: Any, last: Any, goal: Any, to: Any) -> Any:
    """Copy 16 numbers of every frame from `source` to 16 frames of every number in `goal`.

    Frames are `stride` apart; those behind the `last` repeat it. Returns whether all numbers are
    smaller than FARTHEST_PX (NaN is not).
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        read = _vector(context, builder, source, arguments[0])
        write = _vector(context, builder, goal, arguments[4])
        start, stride, last, to = (arguments[i] for i in (1, 2, 3, 5))
        rows = []
        for n in range(LANES):
            frame = ir.Constant(last.type, n)
            frame = builder.select(builder.icmp_signed("<", frame, last), frame, last)
            place = builder.add(start, builder.mul(frame, stride))
            rows.append(builder.load(read(place), align=4))
        # Exchange off-diagonal blocks of 8 x 8, then of 4 x 4 in each, ...
        for size in (8, 4, 2, 1):
            upper = [j if not j & size else LANES + j - size for j in range(LANES)]
            lower = [j + size if not j & size else LANES + j for j in range(LANES)]
            mask = ir.VectorType(ir.IntType(32), LANES)
            for i in range(LANES):
                if not i & size:
                    pair = rows[i], rows[i + size]
                    rows[i] = builder.shuffle_vector(*pair, ir.Constant(mask, upper))
                    rows[i + size] = builder.shuffle_vector(*pair, ir.Constant(mask, lower))
        far = ir.Constant(rows[0].type, [FARTHEST_PX] * LANES)
        fine = ir.Constant(ir.VectorType(ir.IntType(1), LANES), [1] * LANES)
        for i, row in enumerate(rows):
            builder.store(row, write(builder.add(to, ir.Constant(to.type, i * LANES))), align=4)
            for less, more in ((row, far), (builder.fneg(far), row)):
                fine = builder.and_(fine, builder.fcmp_ordered("<", less, more))
        bits = builder.bitcast(fine, ir.IntType(LANES))
        return builder.icmp_unsigned("==", bits, ir.Constant(bits.type, 2**LANES - 1))

    return types.boolean(source, start, stride, last, goal, to), generate


@intrinsic
@no_type_check
def _facing(_: Any, points: Any, a: Any, b: Any, c: Any) -> Any:
    """Bit n: in frame n, is the area of the corners at places a, b, c of `points` positive?"""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _vector(context, builder, points, arguments[0])

        def load(place: Any, row: int) -> Any:
            row = ir.Constant(place.type, row * LANES)
            return builder.load(pointer(builder.add(place, row)), align=4)

        ax, ay = load(arguments[1], 0), load(arguments[1], 1)
        (bx, by), (cx, cy) = (
            (builder.fsub(load(x, 0), ax), builder.fsub(load(x, 1), ay)) for x in arguments[2:]
        )
        area = builder.fsub(builder.fmul(bx, cy), builder.fmul(by, cx))
        front = builder.fcmp_ordered(">", area, ir.Constant(area.type, None))
        return builder.bitcast(front, ir.IntType(LANES))

    return types.uint16(points, types.intp, types.intp, types.intp), generate


@intrinsic
@no_type_check
def _lowest(_: Any, bits: Any) -> Any:
    """Place of the lowest bit that is set."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        undefined_at_zero = ir.Constant(ir.IntType(1), 1)
        place = builder.cttz(arguments[0], undefined_at_zero)
        return builder.zext(place, ir.IntType(64))

    return types.uint64(types.uint16), generate


@kernel
@no_type_check
def _find(vertices, table, ends, count):
    """Fill `ends` and `count`; returns whether all vertices are finite."""
    N, V, _ = vertices.shape
    corners, faces, edges = table.corners, table.faces, table.ends
    source, whole = vertices.reshape(-1), 2 * V // LANES * LANES
    points = np.empty(2 * V * LANES, vertices.dtype)
    finite = True
    for j in range(0, whole, LANES):
        finite &= _transpose(source, j, 2 * V, N - 1, points, j * LANES)
    for j in range(whole, 2 * V):
        for n in range(LANES):
            value = source[min(n, N - 1) * 2 * V + j]
            finite &= abs(value) < FARTHEST_PX
            points[j * LANES + n] = value
    frames = np.uint16((1 << N) - 1)
    seen = np.zeros(len(corners) + 1, np.uint16)
    for side in range(table.sides if finite else 0):
        # With the corners' order reversed the back faces are in front.
        second, third, step = 1 + side, 2 - side, 2 * LANES
        for f in range(len(corners)):
            a, b, c = corners[f, 0], corners[f, second], corners[f, third]
            seen[f] = _facing(points, np.intp(a * step), np.intp(b * step), np.intp(c * step))
        for e in range(len(edges)):
            left, right = seen[faces[e, 0]], seen[faces[e, 1]]
            differ = np.uint16((left ^ right) & frames)
            while differ:
                n = _lowest(differ)
                differ = np.uint16(differ & (differ - np.uint16(1)))
                first = ((right >> n) ^ side) & 1
                k = count[side, n]
                ends[side, n, k, 0] = edges[e, first]
                ends[side, n, k, 1] = edges[e, 1 - first]
                count[side, n] = k + 1
    return finite
