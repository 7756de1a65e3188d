"""Contour coverage on the CPU: the integral of `meshgait.render.reference`, edge by edge.

Nearly every contour edge of a body crosses at most one row and one column border of a small image.
Those are cut into three pieces, some empty, without a branch, so the compiler puts 8 or 16 edges
into a register; longer ones take a general walk. What the gradient needs (pixel, edge and two
weights per piece that is not saturated) is written down on the way.

Cells are pixels or subpixels. They count from 1: cell 0 takes what lies before the image and the
last one what lies behind it, and nobody reads those. `grid` is (rows, columns, subpixels).
"""

from typing import no_type_check

import numpy as np

from meshgait._jit import kernel
from meshgait.render.rules import SATURATED

CHUNK = 64  # edges at a time
ROWS = 4  # of cells at a time


@kernel
@no_type_check
def cover(vertices, ends, counts, cell_pixels, subpixels, keep, image):
    """Fill `image` (N, H, W) with what the contour `ends` of `vertices` (N, V, 2) encloses.

    Returns, if `keep`, the pieces that carry a gradient: where those of each frame start, their
    (pixel, start vertex, end vertex), and the weights of both vertices.
    """
    S, N = counts.shape
    grid = (image.shape[1] * subpixels, image.shape[2] * subpixels, subpixels)
    stride = grid[1] + 3
    sums = np.zeros((S, len(cell_pixels)), vertices.dtype)
    room = 2 * counts.sum() if keep else 0
    saved = np.empty((3, room), np.uint32), np.empty((2, room), vertices.dtype)
    starts = np.zeros(N + 1, np.int64)
    box = np.empty(4, np.int64)  # first and last row, first and last column of cells
    for n in range(N):
        box[0], box[1], box[2], box[3] = grid[0], 0, grid[1], 0
        k = starts[n] if keep else -1
        for s in range(S):
            edges, name = ends[s, n, : counts[s, n]], s * counts[0, n]
            saved, k = _walk(vertices[n], edges, grid, sums[s], box, name, saved, k)
        for s in range(S):
            _scan(sums[s], grid, box)
        _paint(sums, grid, box, image[n])
        if keep:
            found = (ends[:, n], counts[:, n])
            starts[n + 1] = _drop(starts[n], k, sums, cell_pixels, found, saved)
        sums[:, box[0] * stride : (box[1] + 1 + ROWS) * stride] = 0
    return starts, saved[0], saved[1]


@kernel
@no_type_check
def _walk(vertices, ends, grid, sums, box, name, saved, k):
    """Add all edges of one frame and side to `sums`, naming the first of them `name`.

    `k` counts the pieces that `saved` holds; -1 saves none. Returns both.
    """
    edges = np.empty(4 * CHUNK, vertices.dtype)  # x0, y0, x1, y1 of each
    pieces = np.empty(8 * CHUNK, vertices.dtype)
    cells = np.empty(4 * CHUNK, np.uint32)
    scale = vertices.dtype.type(grid[2])
    for start in range(0, len(ends), CHUNK):
        many = min(CHUNK, len(ends) - start)
        for i in range(CHUNK):
            j = start + min(i, many - 1)  # the last chunk is filled up with its last edge
            p, q = ends[j, 0], ends[j, 1]
            edges[i], edges[CHUNK + i] = vertices[p, 0] * scale, vertices[p, 1] * scale
            edges[2 * CHUNK + i] = vertices[q, 0] * scale
            edges[3 * CHUNK + i] = vertices[q, 1] * scale
        need = _cut(edges, grid, pieces, cells, box)
        if k >= 0 and k + need > saved[0].shape[1]:
            places = np.empty((3, 2 * k + need), np.uint32)
            weights = np.empty((2, 2 * k + need), edges.dtype)
            places[:, :k], weights[:, :k] = saved[0][:, :k], saved[1][:, :k]
            saved = places, weights
        k = _add_short(many, name + start, pieces, cells, sums, saved, k)
        k = _add_long(many, name + start, edges, cells, grid, sums, saved, k)
    return saved, k


@kernel
@no_type_check
def _cell(x, cells):
    """The cell of a coordinate: 0 for all before the image, cells + 1 for all behind it."""
    one = cells / cells
    return np.int32(min(max(x, -one), cells) + one)


