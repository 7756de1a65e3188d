"""Sums over the neighbours of each vertex, one frame after another."""

from typing import no_type_check

import numpy as np

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


@kernel
@no_type_check
def spread_weighted(x, first, column, entry, weight, result):
    """result[n, w, h] = sum of weight[n, entry[e], h] x[n, column[e], h] over the e of row w."""
    frames, rows, heads, channels = result.shape
    for n in range(frames):
        for w in range(rows):
            for h in range(heads):
                for c in range(channels):
                    result[n, w, h, c] = 0
            for e in range(first[w], first[w + 1]):
                v, place = column[e], entry[e]
                for h in range(heads):
                    share = weight[n, place, h]
                    for c in range(channels):
                        result[n, w, h, c] += share * x[n, v, h, c]


@kernel
@no_type_check
def products(x, slope, first, column, result):
    """result[n, e, h] = the scalar product of slope[n, w, h] and x[n, column[e], h], e in row w."""
    frames, rows, heads, channels = slope.shape
    for n in range(frames):
        for w in range(rows):
            for e in range(first[w], first[w + 1]):
                v = column[e]
                for h in range(heads):
                    total = x[n, v, h, 0] * slope[n, w, h, 0]
                    for c in range(1, channels):
                        total += x[n, v, h, c] * slope[n, w, h, c]
                    result[n, e, h] = total


@kernel
@no_type_check
def softmax(score, first, result):
    """Shares of the entries of each row, from scores (N, E, H)."""
    frames, _, heads = score.shape
    for n in range(frames):
        for w in range(len(first) - 1):
            for h in range(heads):
                most = -np.inf
                for e in range(first[w], first[w + 1]):
                    most = max(most, score[n, e, h])
                total = 0.0
                for e in range(first[w], first[w + 1]):
                    result[n, e, h] = np.exp(score[n, e, h] - most)
                    total += result[n, e, h]
                for e in range(first[w], first[w + 1]):
                    result[n, e, h] /= total


@kernel
@no_type_check
def softmax_gradient(share, slope, first, result):
    """That of the scores, from that of their shares."""
    frames, _, heads = share.shape
    for n in range(frames):
        for w in range(len(first) - 1):
            for h in range(heads):
                mean = 0.0
                for e in range(first[w], first[w + 1]):
                    mean += share[n, e, h] * slope[n, e, h]
                for e in range(first[w], first[w + 1]):
                    result[n, e, h] = share[n, e, h] * (slope[n, e, h] - mean)
