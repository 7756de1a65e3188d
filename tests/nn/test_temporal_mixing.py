import pytest
import torch
from torch.testing import assert_close

from meshgait.nn import Frames, TemporalMixing
from tests.tolerance import rounding

KINDS = ["shift", "dilated", "attention"]
REACH = {"shift": 1, "dilated": 7, "attention": 99}


@pytest.mark.parametrize("kind", [*KINDS, "none"])
def test_padding_and_gaps_do_not_matter(kind):
    mixing, clip = TemporalMixing(kind, 8), torch.randn(2, 9, 8)
    mask = torch.tensor([[1, 0, 1, 1, 0, 1, 1, 1, 1], [0, 0, 1, 1, 1, 0, 0, 0, 0]]).bool()
    found = mixing(clip[mask], Frames.of(clip, mask))
    alone = [mixing(c[m], Frames.of(c[m][None], None)) for c, m in zip(clip, mask, strict=True)]
    alone = torch.cat(alone)
    assert_close(found, alone, **rounding(torch.float32, terms=9 * 8 * 4, magnitude=alone))


@pytest.mark.parametrize("kind", KINDS)
def test_a_frame_hears_of_those_within_reach(kind):
    mixing, clip = TemporalMixing(kind, 8), torch.randn(20, 8)
    frames = Frames.of(clip[None], None)
    slope = torch.autograd.functional.jacobian(lambda x: mixing(x, frames), clip)
    heard = slope.abs().sum((1, 3)) > 0
    near = (torch.arange(20)[:, None] - torch.arange(20)).abs() <= REACH[kind]
    assert torch.equal(heard, near)


def test_attention_does_not_know_when():
    mixing, clip, order = TemporalMixing("attention", 8), torch.randn(6, 8), torch.randperm(6)
    frames = Frames.of(clip[None], None)
    expected = mixing(clip, frames)[order]
    bound = rounding(torch.float32, terms=6 * 8 * 4, magnitude=expected)
    assert_close(mixing(clip[order], frames), expected, **bound)
