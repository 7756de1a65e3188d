import warnings
from copy import deepcopy
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from meshgait.training.devices import with_shared_statistics

NETWORK = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4))


def fabric(world_size, device="cpu", rank=0):
    return SimpleNamespace(
        world_size=world_size, device=torch.device(device), is_global_zero=rank == 0
    )


def test_several_processes_on_cpus_are_told_that_batch_norm_sees_a_share():
    with pytest.warns(UserWarning, match="the 1 batch norms of Sequential .* 2 processes do not"):
        assert with_shared_statistics(fabric(2), NETWORK) is NETWORK


def test_nothing_is_said_where_the_batch_is_whole_or_another_process_speaks():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert with_shared_statistics(fabric(1), NETWORK) is NETWORK
        assert with_shared_statistics(fabric(2, rank=1), NETWORK) is NETWORK
        assert with_shared_statistics(fabric(2), NETWORK[0]) is NETWORK[0]
        shared = with_shared_statistics(fabric(2, "cuda"), deepcopy(NETWORK))
    assert isinstance(shared[1], nn.SyncBatchNorm)
