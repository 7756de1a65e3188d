import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from meshgait import models
from meshgait.zoo.cost import FRAMES, count_cost
from meshgait.zoo.inputs import random_clips


def test_the_cost_of_sln_is_what_its_layers_multiply():
    frame = 64 * 44 * 64 * (25 + 64 * 9)
    frame += 32 * 22 * 128 * 9 * (64 + 128) + 16 * 11 * 256 * 9 * (128 + 256)
    clip = 31 * 256 * 256
    assert count_cost("SLN").macs == (FRAMES * frame + clip) // FRAMES
    assert count_cost("SLN").parameters == 3_176_000


@pytest.mark.parametrize("name", ["GaitSet", "GaitPart", "MeshNet", "PointNet"])
def test_what_is_counted_on_shapes_is_counted_on_numbers(name):
    model = getattr(models, name)().eval()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(**random_clips(model, 1, FRAMES))
    assert count_cost(name).macs == counter.get_total_flops() // (2 * FRAMES)


def test_recurrent_layers_are_counted():
    lstm = 4 * 256 * (64 + 256) + 2 * 4 * 256 * (256 + 256)
    encoder = 32 * 16 * 64 * (3 * 16 + 64 * 9) + 16 * 8 * 128 * (64 * 16 + 128 * 9)
    encoder += 8 * 4 * 256 * (128 * 16 + 256 * 9) + 4 * 2 * 512 * (256 * 16 + 512 * 9)
    frame = encoder + 4096 * 320 + lstm
    assert count_cost("GaitNet").macs == (FRAMES * frame + 256 * 256) // FRAMES


def test_what_has_no_weights_costs_nothing():
    assert count_cost("GEI") == (0, 0)
