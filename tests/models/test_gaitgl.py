import pytest
import torch
from torch.testing import assert_close

from meshgait.losses import part_classifiers as classifiers
from meshgait.losses.part_classifiers import PartCrossEntropy
from meshgait.models import GaitGL, gaitgl
from tests.golden import formula
from tests.models.originals import assert_the_original_agrees, count_parameters
from tests.tolerance import rounding_of_network


def test_the_original_gives_the_same_numbers():
    names = gaitgl.OFFICIAL_NAMES
    embedding, state, golden = assert_the_original_agrees("gaitgl", GaitGL(), names)
    loss = PartCrossEntropy(64, 128, num_ids=10)
    loss.load_state_dict(formula.translate(state, classifiers.PART_OFFICIAL_NAMES))
    expected = torch.from_numpy(golden["out_logits"]).mT
    assert_close(loss.logits(embedding), expected, **rounding_of_network(loss, expected))


@pytest.mark.parametrize(
    ("config", "num_ids", "parameters"),
    [
        (GaitGL.Config(), 3000, 27_066_465),
        (GaitGL.Config(size=(128, 88)), 3000, 27_066_465),
        (gaitgl.OUMVLP, 5153, 95_620_449),
    ],
)
def test_parameters_are_as_many_as_published(config, num_ids, parameters):
    with torch.device("meta"):
        model = GaitGL(config)
        loss = PartCrossEntropy(*model.embedding_shape, num_ids=num_ids)
    assert count_parameters(model, loss) == parameters


def test_official_names_of_the_large_network_lead_to_all_its_weights():
    with torch.device("meta"):
        model = GaitGL(gaitgl.OUMVLP)
    official = ["conv3d.0.conv3d.weight", "conv3d.2.conv3d.weight", "LTA.0.conv3d.weight"]
    official += [
        f"GLConv{name}.{place}.{kind}_conv3d.conv3d.weight"
        for name in ("A0", "A1", "B2")
        for place in (0, 1)
        for kind in ("global", "local")
    ]
    official += ["HPP.p", "Head0.fc_bin", "Bn.weight", "Bn.bias"]
    ours = formula.translate(dict.fromkeys(official), gaitgl.OFFICIAL_NAMES)
    assert set(ours) == {name for name, _ in model.named_parameters()}


def test_short_sequences_are_repeated():
    model = GaitGL(GaitGL.Config(width=1 / 16)).eval()
    a, b = torch.randint(0, 256, (2, 1, 1, 64, 44), dtype=torch.uint8)
    assert torch.equal(model(a), model(torch.cat([a, a, a], dim=1)))
    assert torch.equal(model(torch.cat([a, b], 1)), model(torch.cat([a, b, a, b], 1)))
    batch = torch.cat([torch.cat([a, b, a, b, a], 1), torch.cat([a, b, b, b, b], 1)])
    mask = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0]]).bool()
    assert_close(model(batch, mask)[1:], model(torch.cat([a, b], 1)))


@pytest.mark.parametrize("length", [3, 4, 5, 7])
def test_only_whole_thirds_and_their_neighbours_count(length):
    model = GaitGL(GaitGL.Config(width=1 / 16)).eval()
    silhouette = torch.rand(1, length, 64, 44, requires_grad=True)
    (gradient,) = torch.autograd.grad(model(silhouette).sum(), silhouette)
    reached = gradient[0].abs().amax((1, 2)) > 0
    seen = length // 3 * 3 + 1
    assert reached[:seen].all()
    assert not reached[seen:].any()


def test_the_large_network_runs():
    config = GaitGL.Config(
        first=(2, 2), stages=((4, 4), (4, 4), (8, 8)), strips=2, channels=8, size=(128, 88)
    )
    model = GaitGL(config).eval()
    assert model(torch.zeros(1, 4, 128, 88, dtype=torch.uint8)).shape == (1, 64, 8)
