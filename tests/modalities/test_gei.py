import pytest
import torch
from torch.testing import assert_close

from meshgait.errors import DataError
from meshgait.modalities import gei


def test_order_of_frames_does_not_matter():
    walk, keep, shuffle = torch.rand(6, 8, 5), torch.rand(6) > 0.3, torch.randperm(6)
    assert_close(gei(walk, keep), gei(walk[shuffle], keep[shuffle]))


def test_it_is_the_mean_of_the_kept_frames_whatever_the_padding_holds():
    walk, keep = torch.rand(2, 3, 7, 4, 5), torch.rand(2, 3, 7) > 0.5
    keep[..., 0] = True
    padded = torch.where(keep[..., None, None], walk, torch.nan)
    for i in range(2):
        for j in range(3):
            assert_close(gei(padded, keep)[i, j], walk[i, j][keep[i, j]].mean(0))


def test_a_sequence_without_frames_is_refused():
    with pytest.raises(DataError, match="without a single kept frame"):
        gei(torch.rand(2, 3, 4, 4), torch.tensor([[True] * 3, [False] * 3]))


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("kind", [torch.uint8, torch.int32, torch.int64, torch.float32])
def test_a_mask_may_be_zeros_and_ones_of_any_type(kind):
    walk, mask = torch.rand(4, 3, 2), torch.tensor([True, False, True, True])
    assert torch.equal(gei(walk, mask.to(kind)), gei(walk, mask))
