import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import normalize

from meshgait.errors import DataError
from meshgait.losses import contrastive, supervised_contrast

mixed_labels = st.lists(st.integers(0, 3), min_size=3, max_size=9).filter(
    lambda labels: 1 < len(set(labels)) < len(labels)
)


def lengths_of_one(batch, parts=2):
    return torch.randn(batch, parts, 4, dtype=torch.float64)


@settings(deadline=None)
@given(mixed_labels, st.booleans())
def test_supervised_contrast_is_its_definition(labels, by_distance):
    embedding = lengths_of_one(len(labels))
    costs = []
    for part in normalize(embedding, dim=-1).unbind(1):
        for a in range(len(labels)):
            others = [b for b in range(len(labels)) if b != a]
            alike = {
                b: -math.dist(part[a].tolist(), part[b].tolist())
                if by_distance
                else float(part[a] @ part[b])
                for b in others
            }
            total = math.log(sum(math.exp(value / 0.5) for value in alike.values()))
            right = [alike[b] / 0.5 - total for b in others if labels[b] == labels[a]]
            if right:
                costs.append(-sum(right) / len(right))
    found = supervised_contrast(
        embedding, torch.tensor(labels), temperature=0.5, base=0.25, by_distance=by_distance
    )
    assert math.isclose(found, 2 * sum(costs) / len(costs), rel_tol=1e-9)


@settings(deadline=None)
@given(mixed_labels)
def test_the_contrastive_loss_is_its_definition(labels):
    embedding = lengths_of_one(len(labels))
    near, far = [], []
    for part in normalize(embedding, dim=-1).unbind(1):
        for a, one in enumerate(part.tolist()):
            for b, other in enumerate(part.tolist()):
                if a != b:
                    distance = math.dist(one, other)
                    if labels[a] == labels[b]:
                        near.append(distance**2)
                    else:
                        far.append(max(0, 1.5 - distance) ** 2)
    found = contrastive(embedding, torch.tensor(labels), margin=1.5)
    assert math.isclose(found, (sum(near) / len(near) + sum(far) / len(far)) / 2, rel_tol=1e-9)


@pytest.mark.parametrize("loss", [contrastive, supervised_contrast])
def test_the_gradient_is_finite_for_a_repeated_sequence_and_that_of_the_loss(loss):
    label = torch.tensor([0, 0, 1, 1])
    embedding = lengths_of_one(4).requires_grad_()
    assert torch.autograd.gradcheck(lambda e: loss(10 * e, label), embedding, atol=1e-4)
    repeated = torch.ones(4, 1, 3, requires_grad=True)
    loss(repeated, label).backward()
    assert repeated.grad.isfinite().all()


@pytest.mark.parametrize("loss", [contrastive, supervised_contrast])
def test_a_batch_without_pairs_is_refused(loss):
    with pytest.raises(DataError, match="comes twice"):
        loss(torch.randn(3, 1, 4), torch.tensor([0, 1, 2]))


def test_contrast_needs_another_identity():
    with pytest.raises(DataError, match="another identity"):
        contrastive(torch.randn(3, 1, 4), torch.tensor([1, 1, 1]))
