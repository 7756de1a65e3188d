"""Training by iterations on Lightning Fabric: one CPU, one GPU, or many through torchrun.

What step `i` does depends on the seed, on `i` and on the state saved before it: a run that is
killed and resumed ends where an undisturbed one does.
"""

from __future__ import annotations

import csv
import hashlib
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader
from tqdm import tqdm

from meshgait._optional import require
from meshgait.checkpoint import describe_model, load_checkpoint, save_checkpoint
from meshgait.data import Batch, SequenceDataset, TrainingBatches
from meshgait.errors import ConfigError, DependencyError, TrainingError
from meshgait.losses import triplet_statistics
from meshgait.recipe import Recipe
from meshgait.storage import written_whole

Row = dict[str, float]


def make_fabric(precision: Literal["fp32", "bf16"] = "fp32") -> Any:
    """Fabric on the best device here; under torchrun, on all that it was started for."""
    fabric = require("lightning_fabric", extra="train").Fabric
    lightning_precision = {"fp32": "32-true", "bf16": "bf16-mixed"}[precision]
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        return fabric(devices=1, precision=lightning_precision)
    local, world = (int(os.environ[name]) for name in ("LOCAL_WORLD_SIZE", "WORLD_SIZE"))
    return fabric(
        devices=local, num_nodes=world // local, strategy="ddp", precision=lightning_precision
    )


