"""The smallest training that has all parts; as a process of its own it can be killed.

python -m tests.small_training OUT WORKERS END, where END is a key of ENDS.
"""

import itertools
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import torch

from meshgait.data import SubjectsAndClips, UnorderedFrames
from meshgait.data.processes import ReadAhead
from meshgait.losses import IdentityLoss
from meshgait.models import SMPLGait
from meshgait.training.fit import fit
from meshgait.training.recipe import Recipe
from tests.random_walks import RandomWalks

DATA = RandomWalks()
RECIPE = Recipe(
    steps=20,
    batch=SubjectsAndClips(4, 2),
    frames=UnorderedFrames(2),
    milestones=(12,),
    log_every=2,
    save_every=5,
)


def tiny(model_class=SMPLGait, people=5):
    """A network for `RandomWalks` and its loss, the same every time; SMPLGait has dropout."""
    torch.manual_seed(0)
    stages = ((64,), (128,))
    config = model_class.Config(size=DATA.size, stages=stages, bins=(1, 2), width=1 / 16)
    model = model_class(config)
    return model, IdentityLoss(*model.embedding_shape, people)


def in_step(number, module, action):
    """Call `action` in the middle of training step `number`, before the loss is known."""
    calls = iter(range(1, sys.maxsize))
    module.register_forward_hook(lambda *_: action() if next(calls) == number else None)


def _die():
    os.kill(os.getpid(), signal.SIGKILL)


class _InterruptedWalks(RandomWalks):
    """Data that take long: Ctrl-C is pressed while the training waits for its eleventh batch."""

    calls = 0

    def __init__(self, waiting):
        super().__init__()
        self.waiting = waiting

    def __getitem__(self, index):
        self.calls += 1
        if self.calls == 88:  # the last clip of the eleventh batch
            self.waiting.wait()
            os.killpg(0, signal.SIGINT)  # as a terminal does
        return super().__getitem__(index)


def _interrupt_while_waiting():
    # A worker that is spawned, not forked, does not inherit how the signal is treated.
    torch.multiprocessing.set_start_method("spawn")
    waiting = torch.multiprocessing.Event()
    read = ReadAhead.__iter__

    def announced(reader):
        batches = read(reader)
        yield from itertools.islice(batches, 10)
        waiting.set()
        yield from batches

    ReadAhead.__iter__ = announced
    return _InterruptedWalks(waiting)


def _die_while_saving(number):
    whole_save, calls = torch.save, iter(range(1, sys.maxsize))

    def save(content, file):
        whole_save(content, file)
        if next(calls) == number:
            file.truncate(file.tell() // 2)
            _die()

    torch.save = save


ENDS = {
    "killed in step 13": lambda criterion: in_step(13, criterion, _die),
    "killed while saving step 10": lambda criterion: _die_while_saving(2),
    "interrupted in step 11": lambda criterion: _interrupt_while_waiting(),
}


def main(out, workers, end):
    model, criterion = tiny()
    data = ENDS[end](criterion) or DATA
    fit(model, data, replace(RECIPE, workers=int(workers)), loss=criterion, out=Path(out))


if __name__ == "__main__":
    main(*sys.argv[1:])
