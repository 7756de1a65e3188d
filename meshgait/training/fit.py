"""Training by iterations on Lightning Fabric: one CPU, one GPU, or many through torchrun.

What step `i` does depends on the seed, on `i` and on the state saved before it: a run that is
killed and resumed ends where an undisturbed one does.
"""

from __future__ import annotations

import atexit
import hashlib
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from meshgait._optional import require
from meshgait.data import Batch, SequenceDataset, TrainingBatches
from meshgait.errors import ConfigError, DataError, TrainingError
from meshgait.losses import triplet_statistics
from meshgait.nn import Network, calibrate_
from meshgait.numerics import seed
from meshgait.training.compilation import compile_network
from meshgait.training.contract import make_criterion, plain_attributes, try_on_data
from meshgait.training.criterion import LossRecipe
from meshgait.training.interrupts import interrupts_noted, leave_interrupts_to_main_process
from meshgait.training.log import Row, TrainingLog, write_table
from meshgait.training.recipe import Precision, Recipe
from meshgait.weights.checkpoint import (
    describe_model,
    load_checkpoint,
    save_checkpoint,
    settings_of,
)

# Of a recipe, when a run is resumed.
_FREE = ("steps", "metric", "workers", "log_every", "save_every")


def make_fabric(precision: Precision = "fp32") -> Any:
    """Fabric on the best device here; under torchrun, on all that it was started for."""
    fabric = require("lightning_fabric", extra="train").Fabric
    lightning_precision = {"fp32": "32-true", "bf16": "bf16-mixed"}[precision]
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        return fabric(devices=1, precision=lightning_precision)
    atexit.register(_leave_process_group)
    local, world = (int(os.environ[name]) for name in ("LOCAL_WORLD_SIZE", "WORLD_SIZE"))
    return fabric(
        devices=local, num_nodes=world // local, strategy="ddp", precision=lightning_precision
    )


def _leave_process_group() -> None:
    """Threads of gloo that are left at the end of a process can abort it after its work."""
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def fit(
    model: Network,
    data: SequenceDataset,
    recipe: Recipe = Recipe(),
    *,
    loss: nn.Module | LossRecipe | None = None,
    out: str | Path,
    resume: bool = False,
    fabric: Any = None,
) -> list[Row]:
    """Train `model`, any `meshgait.nn.Network`, in place; a row of history per `log_every` steps.

    Before the first step it is tried on a clip; `ConfigError` and `ShapeError` say what it lacks.
    `loss(embedding, label)` gives the loss, or its weighted terms by name; its own weights are
    trained too. Where it says `describes = True` it is given everything that
    `model.describe(**inputs, mask=mask)` returns, the embedding first and all of it batch first:
    `loss(embedding, label, *rest)`. A function of (model, number of identities) makes one; without
    any it is the loss of the recipe.

    `out` receives `checkpoint.pt`, `log.csv` and TensorBoard's events. `resume` goes on from the
    checkpoint there, if there is one; settings that would change the outcome, other than the
    number of steps, are then a `ConfigError`. An interrupt (Ctrl-C, SIGTERM) finishes the step,
    saves and raises `KeyboardInterrupt`. A loss or a gradient that is not finite raises
    `TrainingError` and saves the batch beside the checkpoint. `fabric` stands in for
    `make_fabric(recipe.precision)`.
    """
    try_on_data(model, data, recipe)
    fabric = fabric or make_fabric(recipe.precision)
    fabric.launch()
    criterion = make_criterion(loss or recipe.loss, model, data)
    training = _Training(model, criterion, data, recipe, Path(out), fabric)
    training.restore(resume)
    with torch.random.fork_rng([fabric.device] if fabric.device.type == "cuda" else []):
        training.run()
    return training.history


