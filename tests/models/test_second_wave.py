"""Networks of points, graphs, windows and several streams: numbers and names of the originals."""

import pytest
import torch
from torch.testing import assert_close

from meshgait.losses import BNNeckCrossEntropy
from meshgait.models import (
    GaitTR,
    HybridGait,
    LidarGait,
    LidarGaitPP,
    MultiGaitPP,
    SwinGait,
    lidargaitpp,
    multigaitpp,
    swingait,
)
from meshgait.weights import load_official
from tests.golden import formula
from tests.models.originals import count_parameters
from tests.tolerance import rounding_of_network

NETWORKS = (GaitTR, HybridGait, LidarGait, LidarGaitPP, MultiGaitPP, SwinGait)


def clips_of(golden):
    """The inputs in a golden file, by our names."""
    names = {"depth": "depth_image"}
    arrays = {
        names.get(key, key): torch.from_numpy(array)
        for key, array in golden.items()
        if not key.startswith("out_")
    }
    if "stack" in arrays:
        silhouette, parsing, *flow = arrays.pop("stack").unbind(2)
        arrays |= {"silhouette": silhouette, "parsing": parsing}
        arrays |= {"flow": torch.stack(flow, 2)} if flow else {}
    return arrays


def mask_of(lengths, time):
    return torch.arange(time) < torch.tensor(lengths)[:, None]


ORIGINALS = {
    "gaittr": {},
    "hybridgait": {},
    "lidargait": {},
    "lidargaitpp": {},
    "lidargaitpp_udp": {"pooling": "udp", "neighbours": "ball"},
    "lidargaitpp_uap": {"pooling": "uap", "as_published": True},
    "msgg": {},
    "multigaitpp": {},
    "multigaitpp_sustech1k": {},
    "swingait": {"as_published": True},
}


UNUSED = {"hybridgait": 1_908_096, "swingait": 256 * 10 + 2 * 256}
"""Numbers in published files that nothing uses: templates of layers, the classifier of a part."""


@pytest.mark.parametrize("name", ORIGINALS)
@pytest.mark.parametrize(
    "dtype", [pytest.param(torch.float32, marks=pytest.mark.slow), torch.float64]
)
def test_a_published_file_becomes_the_network_that_wrote_it(name, dtype):
    golden, meta = formula.load(name)
    model, head = load_official(formula.weights(meta), config=ORIGINALS[name])
    assert model.embedding_shape == golden["out_embedding64"].shape[:0:-1]
    clips = clips_of(golden)
    if name == "lidargaitpp_udp":
        clips["points"] = clips["points"][..., :3]
    mask = mask_of(meta["lengths"], max(meta["lengths"]))
    expected = torch.from_numpy(golden["out_embedding64"]).mT
    modules = [model] if head is None else [model, head]
    unused = UNUSED.get(name, 0)
    assert count_parameters(*modules) + unused == meta["trainable_parameters"]
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
        (HybridGait.Config(), 3000, 36_132_763 - UNUSED["hybridgait"]),
        (MultiGaitPP.Config(), 3000, 28_555_968),
        (multigaitpp.SUSTECH1K, 250, 12_125_824),
        (SwinGait.Config(), 250, 11_653_920 - 256 * (250 + 2)),
        (swingait.LARGE, 3000, 25_539_136 - 256 * (3000 + 2)),
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