@kernel
@no_type_check
def _cut(edges, grid, pieces, cells, box):
    """Cut CHUNK edges in three; returns how many pieces their walks can have at most.

    `pieces` receives heights, then their parts to the right, then the two cuts; `cells` the place
    of each piece in the sums, and of how many cells the edge is long. Widens `box`.
    """
    kind = edges.dtype.type
    zero, half, one = kind(0), kind(0.5), kind(1)
    rows, columns, stride = kind(grid[0]), kind(grid[1]), np.int32(grid[1] + 3)
    need = np.int32(0)
    top, low, first, last = np.int32(box[0]), np.int32(box[1]), np.int32(box[2]), np.int32(box[3])
    for i in range(CHUNK):
        x0, y0, x1, y1 = edges[i], edges[CHUNK + i], edges[2 * CHUNK + i], edges[3 * CHUNK + i]
        c0, c1, r0, r1 = _cell(x0, columns), _cell(x1, columns), _cell(y0, rows), _cell(y1, rows)
        # From the corner of the first cell on, so that no digits are lost far down the image.
        x_cell, y_cell = kind(c0) - one, kind(r0) - one
        x0, y0, x1, y1 = x0 - x_cell, y0 - y_cell, x1 - x_cell, y1 - y_cell
        dx, dy = x1 - x0, y1 - y0
        x_cut, y_cut = one if c1 > c0 else zero, one if r1 > r0 else zero
        tx = min(max((x_cut - x0) / dx, zero), one) if c0 != c1 else one
        ty = min(max((y_cut - y0) / dy, zero), one) if r0 != r1 else one
        row_first, ta, tb = ty <= tx, min(tx, ty), max(tx, ty)
        xa, xb, ya, yb = x0 + ta * dx, x0 + tb * dx, y0 + ta * dy, y0 + tb * dy
        ya = y_cut if row_first and r0 != r1 else ya
        yb = yb if row_first or r0 == r1 else y_cut
        r2, c2 = (r1, c0) if row_first else (r0, c1)
        u0, u1 = half * (x0 + xa), half * (xa + xb) - kind(c2 - c0)
        u2 = half * (xb + x1) - kind(c1 - c0)
        h0, h1, h2 = y0 - ya, ya - yb, yb - y1
        pieces[i], pieces[CHUNK + i], pieces[2 * CHUNK + i] = h0, h1, h2
        pieces[3 * CHUNK + i] = h0 * min(max(u0, zero), one)
        pieces[4 * CHUNK + i] = h1 * min(max(u1, zero), one)
        pieces[5 * CHUNK + i] = h2 * min(max(u2, zero), one)
        pieces[6 * CHUNK + i], pieces[7 * CHUNK + i] = ta, tb
        cells[i], cells[CHUNK + i] = r0 * stride + c0, r2 * stride + c2
        cells[2 * CHUNK + i] = r1 * stride + c1
        cells[3 * CHUNK + i] = max(abs(r1 - r0), abs(c1 - c0))
        need += abs(r1 - r0) + abs(c1 - c0) + np.int32(3)
        # The contour is closed: where an edge ends another starts.
        top, low, first, last = min(top, r0), max(low, r0), min(first, c0), max(last, c0)
    box[0], box[1], box[2], box[3] = top, low, first, last
    return need


@kernel
@no_type_check
def _add_short(many, name, pieces, cells, sums, saved, k):
    """Add the pieces of edges that `_cut` has cut to the end; returns the new k."""
    places, weights = saved
    kind = pieces.dtype.type
    for i in range(many):
        if cells[3 * CHUNK + i] > 1:
            continue
        for j in range(i, i + 3 * CHUNK, CHUNK):
            cell, rest = cells[j], pieces[3 * CHUNK + j]
            sums[cell] += pieces[j] - rest
            sums[cell + 1] += rest
        if k < 0:
            continue
        t0 = kind(0)
        for part in range(3):
            t1 = pieces[(6 + part) * CHUNK + i] if part < 2 else kind(1)
            late = kind(0.5) * (t1 * t1 - t0 * t0)
            places[0, k], places[1, k] = cells[part * CHUNK + i], name + i
            weights[0, k], weights[1, k] = t1 - t0 - late, late
            k += t1 > t0
            t0 = t1
    return k


