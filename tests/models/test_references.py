"""The modern reference networks: sizes, numbers of the originals, names in their checkpoints."""

import pytest
import torch
from torch.testing import assert_close

from meshgait.losses import BNNeckCrossEntropy
from meshgait.models import (
    DeepGaitV2,
    GaitBase,
    GaitGraph,
    ParsingGait,
    SkeletonGait,
    SkeletonGaitPP,
    XGait,
    deepgaitv2,
    gaitbase,
    gaitgraph,
    skeletongaitpp,
    xgait,
)
from tests.golden import formula


@pytest.mark.parametrize(
    ("model_class", "config", "parameters"),
    [
        (GaitBase, {}, 19_290_304),
        (DeepGaitV2, {"block": "2d"}, 23_718_592),
        (DeepGaitV2, {"block": "p3d"}, 25_492_160),
        (DeepGaitV2, {"block": "3d"}, 41_855_680),
        (ParsingGait, {}, 24_323_781),
        (XGait, {}, 67_629_443),
        (SkeletonGait, {}, 25_492_736),
        (SkeletonGaitPP, {}, 25_568_608),
    ],
)
@pytest.mark.parametrize("size", [(64, 44), (128, 88)])
def test_parameters_are_as_many_as_published(model_class, config, parameters, size):
    with torch.device("meta"):
        model = model_class(model_class.Config(size=size, **config))
        neck = BNNeckCrossEntropy(*model.embedding_shape, num_ids=3000)
    counts = [p.numel() for module in (model, neck) for p in module.parameters()]
    assert sum(counts) == parameters


@pytest.mark.parametrize(
    ("name", "model_class", "module"),
    [
        ("gaitbase", GaitBase, gaitbase),
        ("deepgaitv2", DeepGaitV2, deepgaitv2),
        ("gaitgraph", GaitGraph, gaitgraph),
        ("skeletongaitpp", SkeletonGaitPP, skeletongaitpp),
        ("xgait", XGait, xgait),
    ],
)
def test_the_original_gives_the_same_numbers(name, model_class, module):
    golden, meta = formula.load(name)
    model = model_class().eval()
    model.load_state_dict(formula.translate(formula.weights(meta), module.OFFICIAL_NAMES))
    clips = [torch.from_numpy(golden[key]) for key in model.inputs]
    has_double = "out_embedding64" in golden
    expected = golden["out_embedding64" if has_double else "out_embedding"]
    expected = torch.from_numpy(expected).double().mT
    scale = float(expected.abs().max())
    with torch.inference_mode():
        assert_close(model(*clips).double(), expected, rtol=0, atol=1e-5 * scale)
        double = model.double()(*clips)
        assert_close(double, expected, rtol=0, atol=(1e-12 if has_double else 1e-5) * scale)
