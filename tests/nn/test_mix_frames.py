import pytest
import torch
from torch.nn.functional import conv2d
from torch.testing import assert_close

from meshgait.nn import Frames, mix_frames

MASK = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0], [1, 0, 0, 0, 0]]).bool()


def shifted(clip, hop, fold, bidirectional):
    """Frame by frame: what the published block adds to a clip (T, C, H, W) for one hop."""
    moved = clip.clone()
    for t in range(len(clip)):
        late = t + hop if bidirectional else t - hop
        moved[t, :fold] = clip[late, :fold] if 0 <= late < len(clip) else 0
        moved[t, -fold:] = clip[t - hop, -fold:] if t >= hop else 0
    return moved


@pytest.mark.parametrize("bidirectional", [True, False])
@pytest.mark.parametrize("hops", [(1,), (2,), (1, 3)])
@pytest.mark.parametrize("mask", [MASK, None])
def test_one_convolution_of_the_mixture_is_the_sum_over_all_hops(mask, hops, bidirectional):
    clip = torch.randn(3, 5, 16, 4, 3, dtype=torch.float64)
    weight = torch.randn(2, 16, 3, 3, dtype=torch.float64)
    frames = Frames.of(clip, mask)
    x = mix_frames(frames.pack(clip), frames, hops, folds=4, bidirectional=bidirectional)
    found = conv2d(x, weight, padding=1)
    lengths = [5, 5, 5] if mask is None else mask.sum(1).tolist()
    expected = []
    for walk, length in zip(clip, lengths, strict=True):
        real = walk[:length]
        terms = [real] + [shifted(real, hop, 4, bidirectional) for hop in hops]
        expected.append(sum(conv2d(term, weight, padding=1) for term in terms))
    assert_close(found, torch.cat(expected))


def test_memory_layout_stays():
    clip = torch.randn(2, 3, 8, 4, 3)
    frames = Frames.of(clip, None)
    x = frames.pack(clip).to(memory_format=torch.channels_last)
    mixed = mix_frames(x, frames, (1,), folds=4)
    assert mixed.is_contiguous(memory_format=torch.channels_last)
