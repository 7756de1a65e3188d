"""Networks of points, graphs, windows and several streams: numbers and names of the originals."""

import pytest
import torch
from torch.testing import assert_close

from meshgait.losses import BNNeckCrossEntropy
from meshgait.models import (
    MSGG,
    GaitTR,
    LidarGait,
    LidarGaitPP,
    lidargaitpp,
)
from meshgait.weights import load_official
from tests.golden import formula
from tests.models.originals import count_parameters
from tests.tolerance import rounding_of_network

SMALL = {"width": 1 / 16}
NETWORKS = (GaitTR, LidarGait, LidarGaitPP, MSGG)


def clips_of(golden):
    """The inputs in a golden file, by our names; the masks of their lengths."""
    names = {"depth": "depth_image"}
    return {
        names.get(key, key): torch.from_numpy(array)
        for key, array in golden.items()
        if not key.startswith("out_")
    }


def mask_of(lengths, time):
    return torch.arange(time) < torch.tensor(lengths)[:, None]


ORIGINALS = {
    "gaittr": {},
    "lidargait": {},
    "lidargaitpp": {},
    "lidargaitpp_udp": {"pooling": "udp", "neighbours": "ball"},
    "lidargaitpp_uap": {"pooling": "uap", "as_published": True},
    "msgg": {},
}


@pytest.mark.parametrize("name", ORIGINALS)
@pytest.mark.parametrize(
    "dtype", [pytest.param(torch.float32, marks=pytest.mark.slow), torch.float64]
)
def test_a_published_file_becomes_the_network_that_wrote_it(name, dtype):
    golden, meta = formula.load(name)
    model, head = load_official(formula.weights(meta), config=ORIGINALS[name])
    assert model.embedding_shape == golden["out_embedding64"].mT.shape[1:]
    clips = clips_of(golden)
    if name == "lidargaitpp_udp":
        clips["points"] = clips["points"][..., :3]
    mask = mask_of(meta["lengths"], max(meta["lengths"]))
    expected = torch.from_numpy(golden["out_embedding64"]).mT
    modules = [model] if head is None else [model, head]
    assert count_parameters(*modules) == meta["trainable_parameters"]
    with torch.inference_mode():
        found = model.to(dtype)(**clips, mask=mask)
        bound = rounding_of_network(model, expected, dtype)
        assert_close(found.double(), expected, **bound)
        if head is not None:
            logits = torch.from_numpy(golden["out_logits"]).mT
            bound = rounding_of_network(model, logits, torch.float32)
            assert_close(head.logits(found.float()), logits, **bound)


@pytest.mark.parametrize(
    ("config", "ids", "parameters"),
    [
        (GaitTR.Config(), 0, 512_010),
        (LidarGait.Config(), 250, 8_027_456),
        (LidarGaitPP.Config(), 250, 4_320_000),
        (lidargaitpp.FREEGAIT, 500, 7_023_872),
    ],
)
def test_parameters_are_as_many_as_published(config, ids, parameters):
    model_class = next(each for each in NETWORKS if type(config) is each.Config)
    with torch.device("meta"):
        model = model_class(config)
        necks = [BNNeckCrossEntropy(*model.embedding_shape, num_ids=ids)] if ids else []
    assert count_parameters(model, *necks) == parameters
