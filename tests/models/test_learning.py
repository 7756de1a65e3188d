"""Every network learns to tell a few walkers apart."""

import pytest
import torch

from meshgait import models
from meshgait.losses import batch_all_triplet_per_part
from meshgait.training.criterion import Loss
from tests.models.test_contract import every_network, inputs, small

STEPS = 12


def walkers(model, people=3, clips=2, time=5):
    """Clips of one person are alike: what they share, and a little noise."""
    shared = inputs(model, people, time)
    batch = {}
    for name, clip in shared.items():
        twice = clip.repeat_interleave(clips, dim=0)
        if twice.is_floating_point():
            batch[name] = twice + 0.05 * torch.randn(twice.shape)
        else:
            noise = torch.randint(0, 2, twice.shape, dtype=torch.uint8)
            batch[name] = torch.minimum(twice, twice + noise)
    return batch, torch.arange(people).repeat_interleave(clips)


@every_network
def test_the_loss_falls(model_class):
    model = small(model_class).train()
    batch, label = walkers(model)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    losses = []
    for _ in range(STEPS):
        embedding = model(**batch)
        # A large margin: all triplets count, so that the mean over those that do must fall.
        loss = batch_all_triplet_per_part(embedding, label, margin=1000.0).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < min(losses[:2])


@pytest.mark.parametrize(
    ("model_class", "terms"),
    [(models.GaitNet, {"disentangle": 1}), (models.CSTL, {"triplet": 1, "salience": 1})],
)
def test_a_network_learns_by_a_loss_of_its_own(model_class, terms):
    model = small(model_class)
    loss = Loss(terms)(model.train(), 3)
    batch, label = walkers(model)
    optimizer = torch.optim.Adam([*model.parameters(), *loss.parameters()], lr=3e-3)
    totals = []
    for _ in range(STEPS):
        embedding, *rest = model.describe(**batch)
        total = torch.stack(list(loss(embedding, label, *rest).values())).sum()
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        totals.append(total.item())
    assert totals[-1] < totals[0]


def test_the_compact_block_of_gln_learns_too():
    model = models.GLN(models.GLN.Config(width=1 / 16, compact=True)).train()
    batch, _ = walkers(model)
    model(**batch).square().sum().backward()
    assert model.compact.reduce.weight.grad.any()
    assert model.compact.norm.bias.grad is None
