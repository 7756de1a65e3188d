import math

import numpy as np
import pytest
import torch
from torch.nn.functional import normalize
from torch.testing import assert_close

from meshgait.data import UnorderedFrames
from meshgait.errors import ConfigError, DataError
from meshgait.models import GaitSet
from meshgait.sequence import GaitSequence, Record
from meshgait.training.adapt import Adaptation, adapt, choose_neighbours, neighbourhood_loss


class Walks:
    """Clips of three walkers; asking who they are fails the test."""

    def __init__(self, count=6):
        generator = np.random.default_rng(0)
        shapes = generator.integers(0, 256, (3, 64, 44), dtype=np.uint8)
        noise = generator.integers(0, 60, (count, 5, 64, 44))
        self.clips = [
            np.minimum(shapes[i % 3] + noise[i], 255).astype(np.uint8) for i in range(count)
        ]

    @property
    def records(self):
        return [Record("?", "?", "?") for _ in self.clips]

    def __len__(self):
        return len(self.clips)

    def __getitem__(self, index):
        return GaitSequence("?", "?", "?", frames={"silhouette": self.clips[index]})


def test_the_least_sure_clips_get_their_nearest_other_clip():
    memory = normalize(torch.randn(20, 6), dim=1)
    found = choose_neighbours(memory, 0.25, 0.1)
    entropy, nearest = [], []
    for i in range(20):
        p = torch.softmax(memory @ memory[i] / 0.1, 0)
        entropy.append(-float((p * p.log()).sum()))
        nearest.append(max((j for j in range(20) if j != i), key=lambda j: memory[i] @ memory[j]))
    unsure = sorted(range(20), key=lambda i: -entropy[i])[:5]
    assert found.tolist() == [nearest[i] if i in unsure else -1 for i in range(20)]


def test_in_the_last_round_all_clips_get_one():
    memory = normalize(torch.randn(7, 3), dim=1)
    assert (choose_neighbours(memory, 1.0, 0.1) >= 0).all()


def test_the_loss_is_the_definition_clip_by_clip():
    memory, features = (normalize(torch.randn(n, 6), dim=1) for n in (5, 3))
    index, neighbour = torch.tensor([4, 0, 2]), torch.tensor([3, -1, -1, 0, 1])
    expected = 0.0
    for feature, i in zip(features, index.tolist(), strict=True):
        p = torch.softmax(memory @ feature / 0.1, 0)
        j = int(neighbour[i])
        expected -= 0.01 * math.log(p[i]) if j < 0 else 0.99 * math.log(p[i] + p[j])
    found = neighbourhood_loss(features, index, memory, neighbour)
    assert_close(float(found), expected / 3, rtol=1e-5, atol=1e-6)


def test_adapting_lowers_the_loss_and_changes_the_weights():
    model = GaitSet(GaitSet.Config(width=1 / 16))
    before = model.head.weight.clone()
    how = Adaptation(rounds=2, epochs=4, batch=4, frames=UnorderedFrames(3), lr=1e-3)
    history = adapt(model, Walks(), how)
    assert [row["round"] for row in history] == [1] * 4 + [2] * 4
    assert history[3]["loss"] < history[0]["loss"]
    assert not torch.equal(model.head.weight, before)
    assert not model.training


def test_the_same_seed_adapts_alike():
    how = Adaptation(rounds=1, epochs=1, batch=4, frames=UnorderedFrames(3))
    losses = []
    for _ in range(2):
        torch.manual_seed(0)
        losses.append(adapt(GaitSet(GaitSet.Config(width=1 / 16)), Walks(), how))
    assert losses[0] == losses[1]


def test_one_clip_has_no_neighbour():
    with pytest.raises(DataError, match="there are 1 clips"):
        adapt(GaitSet(GaitSet.Config(width=1 / 16)), Walks(1))


@pytest.mark.parametrize("name", ["rounds", "epochs", "batch"])
def test_a_plan_without_work_is_refused(name):
    with pytest.raises(ConfigError, match=f"{name} must be 1 or more"):
        Adaptation(**{name: 0})
