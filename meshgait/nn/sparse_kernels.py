"""Sums over the neighbours of each vertex, one frame after another."""

from typing import no_type_check

from meshgait._jit import kernel


@kernel
@no_type_check
def spread(x, first, column, value, result):
    """result[n, w] = sum of value[e] x[n, column[e]] over the entries e of row w."""
    frames, rows, channels = result.shape
    for n in range(frames):
        for w in range(rows):
            for c in range(channels):
                result[n, w, c] = 0
            for e in range(first[w], first[w + 1]):
                v, share = column[e], value[e]
                for c in range(channels):
                    result[n, w, c] += share * x[n, v, c]
