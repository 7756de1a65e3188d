"""From products of matrices to sums of Euclidean distances, in one pass over memory."""

from typing import no_type_check

import numpy as np

from meshgait._jit import kernel


@kernel
@no_type_check
def add_roots(product, gallery_square, probe_square, total):
    """Add sqrt(|g|^2 + |p|^2 - 2 g.p), with what rounding left below 0 as 0, to `total` (G, Q).

    `product` (G, Q) holds g.p, the others (G,) and (Q,) the squared lengths. NaN stays NaN.
    """
    zero = product.dtype.type(0)
    for g in range(len(product)):
        own, line, goal = gallery_square[g], product[g], total[g]
        for q in range(len(line)):
            square = own + probe_square[q] - line[q] - line[q]
            goal[q] += np.sqrt(zero if square < 0 else square)
