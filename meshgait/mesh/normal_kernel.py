"""The areas and directions around each vertex, without the six arrays that torch makes of them."""

from typing import no_type_check

import numpy as np

from meshgait._jit import fused_kernel


@fused_kernel
@no_type_check
def add_faces(vertices, faces, total):
    """Fill `total` (N, V, 3) with the sum of the normals of a vertex' faces, twice as long as area.

    `faces` (F, 3) must be places in `vertices` (N, V, 3). Sums are made in the order of torch's,
    first corners first, to the same bits.
    """
    across = np.empty((len(faces), 3), vertices.dtype)
    for n in range(len(vertices)):
        points, goal = vertices[n], total[n]
        for f in range(len(faces)):
            i, j, k = faces[f]
            ax, ay, az = (
                points[j, 0] - points[i, 0],
                points[j, 1] - points[i, 1],
                points[j, 2] - points[i, 2],
            )
            bx, by, bz = (
                points[k, 0] - points[i, 0],
                points[k, 1] - points[i, 1],
                points[k, 2] - points[i, 2],
            )
            across[f, 0] = ay * bz - az * by
            across[f, 1] = az * bx - ax * bz
            across[f, 2] = ax * by - ay * bx
        goal[:] = 0
        for corner in range(3):
            for f in range(len(faces)):
                v = faces[f, corner]
                for axis in range(3):
                    goal[v, axis] += across[f, axis]
