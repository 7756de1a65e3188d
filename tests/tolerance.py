"""How far two ways to compute one number may lie apart: derived from the numbers, never tuned.

Sums are taken in another order by every processor, thread count and library. A sum of n terms of
size m is then off by at most n roundings, each of half an epsilon times m; two computations of it
differ by at most twice that (Higham, Accuracy and Stability, section 4.2).
"""

import torch


def rounding(dtype, terms, magnitude=1.0):
    """The tolerance of `assert_close` for two computations of the same numbers in `dtype`.

    `terms` counts the operations on the longest way from an input to a result: the length of the
    sums and products, one after another. `magnitude` is the largest number on that way.

    >>> rounding(torch.float64, terms=1000)
    {'rtol': 0.0, 'atol': 2.220446049250313e-13}
    """
    size = magnitude if isinstance(magnitude, int | float) else float(magnitude.abs().max())
    return {"rtol": 0.0, "atol": terms * torch.finfo(dtype).eps * size}
