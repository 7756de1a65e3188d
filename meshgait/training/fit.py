"""Training by iterations on Lightning Fabric: one CPU, one GPU, or many through torchrun.

What step `i` does depends on the seed, on `i` and on the state saved before it: a run that is
killed and resumed ends where an undisturbed one does.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from meshgait.data import Batch, SequenceDataset, TrainingBatches
from meshgait.data.processes import ReadAhead
from meshgait.errors import ConfigError, DataError, TrainingError
from meshgait.files.lock import locked
from meshgait.files.storage import clear_parts
from meshgait.losses import triplet_statistics
from meshgait.nn import Network, calibrate_
from meshgait.numerics import seed
from meshgait.training import devices
from meshgait.training.compilation import compile_network
from meshgait.training.contract import make_criterion, try_on_data
from meshgait.training.criterion import LossRecipe
from meshgait.training.interrupts import interrupts_noted, rescued
from meshgait.training.log import Report, Row, TrainingLog, write_table
from meshgait.training.recipe import Recipe
from meshgait.training.settings import copy_buffers, describe_settings, require_same
from meshgait.training.validation import MEAN_AP, hold_out, is_best, validate
from meshgait.weights.checkpoint import describe_model, load_checkpoint, save_checkpoint


def fit(
    model: Network,
    data: SequenceDataset,
    recipe: Recipe = Recipe(),
    *,
    loss: nn.Module | LossRecipe | None = None,
    out: str | Path,
    resume: bool = False,
    fabric: Any = None,
    report: Report | None = None,
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
    number of steps, are then a `ConfigError`, as is a folder that another training writes into.
    An interrupt (Ctrl-C, SIGTERM) finishes the step, saves and raises `KeyboardInterrupt`. A loss
    or a gradient that is not finite raises `TrainingError` and saves the batch beside the
    checkpoint. With `recipe.validate_every` some of the people are held out, and `best.pt` is the
    network that found them best. `fabric` stands in for `make_fabric()`; `report`
    is told a line for each row of the history, otherwise stderr where it is no terminal.
    """
    try_on_data(model, data, recipe)
    fabric = fabric or devices.make_fabric()
    recipe = devices.launch(fabric, recipe)
    data, held_out = hold_out(data, recipe) if recipe.validate_every else (data, None)
    criterion = make_criterion(loss or recipe.loss, model, data)
    with locked(out) if fabric.is_global_zero else nullcontext():
        training = _Training(model, criterion, data, recipe, Path(out), fabric)
        training.restore(resume)
        with torch.random.fork_rng([fabric.device] if fabric.device.type == "cuda" else []):
            return training.run(held_out, report)


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
            data, modalities=model.train().inputs, shape=recipe.batch, frames=recipe.frames,
            augment=recipe.augment, seed=recipe.seed, rank=fabric.global_rank,
            world_size=fabric.world_size,
        )  # fmt: skip
        if recipe.calibrate and not (out / "checkpoint.pt").exists():
            first = self.batches[0]
            calibrate_(model, **first.inputs, mask=first.mask)
        self.model, self.criterion = devices.with_shared_statistics(fabric, model), criterion
        self.parameters = [*self.model.parameters(), *criterion.parameters()]
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
        self.held_out: SequenceDataset | None = None
        # Who holds it may change the weights, or save them.
        self.settled = threading.Lock()
        self.buffers = self._buffers()

    def _compiled(self) -> Any:
        """The network, compiled if the recipe says so."""
        if not self.recipe.compile:
            return self.model
        if getattr(self.criterion, "describes", False):
            name = type(self.criterion).__name__
            raise ConfigError(f"{name} looks into the network, and compile takes it as a whole")
        return compile_network(self.model, self.fabric.device)

    def run(self, held_out: SequenceDataset | None, report: Report | None) -> list[Row]:
        self.held_out = held_out
        self.model.train()
        self.criterion.train()
        recipe = self.recipe
        silent = not self.fabric.is_global_zero
        log = TrainingLog(self.out, start=self.step, steps=recipe.steps, silent=silent, tell=report)
        needed = devices.others_needed(self.fabric, self.rescue)
        with log, needed, rescued(self.rescue), interrupts_noted(self.rescue) as interrupts:
            self._validate(log)  # what the run before was interrupted in
            for batch in ReadAhead(self.batches, recipe.workers, range(self.step, recipe.steps)):
                row = self._learn_from(batch)
                if row is not None:
                    log.write(row)
                self._validate(log)
                log.advance()
                is_stopping = devices.any_process(self.fabric, bool(interrupts))
                if self._is_due(recipe.save_every) or is_stopping:
                    with self.settled:
                        self.save()
                if is_stopping:
                    raise KeyboardInterrupt(f"step {self.step} is saved in {self.out}")
        self.model.eval()
        return self.history

    def _is_due(self, every: int) -> bool:
        return self.step == self.recipe.steps or self.step % every == 0

    def _learn_from(self, batch: Batch) -> Row | None:
        """One step; its row of the history, where it has one."""
        self.buffers = self._buffers()
        embedding, label, numbers = self._gradient_of(batch)
        with self.settled:
            self.optimizer.step()
            self.schedule.step()
            self.step += 1
            self.buffers = {}
            if not self._is_due(self.recipe.log_every):
                return None
            numbers |= asdict(triplet_statistics(embedding, label))
            row = {"step": self.step} | {name: float(value) for name, value in numbers.items()}
            self.history.append(row)
        return row

    def _validate(self, log: TrainingLog) -> None:
        """Test the network on those held out, if that is due; the best one is kept."""
        last = self.history[-1] if self.history else {}
        is_done = last.get("step") == self.step and MEAN_AP in last
        if self.held_out is None or not self.step or is_done:
            return
        if not self._is_due(self.recipe.validate_every):
            return
        found: Row = {}
        if self.fabric.is_global_zero:
            found = validate(self.model, self.held_out, self.recipe.metric)
            if is_best(self.history, found):
                save_checkpoint(self.out / "best.pt", {**self._about(), "validation": found})
        found = self.fabric.broadcast(found)
        with self.settled:
            if last.get("step") != self.step:
                self.history.append({"step": self.step})
            self.history[-1].update(found)
        log.write({"step": self.step, **found})

    def _gradient_of(self, batch: Batch) -> tuple[Tensor, Tensor, dict[str, Tensor | float]]:
        """Leave the gradient in the weights; embedding, label and what the step is known by."""
        # Dropout, too, is a function of seed, step and process.
        torch.manual_seed(seed("dropout", self.recipe.seed, self.step, self.fabric.global_rank))
        there = batch.to(self.fabric.device)
        mask = None if bool(batch.mask.all()) else there.mask
        with devices.computing(self.recipe.precision, self.fabric.device):
            outputs = self.forward(**there.inputs, mask=mask)
            outputs = outputs if isinstance(outputs, tuple) else (outputs,)
            embedding, label, *rest = devices.gathered(
                self.fabric, (outputs[0], there.label, *outputs[1:])
            )
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
        numbers = {"loss": total, **terms, "gradient_norm": norm}
        row = {name: value.detach() for name, value in numbers.items()} | {"lr": rate}
        return embedding.detach(), label, row

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
            f"{path}. A lower learning rate, or precision fp32, often helps",
            code="not-finite",
        )

    def save(self) -> None:
        """Write checkpoint and log, in the first process only."""
        if self.fabric.is_global_zero:
            self._write(self._about(), self.criterion.state_dict())
        self.fabric.barrier()

    def rescue(self) -> None:
        """Save what was done before the step that is under way; the process ends afterwards.

        Up to the optimiser's turn a step changes nothing but buffers.
        """
        if self.fabric.is_global_zero and self.step and self.settled.acquire(timeout=1):
            about, criterion = self._about(), self.criterion.state_dict()
            about["weights"] = about["weights"] | self.buffers.get("model", {})
            self._write(about, criterion | self.buffers.get("criterion", {}))

    def _buffers(self) -> dict[str, dict[str, Tensor]]:
        return {"model": copy_buffers(self.model), "criterion": copy_buffers(self.criterion)}

    def _settings(self) -> dict[str, str]:
        return describe_settings(self.model, self.criterion, self.batches, self.recipe)

    def _about(self) -> dict[str, Any]:
        """The network, and what it was trained on and how."""
        about = {"subjects": self.batches.subjects, "settings": self._settings()}
        return {**describe_model(self.model), **about, "metric": self.recipe.metric}

    def _write(self, about: dict[str, Any], criterion: dict[str, Tensor]) -> None:
        state = {
            "step": self.step,
            "history": self.history,
            "criterion": criterion,
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
        }
        write_table(self.out / "log.csv", self.history)  # first: it is written with each checkpoint
        save_checkpoint(self.out / "checkpoint.pt", {**about, "training": state})

    def restore(self, resume: bool) -> None:
        """Take up the state in `out`; `resume` says whether one is welcome."""
        path = self.out / "checkpoint.pt"
        if self.fabric.is_global_zero:
            for file in (path, self.out / "best.pt", self.out / "log.csv"):
                clear_parts(file)
        if not path.exists():
            return
        if not resume:
            raise ConfigError(f"{path} is there already: resume it, or train into another folder")
        content = load_checkpoint(path)
        try:
            require_same(path, content["settings"], self._settings())
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
