"""Where a training computes: one CPU, one GPU, or all that torchrun started processes for."""

from __future__ import annotations

import atexit
import os
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from meshgait._optional import require
from meshgait.errors import MeshgaitError, TrainingError
from meshgait.numerics import Precision, settle
from meshgait.training.recipe import Recipe

# What gloo and NCCL say when the other end of a connection is gone.
_LOST = re.compile(r"connect|peer|gloo|nccl|socket|timed? ?out", re.IGNORECASE)


def make_fabric() -> Any:
    """Fabric on the best device here; under torchrun, on all that it was started for."""
    fabric = require("lightning_fabric", extra="train").Fabric
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        return fabric(devices=1)
    atexit.register(_leave_process_group)
    local, world = (int(os.environ[name]) for name in ("LOCAL_WORLD_SIZE", "WORLD_SIZE"))
    return fabric(devices=local, num_nodes=world // local, strategy="ddp")


def launch(fabric: Any, recipe: Recipe) -> Recipe:
    """Start the processes; the recipe with what "auto" precision means on the first one's device.

    So that all compute alike, and a run that is resumed elsewhere must agree with the one before.
    """
    fabric.launch()
    precision = fabric.broadcast(settle(recipe.precision, fabric.device))
    return replace(recipe, precision=precision)


def computing(precision: Precision, device: torch.device) -> torch.autocast:
    """How a network computes; what it is given stays as it is.

    Fabric's own half precision rounds the inputs, too, and bodies of rounded angles are a
    centimetre off.
    """
    return torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16")


def with_shared_statistics(fabric: Any, model: Any) -> Any:
    """The network whose batch norms see the whole batch; a warning where torch cannot do that.

    Its synchronised batch norm exists on GPUs alone. On CPUs each process normalises by its own
    share of the batch, so that several do not train as one does.
    """
    if fabric.world_size == 1:
        return model
    if fabric.device.type == "cuda":
        return nn.SyncBatchNorm.convert_sync_batchnorm(model)
    norms = sum(isinstance(layer, nn.modules.batchnorm._BatchNorm) for layer in model.modules())
    if norms and fabric.is_global_zero:
        warnings.warn(
            f"the {norms} batch norms of {type(model).__name__} see the share of the batch of one "
            f"process on CPUs: {fabric.world_size} processes do not train as one does",
            stacklevel=4,
        )
    return model


def is_first_process() -> bool:
    """Whether this is the process that speaks for all that torchrun started."""
    return os.environ.get("RANK", "0") == "0"


def gathered(fabric: Any, tensors: Iterable[Any]) -> list[Tensor]:
    """Each of the tensors of all processes, in one batch; gradients go to where they came from.

    Half precision ends here.
    """
    tensors = [t.float() if t.dtype == torch.bfloat16 else t for t in tensors]
    if fabric.world_size == 1:
        return tensors
    return [fabric.all_gather(t, sync_grads=t.requires_grad).flatten(0, 1) for t in tensors]


def any_process(fabric: Any, value: bool) -> bool:
    """Whether it is so in one process at least: all of them must go the same way."""
    if fabric.world_size == 1:
        return value
    votes = torch.tensor(float(value), device=fabric.device)
    return bool(fabric.all_reduce(votes, reduce_op="sum") > 0)


@contextmanager
def others_needed(fabric: Any, rescue: Callable[[], object]) -> Iterator[None]:
    """Raise `TrainingError` where another process of this training has ended, after `rescue`."""
    try:
        yield
    except RuntimeError as error:
        is_lost = fabric.world_size > 1 and _LOST.search(str(error))
        if isinstance(error, MeshgaitError) or not is_lost:
            raise
        rescue()
        raise TrainingError(
            "another process of this training has ended, and none can go on without it; see what "
            "it said, then resume from the last checkpoint"
        ) from error


def _leave_process_group() -> None:
    """Threads of gloo that are left at the end of a process can abort it after its work."""
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()
