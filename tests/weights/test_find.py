"""Weights are found whatever they are wrapped in and whatever lies beside them."""

import argparse

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from meshgait.errors import DataError, UnsafeFileError
from meshgait.models import SLN
from meshgait.weights import load_official
from meshgait.weights.find import find_weights

STATE = SLN().state_dict()
NAMES = {f"Backbone.forward_block.feature.{i}.conv.weight": f"backbone.{i}.weight"
         for i in (0, 2, 5, 7, 10, 12)} | {"FCs.fc_bin": "head.weight"}  # fmt: skip
WEIGHTS = {original: STATE[ours] for original, ours in NAMES.items()}


def _prefixed(prefix):
    return {prefix + name: value for name, value in WEIGHTS.items()}


WRAPPERS = {
    "nothing": WEIGHTS,
    "_orig_mod.": _prefixed("_orig_mod."),
    "model.": _prefixed("model."),
    "module.module.": _prefixed("module.module."),
    "module._orig_mod.": _prefixed("module._orig_mod."),
    "inside": {name.replace("feature", "feature._orig_mod"): v for name, v in WEIGHTS.items()},
    "state_dict": {"state_dict": _prefixed("net.")},
    "model_state_dict": {"epoch": 3, "model_state_dict": WEIGHTS},
    "a tuple": (_prefixed("module."), {"lr": 0.1}, 3),
    "a list of lists": [[{"epoch": 1}], [WEIGHTS]],
    "net": {"net": {"weights": {"module": WEIGHTS}}},
    "loss_aggregator": WEIGHTS | {"loss_aggregator.losses.center.centers": torch.zeros(3, 2)},
    "training": {
        "model": _prefixed("module."),
        "optimizer": {"state": {0: {"exp_avg": torch.zeros(2)}}, "param_groups": [{"lr": 1}]},
        "scheduler": {"anneal_func": torch.optim.lr_scheduler.OneCycleLR._annealing_cos},
        "opt": argparse.Namespace(lr=0.1),
        "best_acc": np.float64(91.5),
        "iteration": 180_000,
    },
    "criterion beside": _prefixed("model.") | {"metric.total": torch.zeros(1)},
}


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_weights_in_any_wrapper_are_the_same_network(tmp_path, wrapper):
    torch.save(WRAPPERS[wrapper], tmp_path / "x.pt")
    model, _ = load_official(tmp_path / "x.pt", "SLN")
    assert_close(model.state_dict(), STATE)


def test_a_network_that_was_saved_whole_is_read_without_its_class(tmp_path):
    network = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
    torch.save({"network": network}, tmp_path / "x.pt")
    from meshgait.files import read_torch

    found = find_weights(read_torch(tmp_path / "x.pt", inert=True), "x.pt").tensors
    assert found.keys() == {f"network.{name}" for name in network.state_dict()}


class Opaque:
    """Holds no weights by name."""


def test_an_object_in_the_place_of_the_weights_is_named(tmp_path):
    torch.save({"model": Opaque(), "step": 3}, tmp_path / "x.pt")
    with pytest.raises(UnsafeFileError, match=r"tests\.weights\.test_find\.Opaque in the place 'm"):
        load_official(tmp_path / "x.pt")


@pytest.mark.parametrize(
    ("value", "reason"),
    [(torch.zeros(1).expand(31, 256, 256).expand(10**6, 31, 256, 256), "repeats 1 numbers"),
     (torch.zeros(31, 256, 256).to_sparse(), "FCs.fc_bin in the checkpoint is sparse_coo")],
)  # fmt: skip
def test_weights_without_numbers_of_their_own_are_refused(value, reason):
    with pytest.raises(DataError, match=reason):
        load_official(WEIGHTS | {"FCs.fc_bin": value}, "SLN")
