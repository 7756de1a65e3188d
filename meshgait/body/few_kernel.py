"""Pose blend shapes and skinning of very few frames: `skin_kernels.skin` without its empty lanes.

Every sum is made in the same order, so that a frame alone has the bits it has among others.
"""

from typing import no_type_check

import numpy as np

from meshgait._jit import fused_kernel

FEW = 2  # frames up to which this takes less time than 16 lanes


@fused_kernel
@no_type_check
def skin(rest, feature, motion, offset, table, result):
    """As `skin_kernels.skin`, frame by frame; in one piece, since calls count references."""
    zero = table.weight.dtype.type(0)
    first_joint, joint, weight, first_block, block_joint, blocks, _ = table
    for n in range(len(result)):
        shape, goal, move, turn = rest[min(n, len(rest) - 1)], result[n], motion[n], feature[n]
        for v in range(len(first_joint) - 1):
            x, y, z = shape[3 * v], shape[3 * v + 1], shape[3 * v + 2]
            p = q = s = zero
            for b in range(first_block[v], first_block[v + 1]):
                at, block = np.intp(block_joint[b]) * 9, blocks[b]
                for k in range(0, 8, 2):
                    f, g, fs, gs = turn[at + k], turn[at + k + 1], block[k], block[k + 1]
                    x, y, z = x + f * fs[0], y + f * fs[1], z + f * fs[2]
                    p, q, s = p + g * gs[0], q + g * gs[1], s + g * gs[2]
                f, fs = turn[at + 8], block[8]
                x, y, z = x + f * fs[0], y + f * fs[1], z + f * fs[2]
            x, y, z = x + p, y + q, z + s
            xx = xy = xz = yx = yy = yz = zx = zy = zz = zero
            xt, yt, zt = offset[n, 0], offset[n, 1], offset[n, 2]
            for i in range(first_joint[v], first_joint[v + 1]):
                j, w = np.intp(joint[i]) * 12, weight[i]
                xx, xy, xz = xx + w * move[j], xy + w * move[j + 1], xz + w * move[j + 2]
                yx, yy, yz = yx + w * move[j + 4], yy + w * move[j + 5], yz + w * move[j + 6]
                zx, zy, zz = zx + w * move[j + 8], zy + w * move[j + 9], zz + w * move[j + 10]
                xt, yt, zt = xt + w * move[j + 3], yt + w * move[j + 7], zt + w * move[j + 11]
            goal[3 * v] = xx * x + (xy * y + (xz * z + xt))
            goal[3 * v + 1] = yx * x + (yy * y + (yz * z + yt))
            goal[3 * v + 2] = zx * x + (zy * y + (zz * z + zt))
