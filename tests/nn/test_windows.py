import itertools

import pytest
import torch
from torch.testing import assert_close

from meshgait.nn import WindowBlock, cut_windows
from meshgait.nn.windows import relative_places
from tests.tolerance import rounding

WINDOW = (3, 2, 2)


def reached(time, *, shifted, phantoms=False, block=None):
    """Which tokens (t, h, w) change when token (t, h, w) of a clip of 4 x 4 does: a matrix."""
    block = block or WindowBlock(4, 2, WINDOW).double().eval()
    x = torch.randn(1, time, 4, 4, 4).double()
    cut = cut_windows((time, 4, 4), WINDOW, shifted=shifted, phantoms=phantoms, like=x)
    found = torch.autograd.functional.jacobian(lambda y: block(y, cut).sum(-1)[0].flatten(), x)
    return (found.flatten(2, 4)[:, 0].abs().amax(-1) > 1e-30).reshape(time * 16, time * 16)


def test_tokens_hear_those_of_their_window_and_no_others():
    hears = reached(6, shifted=False)
    places = list(itertools.product(range(6), range(4), range(4)))
    for i, one in enumerate(places):
        for j, other in enumerate(places):
            same = all(a // n == b // n for a, b, n in zip(one, other, WINDOW, strict=True))
            assert bool(hears[i, j]) == same


def test_shifted_windows_begin_half_a_window_later_and_do_not_go_around():
    hears = reached(6, shifted=True)
    places = list(itertools.product(range(6), range(4), range(4)))
    for i, one in enumerate(places):
        for j, other in enumerate(places):
            same = all(
                (a - n // 2) // n == (b - n // 2) // n
                for a, b, n in zip(one, other, WINDOW, strict=True)
            )
            assert bool(hears[i, j]) == same


@pytest.mark.parametrize(("time", "shifted"), [(4, False), (5, False), (5, True)])
def test_what_fills_up_the_last_window_is_heard_only_as_a_phantom(time, shifted):
    block = WindowBlock(4, 2, WINDOW).double().eval()
    x = torch.randn(1, time, 4, 4, 4).double()
    torch.nn.init.constant_(block.attn.qkv.bias, 1.0)  # all that zeros have to say
    deaf, hearing = (
        cut_windows((time, 4, 4), WINDOW, shifted=shifted, phantoms=phantoms, like=x)
        for phantoms in (False, True)
    )
    found, louder = block(x, deaf), block(x, hearing)
    assert found.shape == louder.shape == x.shape
    differs = (found - louder).abs().flatten(2).amax(2)[0] > 1e-6
    beside = [False] * 3 + [True] * (time - 3) if not shifted else [False] * 4 + [True]
    assert differs.tolist() == beside


def test_places_count_frames_rows_and_columns():
    index = relative_places((2, 2, 3))
    places = list(itertools.product(range(2), range(2), range(3)))
    for i, one in enumerate(places):
        for j, other in enumerate(places):
            t, h, w = (a - b for a, b in zip(one, other, strict=True))
            assert index[i, j] == ((t + 1) * 3 + h + 1) * 5 + w + 2


def test_many_windows_go_through_in_parts(monkeypatch):
    block = WindowBlock(4, 2, WINDOW).double().eval()
    x = torch.randn(2, 7, 4, 4, 4).double()
    for shifted in (False, True):
        cut = cut_windows((7, 4, 4), WINDOW, shifted=shifted, phantoms=False, like=x)
        with torch.no_grad():
            whole = block(x, cut)
            monkeypatch.setattr("meshgait.nn.windows._AT_ONCE", 3)
            assert_close(block(x, cut), whole, **rounding(torch.float64, 64, whole))
            monkeypatch.undo()


def test_in_training_whole_clips_skip_a_step():
    block = WindowBlock(4, 2, WINDOW, drop=0.5).train()
    x = torch.randn(64, 3, 4, 4, 4)
    cut = cut_windows((3, 4, 4), WINDOW, shifted=False, phantoms=False, like=x)
    same = (block(x, cut) == x).flatten(1).all(1)
    assert 2 < same.sum() < 40  # a quarter of them, 16
    assert not (block.eval()(x, cut) == x).flatten(1).all(1).any()
