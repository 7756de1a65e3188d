"""The modern reference networks: sizes, numbers of the originals, names in their checkpoints."""

import pytest
import torch
from torch.testing import assert_close

from meshgait.losses import OFFICIAL_NAMES, BNNeckCrossEntropy
from meshgait.models import DeepGaitV2, GaitBase, deepgaitv2, gaitbase
from tests.golden import formula


@pytest.mark.parametrize(
    ("model_class", "config", "parameters"),
    [
        (GaitBase, {}, 19_290_304),
        (DeepGaitV2, {"block": "2d"}, 23_718_592),
        (DeepGaitV2, {"block": "p3d"}, 25_492_160),
        (DeepGaitV2, {"block": "3d"}, 41_855_680),
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
    [("gaitbase", GaitBase, gaitbase), ("deepgaitv2", DeepGaitV2, deepgaitv2)],
)
def test_the_original_gives_the_same_numbers(name, model_class, module):
    golden, meta = formula.load(name)
    state = formula.weights(meta)
    model = model_class().eval()
    model.load_state_dict(formula.translate(state, module.OFFICIAL_NAMES))
    parts = model.embedding_shape[0]
    neck = BNNeckCrossEntropy(*model.embedding_shape, meta["num_classes"]).eval()
    official = formula.translate(state, OFFICIAL_NAMES)
    neck.load_state_dict(
        {
            key: formula.part_major(value, parts) if "norm" in key else value
            for key, value in official.items()
        }
    )
    clips = [torch.from_numpy(golden[key]) for key in model.inputs]
    expected = torch.from_numpy(golden["out_embedding64"]).mT
    logits = torch.from_numpy(golden["out_logits"]).mT
    scale = float(expected.abs().max())
    with torch.inference_mode():
        single = model(*clips)
        assert_close(single.double(), expected, rtol=0, atol=1e-5 * scale)
        assert_close(neck.logits(single), logits, rtol=0, atol=1e-5)
        double = model.double()(*clips)
        assert_close(double, expected, rtol=0, atol=1e-12 * scale)
