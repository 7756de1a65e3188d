import torch
from torch.testing import assert_close

from meshgait.nn import Frames, frame_statistics

MASK = torch.tensor([[1, 0, 1, 1], [0, 1, 0, 0], [1, 1, 1, 1]]).bool()


def test_it_is_mean_and_deviation_of_the_real_frames():
    x = torch.randn(3, 4, 5)
    found = frame_statistics(x[MASK], Frames.of(x, MASK))
    for clip, real, row in zip(x, MASK, found, strict=True):
        assert_close(row[:5], clip[real].mean(0))
        assert_close(row[5:], clip[real].std(0, correction=0), rtol=1e-4, atol=1.1e-3)


def test_a_lasting_error_moves_the_mean_alone():
    x, error = torch.randn(8, 5), torch.randn(5)
    frames = Frames.of(x.unflatten(0, (2, 4)), None)
    before, after = frame_statistics(x, frames), frame_statistics(x + error, frames)
    assert_close(after[:, :5], before[:, :5] + error)
    assert_close(after[:, 5:], before[:, 5:])


def test_a_single_frame_has_a_gradient():
    x = torch.randn(2, 5, requires_grad=True)
    frame_statistics(x, Frames.of(x.unsqueeze(1), None)).sum().backward()
    assert_close(x.grad, torch.ones(2, 5))
