import os
import socket
import subprocess
import sys
import warnings
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from meshgait.models import SLN
from meshgait.training.devices import with_shared_statistics
from meshgait.training.fit import fit
from meshgait.weights.checkpoint import load_checkpoint
from tests import distributed_training
from tests.small_training import DATA, tiny

ROOT = Path(__file__).parents[2]

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


def on_two_machines(out, mode):
    """The agents that torchrun has on each machine, as two that know each other's address only."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "torch.distributed.run", "--nnodes=2", "--nproc-per-node=1",
        "--rdzv-backend=c10d", f"--rdzv-endpoint=127.0.0.1:{port}", "--local-addr=127.0.0.1",
        "--module", "tests.distributed_training", str(out), mode,
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    agents = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    errors = [agent.communicate(timeout=200)[1] for agent in agents]
    return [agent.returncode for agent in agents], "".join(errors)


@pytest.mark.slow
def test_a_training_on_two_machines_that_loses_one_ends_as_that_of_one_process(tmp_path):
    statuses, error = on_two_machines(tmp_path / "both", "dying")
    assert statuses == [1, 1], error
    assert load_checkpoint(tmp_path / "both/checkpoint.pt")["training"]["step"] == 2
    statuses, error = on_two_machines(tmp_path / "both", "resuming")
    assert statuses == [0, 0], error
    model, criterion = distributed_training.exact(*tiny(SLN))
    fit(model, DATA, distributed_training.RECIPE, loss=criterion, out=tmp_path / "alone")
    weights = load_checkpoint(tmp_path / "both/checkpoint.pt")["weights"]
    torch.testing.assert_close(weights, model.state_dict(), rtol=1e-9, atol=1e-12)