def fit(
    model: Any,
    criterion: nn.Module,
    data: SequenceDataset,
    recipe: Recipe = Recipe(),
    *,
    out: str | Path,
    resume: bool = False,
    fabric: Any = None,
) -> list[Row]:
    """Train `model` (see `meshgait.models`) in place; a row of its history per `log_every` steps.

    `criterion(embedding, label)` gives the weighted terms of the loss by name; its own weights
    are trained too. `out` receives `checkpoint.pt`, `log.csv` and TensorBoard's events. `resume`
    goes on from the checkpoint there, if there is one; settings that would change the outcome,
    other than the number of steps, are then a `ConfigError`. An interrupt (Ctrl-C, SIGTERM)
    finishes the step, saves and raises `KeyboardInterrupt`. A loss or a gradient that is not
    finite raises `TrainingError` and saves the batch beside the checkpoint.
    """
    fabric = fabric or make_fabric(recipe.precision)
    fabric.launch()
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
            seed=recipe.seed, rank=fabric.global_rank, world_size=fabric.world_size,
        )  # fmt: skip
        if fabric.world_size > 1 and fabric.device.type == "cuda":
            model = nn.SyncBatchNorm.convert_sync_batchnorm(model)
        self.model, self.criterion = model, criterion
        self.parameters = [*model.parameters(), *criterion.parameters()]
        optimizer = recipe.optimizer(self.parameters)
        self.network, self.optimizer = fabric.setup(model, optimizer)
        has_weights = any(weight.requires_grad for weight in criterion.parameters())
        self.loss = fabric.setup_module(criterion) if has_weights else criterion.to(fabric.device)
        self.schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, list(recipe.milestones))
        self.step = 0
        self.history: list[Row] = []

    def run(self) -> None:
        self.model.train()
        self.criterion.train()
        recipe = self.recipe
        loader = DataLoader(
            self.batches, batch_size=None, sampler=range(self.step, recipe.steps),
            num_workers=recipe.workers,
        )  # fmt: skip
        with _Log(self.out, self.step, recipe.steps, self.fabric) as log, _interrupts() as stop:
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
                stopping = stop.is_set() and self.fabric.world_size == 1
                if is_last or stopping or self.step % recipe.save_every == 0:
                    self.save()
                if stopping and not is_last:
                    raise KeyboardInterrupt
        self.model.eval()

    def _learn_from(self, batch: Batch) -> tuple[Tensor, Tensor, dict[str, Tensor | float]]:
        # Dropout, too, is a function of seed, step and process.
        torch.manual_seed((self.recipe.seed * 2**20 + self.step) * 2**10 + self.fabric.global_rank)
        device = self.fabric.device
        mask = None if bool(batch.mask.all()) else batch.mask.to(device)
        inputs = {name: array.to(device) for name, array in batch.inputs.items()}
        embedding = self._from_all(self.network(**inputs, mask=mask))
        label = self._from_all(torch.as_tensor(batch.label).to(device))
        terms = self.loss(embedding, label)
        total = torch.stack(list(terms.values())).sum()
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

    def _require_finite(self, value: Tensor, name: str, batch: Batch) -> None:
        if bool(value.isfinite()):
            return
        path = self.out / "failed_batch.pt"
        if self.fabric.is_global_zero:
            content = {"inputs": batch.inputs, "mask": batch.mask, "label": batch.label}
            save_checkpoint(path, {"step": self.step, **content, **describe_model(self.model)})
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
            content = {**describe_model(self.model), **self._identity(), "training": state}
            save_checkpoint(self.out / "checkpoint.pt", content)
            _write_table(self.out / "log.csv", self.history)
        self.fabric.barrier()

    def restore(self, resume: bool) -> None:
        """Take up the state in `out`; `resume` says whether one is welcome."""
        path = self.out / "checkpoint.pt"
        if not path.exists():
            return
        if not resume:
            raise ConfigError(f"{path} is there already: resume it, or train into another folder")
        content = load_checkpoint(path)
        identity = {**describe_model(self.model), **self._identity()}
        changed = [
            key for key in identity if key != "weights" and identity[key] != content.get(key)
        ]
        if "recipe" in changed:
            old, new = content["recipe"], identity["recipe"]
            changed += [f"{k} was {old.get(k)}, is {new[k]}" for k in new if new[k] != old.get(k)]
        if changed:
            raise ConfigError(f"{path} was trained otherwise ({'; '.join(changed)})")
        state = content["training"]
        self.model.load_state_dict(content["weights"])
        self.criterion.load_state_dict(state["criterion"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        self.step, self.history = state["step"], state["history"]

    def _identity(self) -> dict[str, Any]:
        """What a resumed run must share with the one before it."""
        recipe = {name: repr(value) for name, value in vars(self.recipe).items()}
        for free in ("steps", "workers", "log_every", "save_every"):
            del recipe[free]
        names = "\n".join(record.name for record in self.batches.data.records)
        data = hashlib.sha256(names.encode()).hexdigest()
        return {"recipe": recipe, "data": data, "subjects": self.batches.subjects}


class _Log:
    """Progress bar and TensorBoard's events of the first process; nothing in the others."""

    def __init__(self, out: Path, start: int, steps: int, fabric: Any) -> None:
        is_first = fabric.is_global_zero
        self._bar = tqdm(
            total=steps, initial=start, unit="step", disable=None if is_first else True
        )
        self._events = None
        if is_first:
            try:
                tensorboard = require("torch.utils.tensorboard", extra="train")
                self._events = tensorboard.SummaryWriter(str(out / "events"), purge_step=start)
            except DependencyError:
                pass  # log.csv holds the same numbers

    def __enter__(self) -> _Log:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()
        if self._events is not None:
            self._events.close()

    def advance(self) -> None:
        self._bar.update()

    def write(self, row: Row) -> None:
        shown = {
            name: f"{row[name]:.3g}" for name in ("loss", "active_fraction", "lr") if name in row
        }
        self._bar.set_postfix(shown, refresh=False)
        if self._events is not None:
            for name, value in row.items():
                self._events.add_scalar(name, value, int(row["step"]))


def _write_table(path: Path, rows: list[Row]) -> None:
    with written_whole(path) as part, part.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, fieldnames=list(rows[-1]) if rows else ["step"])
        table.writeheader()
        table.writerows(rows)


@contextmanager
def _interrupts() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C or SIGTERM sets; the second one interrupts at once."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return

    def ask(number: int, frame: object) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
