"""Rotations: maps between axis-angle, matrix, quaternion (w, x, y, z) and the 6-D form.

Every map takes any leading dimensions, follows device and dtype and has derivatives of first and
second order everywhere, the identity included. Angles are in radians.
"""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import normalize

# Squares of angles below this one take a series: closed forms have no derivatives at 0.
_SMALL = 1e-2
_COSINE = (1.0, -1 / 2, 1 / 24, -1 / 720, 1 / 40320, -1 / 3628800)
_SINC = (1.0, -1 / 6, 1 / 120, -1 / 5040, 1 / 362880, -1 / 39916800)
_ARCTANGENT = (1.0, -1 / 3, 1 / 5, -1 / 7, 1 / 9, -1 / 11, 1 / 13, -1 / 15)  # of x, by x


def _series(square: Float[Tensor, "..."], terms: tuple[float, ...]) -> Float[Tensor, "..."]:
    """A polynomial in the square of an angle (Horner)."""
    value = torch.full_like(square, terms[-1])
    for term in reversed(terms[:-1]):
        value = value * square + term
    return value


def _square(vector: Float[Tensor, "*batch 3"]) -> Float[Tensor, "*batch 1"]:
    return vector.square().sum(-1, keepdim=True)


def axis_angle_to_quaternion(axis_angle: Float[Tensor, "*batch 3"]) -> Float[Tensor, "*batch 4"]:
    """Unit quaternion (w, x, y, z) of a rotation vector.

    >>> axis_angle_to_quaternion(torch.tensor([0.0, 0.0, torch.pi]))
    tensor([-4.3711e-08,  0.0000e+00,  0.0000e+00,  1.0000e+00])
    """
    square = _square(axis_angle)
    small = square / 4 < _SMALL
    near = torch.where(small, square, 0.0) / 4
    half = torch.where(small, 1.0, square).sqrt() / 2  # no derivative of what is not used is NaN
    real = torch.where(small, _series(near, _COSINE), half.cos())
    sinc = torch.where(small, _series(near, _SINC), half.sin() / half)
    return torch.cat([real, axis_angle / 2 * sinc], dim=-1)


def quaternion_to_axis_angle(quaternion: Float[Tensor, "*batch 4"]) -> Float[Tensor, "*batch 3"]:
    """Rotation vector, at most pi long, of a quaternion of any length but 0."""
    quaternion = normalize(quaternion, dim=-1)
    quaternion = torch.where(quaternion[..., :1] < 0, -quaternion, quaternion)
    real, imaginary = quaternion[..., :1], quaternion[..., 1:]
    square = _square(imaginary)
    small = square < _SMALL
    cosine = torch.where(small, real, 1.0)
    near = torch.where(small, square, 0.0) / cosine.square()
    sine = torch.where(small, 1.0, square).sqrt()
    by_sine = torch.where(
        small, _series(near, _ARCTANGENT) / cosine, torch.atan2(sine, real) / sine
    )  # half the angle by its sine
    return 2 * imaginary * by_sine


def quaternion_to_matrix(quaternion: Float[Tensor, "*batch 4"]) -> Float[Tensor, "*batch 3 3"]:
    """Rotation matrix of a quaternion of any length but 0."""
    w, x, y, z = normalize(quaternion, dim=-1).unbind(-1)
    rows = [
        1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
        2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
        2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y),
    ]  # fmt: skip
    return torch.stack(rows, dim=-1).unflatten(-1, (3, 3))


def matrix_to_quaternion(matrix: Float[Tensor, "*batch 3 3"]) -> Float[Tensor, "*batch 4"]:
    """Unit quaternion with w >= 0 of a rotation matrix.

    Of the four classical formulae each matrix uses the one with the largest divisor.
    """
    (a, b, c), (d, e, f), (g, h, i) = (row.unbind(-1) for row in matrix.unbind(-2))
    candidates = torch.stack(
        [
            torch.stack([1 + a + e + i, h - f, c - g, d - b], dim=-1),
            torch.stack([h - f, 1 + a - e - i, b + d, c + g], dim=-1),
            torch.stack([c - g, b + d, 1 - a + e - i, f + h], dim=-1),
            torch.stack([d - b, c + g, f + h, 1 - a - e + i], dim=-1),
        ],
        dim=-2,
    )  # (*batch, 4, 4): row k is the quaternion times 4 times its k-th component
    best = candidates.diagonal(dim1=-2, dim2=-1).argmax(-1)[..., None, None]
    quaternion = candidates.take_along_dim(best, dim=-2).squeeze(-2)
    quaternion = torch.where(quaternion[..., :1] < 0, -quaternion, quaternion)
    return normalize(quaternion, dim=-1)


def axis_angle_to_matrix(axis_angle: Float[Tensor, "*batch 3"]) -> Float[Tensor, "*batch 3 3"]:
    """Rotation matrix of a rotation vector (Rodrigues)."""
    return quaternion_to_matrix(axis_angle_to_quaternion(axis_angle))


def matrix_to_axis_angle(matrix: Float[Tensor, "*batch 3 3"]) -> Float[Tensor, "*batch 3"]:
    """Rotation vector, at most pi long, of a rotation matrix."""
    return quaternion_to_axis_angle(matrix_to_quaternion(matrix))


def matrix_to_sixd(matrix: Float[Tensor, "*batch 3 3"]) -> Float[Tensor, "*batch 6"]:
    """First two columns of the matrix, one after the other (Zhou et al., CVPR 2019)."""
    return matrix[..., :2].transpose(-1, -2).flatten(-2)


def sixd_to_matrix(sixd: Float[Tensor, "*batch 6"]) -> Float[Tensor, "*batch 3 3"]:
    """Rotation matrix by Gram-Schmidt from two columns (Zhou et al., CVPR 2019)."""
    first, second = sixd[..., :3], sixd[..., 3:]
    x = normalize(first, dim=-1)
    y = normalize(second - (x * second).sum(-1, keepdim=True) * x, dim=-1)
    return torch.stack([x, y, torch.linalg.cross(x, y, dim=-1)], dim=-1)
