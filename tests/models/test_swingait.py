import dataclasses

import pytest
import torch
from torch.testing import assert_close

from meshgait.models import SwinGait
from tests.tolerance import rounding_of_network

SMALL = SwinGait.Config(width=1 / 16)


def both(time):
    """A clip, what the network makes of it, and what that with the published arithmetic makes."""
    model = SwinGait(SMALL).eval().double()
    published = SwinGait(dataclasses.replace(SMALL, as_published=True)).eval().double()
    published.load_state_dict(model.state_dict())
    clip = torch.rand(2, time, 64, 44).double()
    return clip, model, published


@pytest.mark.parametrize("time", [1, 2, 3, 6])
def test_where_no_frame_is_missing_both_arithmetics_are_the_same(time):
    clip, model, published = both(time)
    expected = published(clip)
    assert_close(model(clip), expected, **rounding_of_network(model, expected))


@pytest.mark.parametrize("time", [4, 5, 8])
def test_frames_that_fill_up_the_last_window_are_heard_only_as_published(time):
    clip, model, published = both(time)
    assert not torch.allclose(model(clip), published(clip), rtol=1e-3)


def test_with_the_published_arithmetic_a_batch_is_still_as_each_walk_alone():
    clip, _, published = both(7)
    mask = torch.arange(7) < torch.tensor([[7], [4]])
    alone = torch.cat([published(clip[[0]]), published(clip[[1], :4])])
    assert_close(published(clip, mask=mask), alone, **rounding_of_network(published, alone))


def test_the_sixteenth_part_is_for_the_weights_of_others_and_is_not_learnt():
    model = SwinGait(SMALL).train()
    assert model.head.weight.shape[0] == 16
    model(torch.rand(2, 3, 64, 44)).square().sum().backward()
    assert model.head.weight.grad[:15].flatten(1).any(1).all()
    assert not model.head.weight.grad[15].any()
