"""The smallest experiments that have all parts; as a process of its own one can be killed.

python -m tests.experiment.tiny_experiments OUT SAVES kills itself after the SAVES-th file written.
"""

import os
import signal
import sys
from pathlib import Path

from meshgait.data import SubjectsAndClips, UnorderedFrames, probe_list
from meshgait.experiment import Domain, Training, frames, run_experiment
from meshgait.files import storage
from meshgait.models import SLN
from meshgait.training.recipe import Recipe
from tests.random_walks import RandomWalks

RECIPE = Recipe(
    steps=4,
    batch=SubjectsAndClips(3, 2),
    frames=UnorderedFrames(2),
    milestones=(),
    save_every=2,
)


def config(size=(16, 11)):
    return SLN.Config(size=size, stages=((64,), (128,)), bins=(1, 2), width=1 / 16)


def domain(name="walks", size=(16, 11), seed=0):
    train, test = RandomWalks(size=size, seed=seed), RandomWalks(3, 3, size, seed + 1, "t{}")
    probes = [record.name for record in test.records if record.view == "0"]
    return Domain(name, train, test, probe_list(name, probes))


def training(data=None):
    return Training(SLN, config(), RECIPE, (data or domain()).train)


def experiment():
    here = domain()
    return frames(training(here), here, [1, 2])


def main(out, saves):
    whole, left = storage.os.fsync, int(saves)

    def fsync(handle):
        nonlocal left
        whole(handle)
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    storage.os.fsync = fsync
    run_experiment(experiment(), Path(out), progress=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
