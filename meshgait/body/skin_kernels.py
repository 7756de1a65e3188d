"""Pose blend shapes and skinning of up to 16 frames at once: one frame per SIMD lane.

What a vertex needs of its few joints are then numbers that all lanes share. numba finds that in no
loop, so it is given a type for a vector and what LLVM does with one: load, spread, fma, store.
"""

from typing import Any, no_type_check

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, register_model

from meshgait._jit import kernel

LANES = 16
TILE = 16  # vertices at a time, so that whole cache lines of the result are written


class _Vector(types.Type):
    """LANES numbers in registers."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = dtype
        super().__init__(name=f"Vector({dtype})")


@register_model(_Vector)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        number = manager.lookup(kind.dtype).get_value_type()
        super().__init__(manager, kind, ir.VectorType(number, LANES))


def _address(context: Any, builder: Any, array: Any, value: Any, place: Any) -> Any:
    """Where the 16 numbers from `place` on are in a flat array."""
    data = cgutils.create_struct_proxy(array)(context, builder, value).data
    vector = context.get_value_type(_Vector(array.dtype))
    return builder.bitcast(builder.gep(data, [place]), vector.as_pointer())


@intrinsic
@no_type_check
def load(_: Any, array: Any, place: Any) -> Any:
    """The 16 numbers from `place` on."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load(_address(context, builder, array, *arguments), align=4)

    return _Vector(array.dtype)(array, types.intp), generate


@intrinsic
@no_type_check
def store(_: Any, value: Any, array: Any, place: Any) -> Any:
    """Write 16 numbers to `place` and after."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address = _address(context, builder, array, *arguments[1:])
        builder.store(arguments[0], address, align=4)
        return context.get_dummy_value()

    return types.void(value, array, types.intp), generate


@intrinsic
@no_type_check
def spread(_: Any, number: Any) -> Any:
    """The same number 16 times."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        none = ir.Constant(context.get_value_type(signature.return_type), ir.Undefined)
        one = builder.insert_element(none, arguments[0], ir.IntType(32)(0))
        return builder.shuffle_vector(one, none, ir.VectorType(ir.IntType(32), LANES)([0] * LANES))

    return _Vector(number)(number), generate


@intrinsic
@no_type_check
def fma(_: Any, a: Any, b: Any, c: Any) -> Any:
    """The sum a * b + c, rounded once where the processor can."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = arguments[0].type
        name = f"llvm.fmuladd.v{LANES}f{signature.return_type.dtype.bitwidth}"
        function = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(kind, [kind] * 3), name
        )
        return builder.call(function, arguments)

    return a(a, a, a), generate


@kernel
@no_type_check
def _into_lanes(rows):
    """Frames (N, K) to a flat (K * LANES), frames fastest; the last one fills the empty lanes."""
    N, K = rows.shape
    goal = np.empty(K * LANES, rows.dtype)
    for n in range(LANES):
        row = rows[min(n, N - 1)]
        for k in range(K):
            goal[k * LANES + n] = row[k]
    return goal


@kernel
@no_type_check
def _read(rows, start, tile):
    """Three rows of `tile` per vertex from `start` on; a single one of `rows` is everybody's."""
    many = min(3 * TILE, rows.shape[1] - start)
    if len(rows) == 1:
        for i in range(many):
            store(spread(rows[0, start + i]), tile, i * LANES)
        return
    for n in range(LANES):
        row = rows[min(n, len(rows) - 1), start:]
        for i in range(many):
            tile[i * LANES + n] = row[i]


@kernel
@no_type_check
def _write(tile, start, rows):
    """Undo `_read` for the frames there are."""
    for n in range(len(rows)):
        row = rows[n, start : start + 3 * TILE]
        for i in range(len(row)):
            row[i] = tile[i * LANES + n]


@kernel
@no_type_check
def _blend(v, table, feature, tile, at):
    """Vertex `v` with its pose blend shapes, before skinning; its shape is in `tile`."""
    sums = (load(tile, at), load(tile, at + LANES), load(tile, at + 2 * LANES))
    zero = spread(table.weight.dtype.type(0))
    more = zero, zero, zero  # two chains of additions are done in the time of one
    for b in range(table.first_block[v], table.first_block[v + 1]):
        block, place = table.blocks[b], np.intp(table.block_joint[b]) * 9 * LANES
        for k in range(0, 8, 2):
            sums = _add(load(feature, place + k * LANES), block[k], sums)
            more = _add(load(feature, place + (k + 1) * LANES), block[k + 1], more)
        sums = _add(load(feature, place + 8 * LANES), block[8], sums)
    one = spread(table.weight.dtype.type(1))
    return fma(one, sums[0], more[0]), fma(one, sums[1], more[1]), fma(one, sums[2], more[2])


@kernel
@no_type_check
def _add(change, direction, point):
    """`point` moved by `change` times a direction (3,)."""
    x, y, z = point
    a, b, c = spread(direction[0]), spread(direction[1]), spread(direction[2])
    return fma(change, a, x), fma(change, b, y), fma(change, c, z)


@kernel
@no_type_check
def _move(v, table, motion, offset, tile, at, point):
    """Skin `point` of vertex `v`, and put it into `tile`."""
    x, y, z = point
    for r in range(3):
        a = b = c = spread(table.weight.dtype.type(0))
        d = load(offset, r * LANES)
        for i in range(table.first_joint[v], table.first_joint[v + 1]):
            place = (np.intp(table.joint[i]) * 12 + 4 * r) * LANES
            weight = spread(table.weight[i])
            a = fma(weight, load(motion, place), a)
            b = fma(weight, load(motion, place + LANES), b)
            c = fma(weight, load(motion, place + 2 * LANES), c)
            d = fma(weight, load(motion, place + 3 * LANES), d)
        store(fma(a, x, fma(b, y, fma(c, z, d))), tile, at + r * LANES)


