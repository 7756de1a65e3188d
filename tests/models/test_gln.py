import pytest
import torch
from torch.testing import assert_close

from meshgait.losses import part_classifiers as classifiers
from meshgait.losses.part_classifiers import CompactCrossEntropy
from meshgait.models import GLN, gln
from tests.golden import formula
from tests.models.originals import assert_the_original_agrees, count_parameters
from tests.tolerance import rounding_of_network


def part_major(state, parts):
    """Weights of the compact block that count its input part by part."""
    state = dict(state)
    for key in state:
        if key.startswith("compact.norm."):
            state[key] = formula.part_major(state[key], parts)
    columns = [formula.part_major(row, parts) for row in state["compact.reduce.weight"]]
    return state | {"compact.reduce.weight": torch.stack(columns)}


def test_the_original_gives_the_same_numbers():
    embedding, state, golden = assert_the_original_agrees("gln", GLN(), gln.OFFICIAL_NAMES)
    loss = CompactCrossEntropy(93, 256, num_ids=10).eval()
    official = formula.translate(state, classifiers.COMPACT_OFFICIAL_NAMES)
    loss.load_state_dict(part_major(official, 93))
    expected = torch.from_numpy(golden["out_logits"]).mT
    assert_close(loss.logits(embedding), expected, **rounding_of_network(loss, expected))


@pytest.mark.parametrize("size", [(64, 44), (128, 88)])
def test_parameters_are_as_many_as_published(size):
    model = GLN(GLN.Config(size=size))
    loss = CompactCrossEntropy(*model.embedding_shape, num_ids=3000)
    assert count_parameters(model, loss) == 15_452_960  # the fixed biases of two norms included


def test_the_compact_block_of_the_loss_fits_the_network():
    config = GLN.Config(width=1 / 16, compact=True)
    model = GLN(config).eval()
    loss = CompactCrossEntropy(93, 16, num_ids=3, compact_channels=16).eval()
    model.compact.load_state_dict(loss.compact.state_dict())
    silhouette = torch.randint(0, 256, (2, 3, 64, 44), dtype=torch.uint8)
    compact = model(silhouette)
    assert compact.shape == (2, 1, 16)
    model.compact = torch.nn.Identity()
    assert_close(loss.compact(model(silhouette)), compact)


def test_the_layers_of_a_stage_may_differ():
    model = GLN(GLN.Config(stages=((4, 6), (8, 10), (12, 14)), channels=16)).eval()
    assert model(torch.zeros(1, 2, 64, 44, dtype=torch.uint8)).shape == (1, *model.embedding_shape)
