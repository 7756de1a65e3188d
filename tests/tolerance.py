"""How far two computations of one number may lie apart: derived, never tuned until it passes.

Every processor, number of threads and library takes the terms of a sum in another order, so that
two right answers differ. Roundings are as good as independent: after n of them numbers of size m
are off by at most 8 sqrt(n) u m, with u half an epsilon, but for once in 10^13 (Higham and Mary,
SISC 2019, theorem 2.4), and two computations of one number differ by at most twice that.

Whatever works in float64 too is compared there, where these bounds are a million times sharper
than any mistake; the bound of discretization, of a random estimate or of a published figure stands
in its test.
"""

import torch


def rounding(dtype, terms, magnitude=1.0):
    """The options of `assert_close` for two computations of the same numbers in `dtype`.

    `terms` counts the operations on the longest way from an input to a result, `magnitude` is the
    largest number on it, or a tensor of them.
    """
    size = float(torch.as_tensor(magnitude).detach().abs().max())
    return {"rtol": 0.0, "atol": 8 * max(terms, 1) ** 0.5 * torch.finfo(dtype).eps * size}


def rounding_of_network(model, embedding, dtype=None):
    """The same for what a network gives: all sums from the image to the embedding one by one.

    Each of its layers sums as many terms as one row of its weights has; 64 x 64 are the pixels that
    a network without weights may sum.
    """
    layers = (weight[0].numel() for weight in model.parameters() if weight.ndim > 1)
    return rounding(dtype or embedding.dtype, 64 * 64 + sum(layers), embedding)
