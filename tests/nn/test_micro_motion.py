import pytest
import torch
from torch.nn.functional import conv1d, leaky_relu
from torch.testing import assert_close

from meshgait.nn import Frames, MicroMotion

MASK = torch.tensor([[1, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0], [1, 0, 0, 0, 0, 0]]).bool()


def pattern(walk, score, reach):
    """One part of one walk (C, T), frame by frame: template times score."""
    first, second = score["0"].weight, score["2"].weight
    hidden = leaky_relu(conv1d(walk, first, padding=1), 0.01)
    weight = conv1d(hidden, second, padding=second.shape[2] // 2).sigmoid()
    template = []
    for t in range(walk.shape[1]):
        near = walk[:, max(0, t - reach // 2) : t + reach // 2 + 1]
        template.append(near.sum(1) / reach + near.amax(1))
    return torch.stack(template, dim=1) * weight


@pytest.mark.parametrize("mask", [MASK, None])
def test_each_walk_and_part_is_pooled_by_the_definition(mask):
    pool = MicroMotion(2, 8).double()
    clip = torch.randn(3, 6, 2, 8, dtype=torch.float64)
    frames = Frames.of(clip, mask)
    found = pool(frames.pack(clip), frames)
    lengths = [6, 6, 6] if mask is None else mask.sum(1).tolist()
    for b, p in ((b, p) for b in range(3) for p in range(2)):
        walk = clip[b, : lengths[b], p].T
        motion = pattern(walk, pool.short[p], 3) + pattern(walk, pool.long[p], 5)
        assert_close(found[b, p], motion.amax(1))


def test_padding_leaves_the_gradient_finite():
    pool = MicroMotion(2, 8)
    clip = torch.randn(3, 6, 2, 8)
    frames = Frames.of(clip, MASK)
    pool(frames.pack(clip), frames).sum().backward()
    assert all(weight.grad.isfinite().all() for weight in pool.parameters())