@kernel
@no_type_check
def skin(rest, feature, motion, offset, table, result):
    """Fill `result` (N, 3 V) with the posed vertices of at most LANES frames.

    They have one shape or each its own: `rest` (1 or N, 3 V); further pose features (N, P), the
    `motion` of their joints (N, 12 J), rows of rotation and translation, and an `offset` (N, 3).
    """
    feature, motion, offset = _into_lanes(feature), _into_lanes(motion), _into_lanes(offset)
    tile, V = np.empty(3 * TILE * LANES, rest.dtype), len(table.first_joint) - 1
    for start in range(0, V, TILE):
        _read(rest, 3 * start, tile)
        for v in range(start, min(start + TILE, V)):
            at = (v - start) * 3 * LANES
            point = _blend(v, table, feature, tile, at)
            _move(v, table, motion, offset, tile, at, point)
        _write(tile, 3 * start, result)


@kernel
@no_type_check
def _pull(v, table, motion, slopes, at, point, sums):
    """From the gradient of a skinned vertex in `slopes` to that before, and to that of motion."""
    zero, one = spread(table.weight.dtype.type(0)), spread(table.weight.dtype.type(1))
    x = y = z = zero
    for r in range(3):
        slope = load(slopes, at + r * LANES)
        for i in range(table.first_joint[v], table.first_joint[v + 1]):
            place = (np.intp(table.joint[i]) * 12 + 4 * r) * LANES
            share = fma(spread(table.weight[i]), slope, zero)
            x = fma(share, load(motion, place), x)
            y = fma(share, load(motion, place + LANES), y)
            z = fma(share, load(motion, place + 2 * LANES), z)
            for k in range(3):
                goal = place + k * LANES
                store(fma(share, point[k], load(sums, goal)), sums, goal)
            goal = place + 3 * LANES
            store(fma(share, one, load(sums, goal)), sums, goal)
    return x, y, z


@kernel
@no_type_check
def _unblend(v, table, slope, sums):
    """Add what the features of the joints that shape vertex `v` get of its gradient."""
    x, y, z = slope
    for b in range(table.first_block[v], table.first_block[v + 1]):
        block, place = table.blocks[b], np.intp(table.block_joint[b]) * 9 * LANES
        for k in range(9):
            total = fma(x, spread(block[k, 0]), load(sums, place + k * LANES))
            total = fma(y, spread(block[k, 1]), total)
            store(fma(z, spread(block[k, 2]), total), sums, place + k * LANES)


@kernel
@no_type_check
def _keep(slope, slopes, at, sums):
    """Add a vertex' gradient to that of the offset; write `slope` in its place."""
    one = spread(slopes.dtype.type(1))
    for r in range(3):
        row = r * LANES
        store(fma(one, load(slopes, at + row), load(sums, row)), sums, row)
        store(slope[r], slopes, at + row)


@kernel
@no_type_check
def gradient(rest, feature, motion, grad, table, result):
    """From that of the vertices, `grad` (N, 3 V), the gradients of all that `skin` reads.

    Fills `result` with those of feature, motion, offset and rest.
    """
    to_feature, to_motion, to_offset, to_rest = result
    feature, motion, dtype = _into_lanes(feature), _into_lanes(motion), rest.dtype
    features, motions = np.zeros_like(feature), np.zeros_like(motion)
    offsets, V = np.zeros(3 * LANES, dtype), len(table.first_joint) - 1
    tile, slopes = np.empty(3 * TILE * LANES, dtype), np.zeros(3 * TILE * LANES, dtype)
    for start in range(0, V, TILE):
        _read(rest, 3 * start, tile)
        _fill(grad, 3 * start, slopes)
        for v in range(start, min(start + TILE, V)):
            at = (v - start) * 3 * LANES
            point = _blend(v, table, feature, tile, at)
            slope = _pull(v, table, motion, slopes, at, point, motions)
            _unblend(v, table, slope, features)
            _keep(slope, slopes, at, offsets)
        if len(to_rest) == 1:
            _sum(slopes, 3 * start, to_rest[0])
        else:
            _write(slopes, 3 * start, to_rest)
    _out_of_lanes(features, to_feature)
    _out_of_lanes(motions, to_motion)
    _out_of_lanes(offsets, to_offset)


@kernel
@no_type_check
def _fill(rows, start, tile):
    """As `_read`, but the lanes without a frame stay as they are: 0, as all that follows them."""
    for n in range(len(rows)):
        row = rows[n, start : start + 3 * TILE]
        for i in range(len(row)):
            tile[i * LANES + n] = row[i]


@kernel
@no_type_check
def _sum(tile, start, row):
    """Add up the lanes of a tile."""
    for i in range(min(3 * TILE, len(row) - start)):
        total = tile[i * LANES]
        for n in range(1, LANES):
            total += tile[i * LANES + n]
        row[start + i] = total


@kernel
@no_type_check
def _out_of_lanes(lanes, rows):
    """Undo `_into_lanes` for the frames there are."""
    for n in range(len(rows)):
        for k in range(rows.shape[1]):
            rows[n, k] = lanes[k * LANES + n]
