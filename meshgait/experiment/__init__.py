"""What training and testing depend on: frames, people, length, data set, resolution."""

from meshgait.experiment.cells import Cell, Domain, SomePeople, Training
from meshgait.experiment.designs import (
    Experiment,
    cross_domain,
    frames,
    identities,
    resolution,
    test_length,
)
from meshgait.experiment.run import run_experiment

__all__ = [
    "Cell",
    "Domain",
    "Experiment",
    "SomePeople",
    "Training",
    "cross_domain",
    "frames",
    "identities",
    "resolution",
    "run_experiment",
    "test_length",
]
