from torch import nn

from meshgait.models import SiaNet


def test_responses_are_normalised_as_in_alexnet():
    """Krizhevsky et al., NIPS 2012: k = 2, n = 5, alpha = 1e-4, beta = 0.75."""
    norms = [layer for layer in SiaNet().features if isinstance(layer, nn.LocalResponseNorm)]
    found = [(norm.k, norm.size, norm.alpha, norm.beta) for norm in norms]
    assert found == [(2.0, 5, 1e-4, 0.75)] * 2


def test_the_head_reads_what_is_left_of_a_picture():
    """7 x 7 without margins, halves, twice: 64 x 44, 58 x 38, 29 x 19, 23 x 13, 11 x 6."""
    assert SiaNet().head[1].in_features == 256 * 11 * 6
