"""Convolutions of 3 x 3 by Winograd's algorithm F(4 x 4, 3 x 3) (Lavin and Gray, CVPR 2016).

An attempt, for `step.py`: a quarter of the multiplications, as 36 products of matrices for tiles of
6 x 6 pixels. Only forward, not at all tuned.
"""

import numba
import numpy as np
import torch

_WEIGHTS = (
    torch.tensor([[6, 0, 0], [-4, -4, -4], [-4, 4, -4], [1, 2, 4], [1, -2, 4], [0, 0, 24]]) / 24
)  # the polynomials at 0, 1, -1, 2, -2 and infinity


class Winograd:
    """A convolution by `weight` (K, C, 3, 3) that keeps the size of the image."""

    def __init__(self, weight):
        spread = torch.einsum("pa,kcab,qb->pqck", _WEIGHTS, weight, _WEIGHTS)
        self.weight = spread.reshape(36, *spread.shape[2:]).contiguous()

    def __call__(self, images):
        """(N, C, H, W) with channels last to (N, K, H, W) with channels last."""
        pixels = images.permute(0, 2, 3, 1).numpy()
        count, height, width, _ = pixels.shape
        tiles = -(-height // 4) * -(-width // 4)
        inner, outer = self.weight.shape[1:]
        before, after = torch.empty(36, tiles, inner), torch.empty(36, tiles, outer)
        found = np.empty((count, height, width, outer), np.float32)
        for image, into in zip(pixels, found, strict=True):
            _spread(image, before.numpy())
            torch.bmm(before, self.weight, out=after)
            _gather(after.numpy(), into)
        return torch.from_numpy(found).permute(0, 3, 1, 2)


@numba.njit(fastmath=True)
def _spread(image, out):
    """An image (H, W, C) as values of its tiles' polynomials, (36, tiles, C)."""
    height, width, channels = image.shape
    rows = np.empty((6, 6 * channels), np.float32)
    half, turned, whole = np.empty_like(rows), np.empty_like(rows), np.empty_like(rows)
    across = (width + 3) // 4
    for tile in range((height + 3) // 4 * across):
        top, left = 4 * (tile // across) - 1, 4 * (tile % across) - 1
        rows[:] = 0
        for a in range(max(0, -top), min(6, height - top)):
            for b in range(max(0, -left), min(6, width - left)):
                for c in range(channels):
                    rows[a, b * channels + c] = image[top + a, left + b, c]
        _values(rows, half)
        _turn(half, turned, channels)
        _values(turned, whole)
        for p in range(6):
            for q in range(6):
                for c in range(channels):
                    out[p * 6 + q, tile, c] = whole[q, p * channels + c]


@numba.njit(fastmath=True)
def _gather(values, image):
    """The opposite, of products: (36, tiles, K) to an image (H, W, K)."""
    height, width, channels = image.shape
    rows = np.empty((6, 6 * channels), np.float32)
    half = np.empty((4, 6 * channels), np.float32)
    turned = np.empty((6, 4 * channels), np.float32)
    whole = np.empty((4, 4 * channels), np.float32)
    across = (width + 3) // 4
    for tile in range((height + 3) // 4 * across):
        top, left = 4 * (tile // across), 4 * (tile % across)
        for p in range(6):
            for q in range(6):
                for c in range(channels):
                    rows[p, q * channels + c] = values[p * 6 + q, tile, c]
        _coefficients(rows, half)
        _turn(half, turned, channels)
        _coefficients(turned, whole)
        for a in range(min(4, height - top)):
            for b in range(min(4, width - left)):
                for c in range(channels):
                    image[top + a, left + b, c] = whole[b, a * channels + c]


@numba.njit(fastmath=True)
def _turn(rows, out, channels):
    for p in range(rows.shape[0]):
        for b in range(out.shape[0]):
            for c in range(channels):
                out[b, p * channels + c] = rows[p, b * channels + c]


@numba.njit(fastmath=True)
def _values(a, out):
    four, five, two = np.float32(4), np.float32(5), np.float32(2)
    for c in range(a.shape[1]):
        even, odd = a[4, c] - four * a[2, c], a[3, c] - four * a[1, c]
        difference, slope = a[4, c] - a[2, c], two * (a[3, c] - a[1, c])
        out[0, c] = four * a[0, c] - five * a[2, c] + a[4, c]
        out[1, c], out[2, c] = even + odd, even - odd
        out[3, c], out[4, c] = difference + slope, difference - slope
        out[5, c] = four * a[1, c] - five * a[3, c] + a[5, c]


@numba.njit(fastmath=True)
def _coefficients(a, out):
    two, four, eight = np.float32(2), np.float32(4), np.float32(8)
    for c in range(a.shape[1]):
        near, far = a[1, c] + a[2, c], a[3, c] + a[4, c]
        near_odd, far_odd = a[1, c] - a[2, c], a[3, c] - a[4, c]
        out[0, c] = a[0, c] + near + far
        out[1, c] = near_odd + two * far_odd
        out[2, c] = near + four * far
        out[3, c] = near_odd + eight * far_odd + a[5, c]
