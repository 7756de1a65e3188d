import pytest
import torch
from torch.testing import assert_close

from meshgait.nn import PartFusion

PRESENT = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0]]).bool()


@pytest.mark.parametrize("kind", ["concatenation", "gating", "attention"])
def test_absent_parts_might_hold_anything(kind):
    fusion = PartFusion(kind, 5, 8)
    parts = torch.randn(2, 5, 8)
    other = torch.where(PRESENT.unsqueeze(2), parts, torch.randn(2, 5, 8))
    fused = fusion(parts, PRESENT)
    assert fused.shape == parts.shape
    assert_close(fusion(other, PRESENT), fused)
    # Only concatenation has nothing to say for them.
    assert fused[1, 2:].any() == (kind != "concatenation")


def test_concatenation_leaves_parts_as_they_are():
    parts = torch.randn(2, 5, 8)
    assert_close(PartFusion("concatenation", 5, 8)(parts, torch.ones(2, 5).bool()), parts)


@pytest.mark.parametrize("kind", ["gating", "attention"])
def test_every_part_hears_of_all_that_are_there(kind):
    fusion, parts = PartFusion(kind, 5, 8), torch.randn(1, 5, 8)
    slope = torch.autograd.functional.jacobian(lambda x: fusion(x, PRESENT[1:]), parts)
    heard = slope[0, :, :, 0].abs().sum((1, 3)) > 0  # (to, from)
    assert torch.equal(heard, PRESENT[1].expand(5, 5))
