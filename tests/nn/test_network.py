import re

import pytest
import torch
from torch import nn

from meshgait import models
from meshgait.errors import ConfigError, ShapeError
from meshgait.nn import Network, require_network, try_network


class Own(nn.Module):
    """A network of somebody else: the mean silhouette through one matrix."""

    inputs = ("silhouette",)
    embedding_shape = (2, 3)

    def __init__(self):
        super().__init__()
        self.map = nn.Linear(4 * 5, 6)

    def forward(self, silhouette, mask=None):
        if mask is None:
            mask = torch.ones(silhouette.shape[:2], dtype=torch.bool)
        kept = (silhouette / 255 * mask[..., None, None]).sum(1) / mask.sum(1)[:, None, None]
        return self.map(kept.flatten(1)).unflatten(1, (2, 3))


def changed(**members):
    return type("Own", (Own,), members)()


def clip():
    return {"silhouette": torch.randint(0, 256, (1, 5, 4, 5), dtype=torch.uint8)}


def test_ours_and_others_satisfy_the_contract():
    assert isinstance(Own(), Network)
    assert isinstance(models.SLN(width=1 / 16), Network)
    for model in (Own(), changed(inputs=["silhouette"], embedding_shape=torch.Size((2, 3)))):
        require_network(model)
        try_network(model, clip())


@pytest.mark.parametrize(
    ("model", "text"),
    [
        (Own, "Own is a class; build the network: Own()"),
        (3, "a network is a torch.nn.Module, got int"),
        (changed(inputs=None), "Own has no inputs; name the modalities it reads"),
        (changed(inputs="silhouette"), "inputs of Own must be the names of modalities"),
        (changed(inputs=()), "inputs of Own must be the names of modalities"),
        (changed(inputs=("silhouette", 3)), "inputs of Own must be the names of modalities"),
        (
            changed(inputs=("silhouette", "smpl")),
            "forward of Own takes no smpl; it is called as forward(silhouette=..., smpl=..., mask=",
        ),
        (changed(forward=lambda self, silhouette: silhouette), "forward of Own takes no mask"),
        (changed(forward=lambda self, x, /, mask: x), "forward of Own takes no silhouette"),
        (
            changed(forward=lambda self, silhouette, mask, view: silhouette),
            "forward of Own needs view, which is none of its inputs",
        ),
        (changed(embedding_shape=None), "Own has no embedding_shape"),
        (changed(embedding_shape=6), "embedding_shape of Own must be (parts, channels), got 6"),
        (changed(embedding_shape=(2, 0)), "embedding_shape of Own must be (parts, channels)"),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(model, text):
    with pytest.raises(ConfigError, match=re.escape(text)):
        require_network(model)


def test_any_keywords_will_do():
    require_network(changed(forward=lambda self, **given: given["silhouette"]))


@pytest.mark.parametrize(
    ("forward", "error", "text"),
    [
        (lambda self, silhouette, mask: (silhouette,), ConfigError, "alone, got tuple"),
        (
            lambda self, silhouette, mask: silhouette.float().mean((1, 2, 3)),
            ShapeError,
            "should return (2, 2, 3) floats by its embedding_shape, and returns (2,) float32",
        ),
        (lambda self, silhouette, mask: torch.zeros(2, 2, 3), ShapeError, "(1, 2, 3)"),
        (
            lambda self, silhouette, mask: torch.zeros(len(silhouette), 2, 3, dtype=torch.int),
            ShapeError,
            "int32",
        ),
        (
            lambda self, silhouette, mask: self.map(silhouette.flatten(2)),
            ConfigError,
            "Own fails on silhouette (2, 5, 4, 5) uint8: RuntimeError: ",
        ),
    ],
)
def test_what_forward_gives_is_looked_at(forward, error, text):
    with pytest.raises(error, match=re.escape(text)):
        try_network(changed(forward=forward), clip())


def test_a_mask_that_is_not_minded_is_a_warning():
    whole = changed(forward=lambda self, silhouette, mask: Own.forward(self, silhouette))
    with pytest.warns(UserWarning, match="Own does not mind its mask"):
        try_network(whole, clip())


def test_a_trial_leaves_no_trace():
    def forward(self, silhouette, mask):
        return Own.forward(self, silhouette, mask) + 0 * torch.rand(())

    model, before = changed(forward=forward).train(), clip()
    copy, state = before["silhouette"].clone(), torch.random.get_rng_state()
    try_network(model, before)
    assert torch.equal(torch.random.get_rng_state(), state)
    assert model.training
    assert torch.equal(before["silhouette"], copy)
    assert all(weight.grad is None for weight in model.parameters())