@kernel
@no_type_check
def _add_long(many, name, edges, cells, grid, sums, saved, k):
    """Walk the other edges, however long, cell by cell; returns the new k."""
    places, weights = saved
    kind = edges.dtype.type
    half, one = kind(0.5), kind(1)
    rows, columns = kind(grid[0]), kind(grid[1])
    for i in range(many):
        if cells[3 * CHUNK + i] <= 1:
            continue
        x0, y0, x1, y1 = edges[i], edges[CHUNK + i], edges[2 * CHUNK + i], edges[3 * CHUNK + i]
        first, row, last_row = _cell(x0, columns), _cell(y0, rows), _cell(y1, rows)
        x_cell, y_cell = kind(first) - one, kind(row) - one  # as in _cut
        start_row, end = row, columns - x_cell
        x0, y0, x1, y1 = x0 - x_cell, y0 - y_cell, x1 - x_cell, y1 - y_cell
        t, x, y = kind(0), x0, y0
        while True:
            t_row, x_row, y_row = one, x1, y1
            if row != last_row:
                y_row = kind(row - start_row + (row < last_row))
                t_row = min(max((y_row - y0) / (y1 - y0), t), one)
                x_row = x0 + t_row * (x1 - x0)
            column = int(min(max(x, -one - x_cell), end) + x_cell + one)
            last = int(min(max(x_row, -one - x_cell), end) + x_cell + one)
            while 1 <= row <= grid[0]:
                t_next, x_next, y_next = t_row, x_row, y_row
                if column != last:
                    x_next = kind(column - first + (column < last))
                    t_next = min(max((x_next - x0) / (x1 - x0), t), t_row)
                    y_next = min(max(y0 + t_next * (y1 - y0), min(y, y_row)), max(y, y_row))
                right_of = half * (x + x_next) - kind(column - first)
                rest = (y - y_next) * min(max(right_of, kind(0)), one)
                cell = row * (grid[1] + 3) + column
                sums[cell] += y - y_next - rest
                sums[cell + 1] += rest
                if k >= 0:
                    late = half * (t_next * t_next - t * t)
                    places[0, k], places[1, k] = cell, name + i
                    weights[0, k], weights[1, k] = t_next - t - late, late
                    k += t_next > t
                t, x, y = t_next, x_next, y_next
                if column == last:
                    break
                column += 1 if column < last else -1
            t, x, y = t_row, x_row, y_row
            if row == last_row:
                break
            row += 1 if row < last_row else -1
    return k


@kernel
@no_type_check
def _scan(sums, grid, box):
    """Add up the sums along the rows of the box; four rows at once, for an addition takes time."""
    stride, many = grid[1] + 3, min(box[3] - box[2] + 2, grid[1] + 3 - box[2])
    for row in range(box[0], box[1] + 1, ROWS):
        at = row * stride + box[2]
        first, second = sums[at : at + many], sums[at + stride : at + stride + many]
        at += 2 * stride
        third, fourth = sums[at : at + many], sums[at + stride : at + stride + many]
        a = b = c = d = sums.dtype.type(0)
        for i in range(many):
            a, b, c, d = a + first[i], b + second[i], c + third[i], d + fourth[i]
            first[i], second[i], third[i], fourth[i] = a, b, c, d


@kernel
@no_type_check
def _paint(sums, grid, box, image):
    """The mean of each pixel's cells, clamped; with two sides the one with more layers counts."""
    fine, stride, kind = grid[2], grid[1] + 3, image.dtype.type
    zero, one, share = kind(0), kind(1), kind(1) / kind(fine * fine)
    left, right = (max(box[2], 1) - 1) // fine, -(-min(box[3] + 1, grid[1]) // fine)
    clamped = np.empty(max((right - left) * fine, 0), image.dtype)
    for y in range(image.shape[0]):
        line = image[y]
        for x in range(len(line)):
            line[x] = zero
        if (y + 1) * fine < box[0] or y * fine + 1 > box[1]:
            continue
        line = image[y, left:right]
        for row in range(y * fine + 1, (y + 1) * fine + 1):
            start = row * stride + 1 + left * fine
            end = start + len(clamped)
            layers, other = sums[0, start:end], sums[-1, start:end]
            for i in range(len(clamped)):
                clamped[i] = min(max(layers[i], other[i], zero), one)
            _add_shrunk(clamped, share, fine, line)


@kernel
@no_type_check
def _add_shrunk(cells, share, fine, line):
    """Add `share` of each `fine` neighbouring cells to `line`; the cases keep the loops short."""
    for x in range(len(line)):
        if fine == 1:
            line[x] += cells[x]
        elif fine == 2:
            line[x] += share * (cells[2 * x] + cells[2 * x + 1])
        else:
            left, right = cells[4 * x] + cells[4 * x + 1], cells[4 * x + 2] + cells[4 * x + 3]
            line[x] += share * (left + right)


@kernel
@no_type_check
def _drop(start, k, sums, cell_pixels, contour, saved):
    """Of one frame's pieces, keep those in pixels that are not saturated; name pixel and ends."""
    (ends, names), (places, weights) = contour, saved
    S, outside = len(sums), cell_pixels[0]
    kept = start
    for j in range(start, k):
        cell, name = places[0, j], places[1, j]
        side = np.uint32(name >= names[0])
        layers = sums[side, cell]
        seen = layers < SATURATED and cell_pixels[cell] != outside
        if S == 2 and seen:
            other = sums[1 - side, cell]
            seen = other < layers or (other == layers and side == 0)
        edge = np.uint32(name - side * names[0])
        places[0, kept], places[1, kept] = cell_pixels[cell], ends[side, edge, 0]
        places[2, kept] = ends[side, edge, 1]
        weights[0, kept], weights[1, kept] = weights[0, j], weights[1, j]
        kept += seen
    return kept
