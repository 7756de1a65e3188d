from fractions import Fraction
from math import factorial

import numpy as np
import pytest

from meshgait.body.motion_kernels import SMALL, _coefficients


def series(square):
    """sin(x) / x and (1 - cos(x)) / x^2 and their derivatives by x^2, term by term, unrounded."""
    q, terms = Fraction(float(square)), range(40)
    values = [sum((-q) ** k / factorial(2 * k + n) for k in terms) for n in (1, 2)]
    slopes = [
        -sum(k * (-q) ** (k - 1) / factorial(2 * k + n) for k in terms[1:]) for n in (1, 2)
    ]  # fmt: skip
    return [float(number) for number in values + slopes]


@pytest.mark.parametrize("square", [0.0, *np.logspace(-12, 1, 27), 0.999 * SMALL, SMALL])
def test_what_a_rotation_is_made_of_is_exact_for_every_angle(square):
    """To the first term that the kernel's series leave out, and what its closed forms cancel."""
    left_out, cancelled = SMALL**3 / 90720, 4 * np.finfo(np.float64).eps / SMALL
    found = _coefficients(float(square))
    np.testing.assert_allclose(found, series(square), atol=left_out + cancelled, rtol=0)
