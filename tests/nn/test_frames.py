import pytest
import torch

from meshgait.errors import DataError, ShapeError
from meshgait.nn import Frames

MASK = torch.tensor([[1, 1, 1, 0], [1, 0, 0, 0], [0, 1, 0, 1]]).bool()


def test_packing_keeps_the_real_frames_in_order():
    clip = torch.arange(12.0).reshape(3, 4)
    assert Frames.of(clip, MASK).pack(clip).tolist() == [0, 1, 2, 4, 9, 11]
    assert torch.equal(Frames.of(clip, None).pack(clip), clip.flatten())


@pytest.mark.parametrize("mask", [MASK, None])
def test_unpacking_puts_frames_back_and_zeros_elsewhere(mask):
    clip = torch.rand(3, 4, 5, 2)
    frames = Frames.of(clip, mask)
    expected = clip if mask is None else clip * mask[..., None, None]
    assert torch.equal(frames.unpack(frames.pack(clip)), expected)


@pytest.mark.parametrize("mask", [MASK, None])
def test_the_maximum_is_that_of_each_sequence_alone(mask):
    clip = -torch.rand(3, 4, 5, 2)  # all below the zeros of a careless padding
    frames = Frames.of(clip, mask)
    real = torch.ones(3, 4).bool() if mask is None else mask
    expected = torch.stack([one[keep].amax(0) for one, keep in zip(clip, real, strict=True)])
    assert torch.equal(frames.max(frames.pack(clip)), expected)


def test_padding_gets_no_gradient_and_its_value_does_not_matter():
    clip = torch.where(MASK, torch.rand(3, 4), torch.nan).requires_grad_()
    frames = Frames.of(clip, MASK)
    frames.max(frames.pack(clip)).sum().backward()
    assert torch.equal(clip.grad != 0, clip == clip.nan_to_num(-1).amax(1, keepdim=True))


def test_a_sequence_without_a_real_frame_is_named():
    mask = MASK.clone()
    mask[1] = False
    with pytest.raises(DataError, match="sequence 1 of the batch has no real frame"):
        Frames.of(torch.zeros(3, 4), mask)
    with pytest.raises(DataError, match="at least one frame"):
        Frames.of(torch.zeros(3, 0), None)


@pytest.mark.usefixtures("unchecked")
def test_a_mask_of_another_shape_or_type_is_refused():
    with pytest.raises(ShapeError, match=r"boolean tensor \(3, 4\)"):
        Frames.of(torch.zeros(3, 4), MASK[:2])
    with pytest.raises(ShapeError, match=r"torch\.float32"):
        Frames.of(torch.zeros(3, 4), MASK.float())


def test_modalities_of_different_lengths_are_refused():
    with pytest.raises(ShapeError, match="3 sequences of 4 frames"):
        Frames.of(torch.zeros(3, 4), None).pack(torch.zeros(3, 5))


def test_aligned_frames_are_the_same_ones_from_the_first_place_on():
    clip = torch.arange(1.0, 13.0).reshape(3, 4)
    frames = Frames.of(clip, MASK)
    front = frames.aligned().unpack(frames.pack(clip))
    assert front.tolist() == [[1, 2, 3], [5, 0, 0], [10, 12, 0]]
    assert torch.equal(frames.aligned().pack(front), frames.pack(clip))


def test_equal_lengths_need_no_mask_once_aligned():
    mask = torch.tensor([[1, 1, 0], [0, 1, 1]]).bool()
    assert Frames.of(mask, mask).aligned().mask is None
    assert Frames.of(mask, None).aligned().time == 3


@pytest.mark.parametrize("value", [0, -7])
def test_filling_touches_the_padding_alone(value):
    clip = torch.rand(3, 4, 2)
    filled = Frames.of(clip, MASK).fill(clip, value)
    assert torch.equal(filled[MASK], clip[MASK])
    assert (filled[~MASK] == value).all()
    assert Frames.of(clip, None).fill(clip, value) is clip


@pytest.mark.parametrize("mask", [MASK, None])
def test_the_mean_is_that_of_each_sequence_alone(mask):
    clip = torch.rand(3, 4, 5, 2)
    frames = Frames.of(clip, mask)
    real = torch.ones(3, 4).bool() if mask is None else mask
    expected = torch.stack([one[keep].mean(0) for one, keep in zip(clip, real, strict=True)])
    torch.testing.assert_close(frames.aligned().mean(frames.pack(clip)), expected)


def test_repeating_is_what_packing_gives_of_what_all_frames_share():
    mask = torch.tensor([[1, 0, 1], [0, 1, 0], [1, 1, 1]]).bool()
    x = torch.randn(3, 2)
    for frames in (Frames.of(mask, mask), Frames.of(mask, None)):
        expected = frames.pack(x.unsqueeze(1).expand(-1, 3, -1))
        assert torch.equal(frames.repeat(x), expected)


def test_thinning_spreads_a_few_frames_evenly():
    mask = torch.tensor([[1] * 8, [1, 0] * 4, [0, 1] + 6 * [0]]).bool()
    index, kept = Frames.of(mask, mask).thin(4)
    assert index.tolist() == [0, 2, 4, 6, 8, 9, 10, 11, 12]
    assert kept.lengths == (4, 4, 1)
    assert Frames.of(mask, None).thin(9)[0].tolist() == list(range(24))