class _Training:
    """One run: what it was given, what it has learnt so far, and the steps in between."""

    def __init__(
        self,
        model: Any,
        criterion: nn.Module,
        data: SequenceDataset,
        recipe: Recipe,
        out: Path,
        fabric: Any,
    ) -> None:
        self.recipe, self.out, self.fabric = recipe, out, fabric
        self.batches = TrainingBatches(
            data, modalities=model.inputs, shape=recipe.batch, frames=recipe.frames,
            augment=recipe.augment, seed=recipe.seed, rank=fabric.global_rank,
            world_size=fabric.world_size,
        )  # fmt: skip
        if recipe.calibrate and not (out / "checkpoint.pt").exists():
            first = self.batches[0]
            calibrate_(model, **first.inputs, mask=first.mask)
        if fabric.world_size > 1 and fabric.device.type == "cuda":
            model = nn.SyncBatchNorm.convert_sync_batchnorm(model)
        self.model, self.criterion = model, criterion
        self.parameters = [*model.parameters(), *criterion.parameters()]
        optimizer = recipe.optimizer(self.parameters)
        self.network, self.optimizer = fabric.setup(self._compiled(), optimizer)
        self.forward = self.network
        if getattr(criterion, "describes", False):
            self.network.mark_forward_method("describe")
            self.forward = self.network.describe
        has_weights = any(weight.requires_grad for weight in criterion.parameters())
        self.loss = fabric.setup_module(criterion) if has_weights else criterion.to(fabric.device)
        self.schedule = recipe.schedule(optimizer)
        self.step = 0
        self.history: list[Row] = []

    def _compiled(self) -> Any:
        """The network, compiled if the recipe says so."""
        if not self.recipe.compile:
            return self.model
        if getattr(self.criterion, "describes", False):
            name = type(self.criterion).__name__
            raise ConfigError(f"{name} looks into the network, and compile takes it as a whole")
        return compile_network(self.model, self.fabric.device)

    def run(self) -> None:
        self.model.train()
        self.criterion.train()
        recipe = self.recipe
        loader = DataLoader(
            self.batches, batch_size=None, sampler=range(self.step, recipe.steps),
            num_workers=recipe.workers, worker_init_fn=leave_interrupts_to_main_process,
        )  # fmt: skip
        silent = not self.fabric.is_global_zero
        log = TrainingLog(self.out, start=self.step, steps=recipe.steps, silent=silent)
        with log, interrupts_noted() as interrupts:
            for batch in loader:
                embedding, label, row = self._learn_from(batch)
                self.step += 1
                is_last = self.step == recipe.steps
                if is_last or self.step % recipe.log_every == 0:
                    row |= asdict(triplet_statistics(embedding, label))
                    numbers = {name: float(value) for name, value in row.items()}
                    self.history.append({"step": self.step, **numbers})
                    log.write(self.history[-1])
                log.advance()
                is_stopping = self._any_process(bool(interrupts))
                if is_last or is_stopping or self.step % recipe.save_every == 0:
                    self.save()
                if is_stopping:
                    raise KeyboardInterrupt
        self.model.eval()

    def _learn_from(self, batch: Batch) -> tuple[Tensor, Tensor, dict[str, Tensor | float]]:
        # Dropout, too, is a function of seed, step and process.
        torch.manual_seed(seed("dropout", self.recipe.seed, self.step, self.fabric.global_rank))
        there = batch.to(self.fabric.device)
        mask = None if bool(batch.mask.all()) else there.mask
        outputs = self.forward(**there.inputs, mask=mask)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        embedding, label, *rest = map(self._from_all, (outputs[0], there.label, *outputs[1:]))
        found = self.loss(embedding, label, *rest)
        terms = found if isinstance(found, Mapping) else {}
        total = torch.stack(list(terms.values())).sum() if terms else found
        self._require_finite(total, "the loss", batch)
        self.optimizer.zero_grad()
        self.fabric.backward(total)
        most = torch.inf if self.recipe.max_norm is None else self.recipe.max_norm
        norm = nn.utils.clip_grad_norm_(self.parameters, most)
        self._require_finite(norm, "the gradient", batch)
        rate = self.optimizer.param_groups[0]["lr"]
        self.optimizer.step()
        self.schedule.step()
        numbers = {"loss": total, **terms, "gradient_norm": norm}
        row = {name: value.detach() for name, value in numbers.items()} | {"lr": rate}
        return embedding.detach(), label, row

    def _from_all(self, tensor: Tensor) -> Tensor:
        """The tensors of all processes in one batch; gradients go back to where they came from."""
        if self.fabric.world_size == 1:
            return tensor
        return self.fabric.all_gather(tensor, sync_grads=tensor.requires_grad).flatten(0, 1)

    def _any_process(self, value: bool) -> bool:
        """Whether it is so in one process at least: all of them must go the same way."""
        if self.fabric.world_size == 1:
            return value
        votes = torch.tensor(float(value), device=self.fabric.device)
        return bool(self.fabric.all_reduce(votes, reduce_op="sum") > 0)

    def _require_finite(self, value: Tensor, name: str, batch: Batch) -> None:
        if bool(value.isfinite()):
            return
        path = self.out / "failed_batch.pt"
        if self.fabric.is_global_zero:
            content = {"inputs": batch.inputs, "mask": batch.mask, "label": batch.label}
            weights = {"criterion": self.criterion.state_dict(), **describe_model(self.model)}
            save_checkpoint(path, {"step": self.step, **content, **weights})
        self.fabric.barrier()
        raise TrainingError(
            f"{name} is {value.item()} at step {self.step}; the batch and the weights are in "
            f"{path}. A lower learning rate, or precision fp32, often helps"
        )

    def save(self) -> None:
        """Write checkpoint and log, in the first process only."""
        if self.fabric.is_global_zero:
            state = {
                "step": self.step,
                "history": self.history,
                "criterion": self.criterion.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "schedule": self.schedule.state_dict(),
            }
            about = {"subjects": self.batches.subjects, "settings": self._settings()}
            about["metric"] = self.recipe.metric
            content = {**describe_model(self.model), **about, "training": state}
            save_checkpoint(self.out / "checkpoint.pt", content)
            write_table(self.out / "log.csv", self.history)
        self.fabric.barrier()

    def restore(self, resume: bool) -> None:
        """Take up the state in `out`; `resume` says whether one is welcome."""
        path = self.out / "checkpoint.pt"
        if not path.exists():
            return
        if not resume:
            raise ConfigError(f"{path} is there already: resume it, or train into another folder")
        content = load_checkpoint(path)
        try:
            self._require_same_settings(path, content["settings"])
            self._take_up(content["weights"], content["training"])
        except ConfigError:
            raise
        except (KeyError, TypeError, ValueError, RuntimeError, AttributeError) as error:
            raise DataError(f"{path} holds no training to go on with: {error!r}") from error
        if self.step > self.recipe.steps:
            raise ConfigError(
                f"{path} is at step {self.step} already, beyond the {self.recipe.steps} asked for"
            )

    def _take_up(self, weights: dict[str, Any], state: dict[str, Any]) -> None:
        self.model.load_state_dict(weights)
        self.criterion.load_state_dict(state["criterion"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        self.step, self.history = state["step"], state["history"]

    def _require_same_settings(self, path: Path, before: dict[str, str]) -> None:
        now = self._settings()
        changed = [
            f"{name} was {before.get(name)}, is {now.get(name)}"
            for name in {**before, **now}
            if before.get(name) != now.get(name)
        ]
        if changed:
            raise ConfigError(
                f"{path} was trained otherwise: {'; '.join(changed)}. Resume it as it was, or "
                "train into another folder"
            )

    def _settings(self) -> dict[str, str]:
        """What a resumed run must share with the one before it, by the name it has in errors."""
        data, subjects = self.batches.data, self.batches.subjects
        names = "\n".join([getattr(data, "fingerprint", ""), *(r.name for r in data.records)])
        digest = hashlib.sha256(names.encode(errors="surrogateescape")).hexdigest()[:16]
        given = {
            "model": type(self.model).__name__,
            **{f"model.{name}": value for name, value in settings_of(self.model).items()},
            **{f"recipe.{name}": value for name, value in vars(self.recipe).items()},
            **plain_attributes("criterion", self.criterion),
            "data": f"{len(data)} clips of {len(subjects)} people, {digest}",
        }
        for name in _FREE:
            if name == "steps" and self.recipe.one_cycle:
                continue  # the rate of every step depends on their number
            del given[f"recipe.{name}"]
        return {name: repr(value) for name, value in given.items()}
