import pytest
import torch
from torch.testing import assert_close

from meshgait.errors import ConfigError
from meshgait.losses import OFFICIAL_NAMES, BNNeckCrossEntropy
from meshgait.models import SLN, MTSGait, mtsgait
from tests.golden import formula
from tests.models.originals import assert_the_original_agrees, count_parameters


def test_the_original_gives_the_same_numbers():
    names = mtsgait.OFFICIAL_NAMES
    embedding, state, golden = assert_the_original_agrees("mtsgait", MTSGait(), names, rtol=1e-12)
    neck = BNNeckCrossEntropy(31, 256, num_ids=10).eval()
    official = formula.translate(state, OFFICIAL_NAMES)
    for key in official:
        if "norm" in key:
            official[key] = formula.part_major(official[key], 31)
    neck.load_state_dict(official)
    expected = torch.from_numpy(golden["out_logits"]).mT
    assert_close(neck.logits(embedding), expected, rtol=0, atol=1e-5)


def test_parameters_are_as_many_as_published():
    model = MTSGait()
    neck = BNNeckCrossEntropy(*model.embedding_shape, num_ids=3000)
    assert count_parameters(model, neck) == 26_999_872


def test_without_hops_it_is_sln():
    model = MTSGait(MTSGait.Config(hops=(), width=1 / 16)).eval()
    plain = SLN(SLN.Config(width=1 / 16)).eval()
    plain.load_state_dict(model.state_dict())
    silhouette = torch.randint(0, 256, (2, 4, 64, 44), dtype=torch.uint8)
    assert_close(model(silhouette), plain(silhouette))


@pytest.mark.parametrize("bidirectional", [True, False])
@pytest.mark.parametrize("hops", [(1,), (1, 3)])
def test_only_one_of_both_directions_sees_the_future(bidirectional, hops):
    config = MTSGait.Config(hops=hops, bidirectional=bidirectional, width=1 / 16)
    model = MTSGait(config).eval()
    silhouette = torch.rand(1, 6, 64, 44, requires_grad=True)
    maps = []
    model.backbone[-1].register_forward_hook(lambda _module, _inputs, output: maps.append(output))
    model(silhouette)
    (gradient,) = torch.autograd.grad(maps[0][2].sum(), silhouette)
    reached = gradient[0].abs().amax((1, 2)) > 0
    assert reached[:3].all()
    assert reached[3:].any() == bidirectional


@pytest.mark.parametrize("options", [{"hops": (0,)}, {"folds": 1}])
def test_an_exchange_that_makes_no_sense_is_refused(options):
    with pytest.raises(ConfigError, match="folds must be 2 or more and hops 1 or more"):
        MTSGait.Config(**options)
