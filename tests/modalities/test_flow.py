import pytest
import torch
from torch.testing import assert_close

from meshgait.errors import ConfigError
from meshgait.modalities import flow, flow_image, normalized_flow

SQUARE = torch.tensor([[4.0, 4, 1], [12, 4, 1], [12, 12, 1], [4, 12, 1]]).double()
FACES = torch.tensor([[0, 1, 2], [0, 2, 3]])


def test_every_pixel_of_what_moves_as_one_has_its_step():
    moved = SQUARE + torch.tensor([[1.5, -2.0, 0.0]]).double()
    found = flow(torch.stack([SQUARE, moved]), FACES, (16, 16))
    inside = found[0, :, 4:12, 4:12]
    assert_close(inside, torch.tensor([1.5, -2.0]).double()[:, None, None].expand(2, 8, 8))
    assert found[0].abs().sum() == inside.abs().sum()
    assert not found[1].any()


def test_what_turns_goes_around_its_middle():
    middle = torch.tensor([8.0, 8.0]).double()
    turned = SQUARE.clone()
    angle = torch.tensor(0.1).double()
    c, s = angle.cos(), angle.sin()
    turn = torch.stack([torch.stack([c, -s]), torch.stack([s, c])])
    turned[:, :2] = (SQUARE[:, :2] - middle) @ turn.mT + middle
    found = flow(torch.stack([SQUARE, turned]), FACES, (16, 16))[0]
    y, x = torch.meshgrid(*[torch.arange(16).double() + 0.5] * 2, indexing="ij")
    place = torch.stack([x, y], -1) - middle
    expected = (place @ turn.mT - place).movedim(-1, 0)
    assert_close(found[:, 4:12, 4:12], expected[:, 4:12, 4:12])


def test_colours_tell_directions_apart_and_stillness_is_black():
    steps = torch.tensor([[0.0, 0], [3, 0], [-3, 0], [0, 3], [0, -3], [30, 0]]).double()
    color = flow_image(steps[:, :, None, None], fastest=3.0)[:, :, 0, 0].tolist()
    assert color[0] == [0, 0, 0]
    assert len({tuple(c) for c in color[1:5]}) == 4
    assert color[5] == color[1] == [255, 0, 0]
    with pytest.raises(ConfigError, match="fastest must be above 0"):
        flow_image(steps[:, :, None, None], fastest=0.0)


def test_in_the_crop_what_only_comes_nearer_or_goes_aside_rests():
    near = SQUARE * torch.tensor([1.7, 1.7, 1]).double() + torch.tensor([9.0, -3, 0]).double()
    still = normalized_flow(torch.stack([SQUARE, near, SQUARE]), FACES, (32, 32))
    assert_close(still, torch.zeros_like(still), atol=1e-9, rtol=0)
    bent = SQUARE.clone()
    bent[0, 0] += 1
    moved = normalized_flow(torch.stack([SQUARE, bent]), FACES, (32, 32))
    assert moved[0].any()
    assert not moved[1].any()
