import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import batch_norm, log_softmax, normalize
from torch.testing import assert_close

from meshgait.errors import DataError, ShapeError
from meshgait.losses import (
    BNNeckCrossEntropy,
    batch_all_triplet,
    batch_all_triplet_per_part,
    triplet_statistics,
)
from tests.golden import formula
from tests.tolerance import rounding

several_labels = st.lists(st.integers(0, 3), min_size=2, max_size=9).filter(
    lambda labels: len(set(labels)) > 1
)


def triplets_one_by_one(embedding, label, margin):
    """All that the loss is about, with loops: per part the costs of all triplets."""
    costs = []
    for part in embedding.unbind(1):
        distance = [[math.dist(a, b) for b in part.tolist()] for a in part.tolist()]
        costs.append(
            [
                max(0.0, distance[a][p] - distance[a][n] + margin)
                for a in range(len(label))
                for p in range(len(label))
                for n in range(len(label))
                if label[a] == label[p] != label[n]
            ]
        )
    return costs


@settings(deadline=None)
@given(several_labels, st.sampled_from([0.2, 1.0, 5.0]))
def test_the_triplet_loss_is_its_definition(labels, margin):
    embedding = torch.randn(len(labels), 3, 4, dtype=torch.float64)
    costs = triplets_one_by_one(embedding, labels, margin)
    expected = [sum(part) / max(1, sum(cost > 0 for cost in part)) for part in costs]
    found = batch_all_triplet_per_part(embedding, torch.tensor(labels), margin)
    assert_close(found, torch.tensor(expected, dtype=torch.float64))
    assert_close(batch_all_triplet(embedding, torch.tensor(labels), margin), found.mean())


def test_the_original_gives_the_same_triplet_loss():
    golden, _ = formula.load("losses")
    embedding, label = torch.from_numpy(golden["embedding"]).mT, torch.from_numpy(golden["label"])
    found = batch_all_triplet_per_part(embedding, label, margin=0.2)
    expected = torch.from_numpy(golden["triplet_per_part"])
    # Distances of so many channels, then the mean of all pairs of pairs.
    terms = embedding[0, 0].numel() + len(label) ** 3
    assert_close(found, expected, **rounding(torch.float32, terms, expected))


def test_the_gradient_is_that_of_the_loss():
    embedding = torch.randn(6, 2, 3, dtype=torch.float64, requires_grad=True)
    label = torch.tensor([4, 4, 4, 7, 7, 9])
    assert torch.autograd.gradcheck(lambda e: batch_all_triplet(e, label, 1.0), embedding)


def test_repeated_and_collapsed_sequences_have_finite_gradients():
    label = torch.tensor([0, 0, 1, 1, 1])
    repeated = torch.randn(5, 2, 3)
    repeated[1], repeated[3] = repeated[0], repeated[0]
    for start in (repeated, torch.ones(5, 2, 3)):
        embedding = start.clone().requires_grad_()
        batch_all_triplet(embedding, label).backward()
        assert embedding.grad.isfinite().all()
    assert_close(batch_all_triplet(torch.ones(5, 2, 3), label), torch.tensor(0.2))


def test_nan_stays_visible():
    embedding = torch.randn(4, 2, 3)
    embedding[1, 0, 2] = torch.nan
    found = batch_all_triplet_per_part(embedding, torch.tensor([0, 0, 1, 1]))
    assert found.isnan().tolist() == [True, False]


def test_identities_far_apart_cost_nothing():
    embedding = torch.tensor([0.0, 0.1, 9.0, 9.1]).reshape(4, 1, 1).requires_grad_()
    loss = batch_all_triplet(embedding, torch.tensor([0, 0, 1, 1]))
    loss.backward()
    assert loss == 0
    assert not embedding.grad.any()


def test_a_common_offset_does_not_cost_digits():
    label = torch.arange(8) // 2
    embedding = torch.randn(8, 3, 16) + 300
    assert_close(
        batch_all_triplet(embedding, label),
        batch_all_triplet(embedding.double(), label).float(),
        rtol=1e-5,
        atol=0,
    )


def test_the_triplet_loss_is_computed_in_float32_inside_autocast():
    label, embedding = torch.arange(8) // 2, torch.randn(8, 3, 16)
    with torch.autocast("cpu", torch.bfloat16):
        inside = batch_all_triplet(embedding, label)
        half = batch_all_triplet(embedding.bfloat16(), label)
    assert torch.equal(inside, batch_all_triplet(embedding, label))
    assert torch.equal(half, batch_all_triplet(embedding.bfloat16().float(), label))


@settings(deadline=None)
@given(several_labels)
def test_statistics_are_the_means_they_say(labels):
    embedding = torch.randn(len(labels), 2, 3, dtype=torch.float64)
    costs = [cost for part in triplets_one_by_one(embedding, labels, 0.5) for cost in part]
    pairs = {True: [], False: []}
    for a, one in enumerate(embedding):
        for b, other in enumerate(embedding):
            if a != b:
                pairs[labels[a] == labels[b]] += (one - other).norm(dim=-1).tolist()
    found = triplet_statistics(embedding, torch.tensor(labels), 0.5)
    assert math.isclose(found.active_fraction, sum(c > 0 for c in costs) / len(costs), abs_tol=1e-6)
    mean = {same: sum(d) / len(d) if d else math.nan for same, d in pairs.items()}
    assert found.positive_distance == pytest.approx(mean[True], nan_ok=True)
    assert found.negative_distance == pytest.approx(mean[False])


def test_statistics_show_a_collapse():
    found = triplet_statistics(torch.ones(4, 2, 3), torch.tensor([0, 0, 1, 1]))
    assert (found.active_fraction, found.positive_distance, found.negative_distance) == (1, 0, 0)


def trained_neck():
    neck = BNNeckCrossEntropy(3, 4, num_ids=5).double()
    for values in (neck.norm.weight, neck.norm.bias, neck.norm.running_mean):
        torch.nn.init.normal_(values)
    torch.nn.init.uniform_(neck.norm.running_var, 0.5, 2)
    return neck


@pytest.mark.parametrize("training", [True, False])
def test_the_neck_is_its_definition(training):
    neck = trained_neck().train(training)
    embedding, label = torch.randn(6, 3, 4, dtype=torch.float64), torch.randint(0, 5, (6,))
    statistics = (None, None) if training else (neck.norm.running_mean, neck.norm.running_var)
    statistics = [values if values is None else values.clone() for values in statistics]
    x = batch_norm(
        embedding.flatten(1), *statistics, neck.norm.weight, neck.norm.bias, training=training
    ).reshape(6, 3, 4)
    x, weight = normalize(x, dim=-1), normalize(neck.weight, dim=1)
    cosine = torch.stack([x[:, part] @ weight[part] for part in range(3)], dim=1)
    cost = -log_softmax(16 * cosine, dim=-1)
    picked = cost.gather(2, label[:, None, None].expand(6, 3, 1)).squeeze(2)
    assert_close(neck.logits(embedding), cosine)
    assert_close(neck(embedding, label), (0.9 * picked + 0.1 * cost.mean(2)).mean())


def test_the_original_gives_the_same_cross_entropy(monkeypatch):
    golden, _ = formula.load("losses")
    logits = torch.from_numpy(golden["logits"]).permute(2, 0, 1)  # (P, n, ids)
    neck = BNNeckCrossEntropy(7, 64, num_ids=4)
    monkeypatch.setattr(neck, "_cosine", lambda embedding: logits)
    found = neck(torch.from_numpy(golden["embedding"]).mT, torch.from_numpy(golden["label"]))
    assert_close(found.detach(), torch.from_numpy(golden["cross_entropy"]), rtol=1e-6, atol=0)


def test_every_parameter_of_the_neck_learns_and_starts_as_published():
    neck = BNNeckCrossEntropy(31, 256, num_ids=10)
    bound = math.sqrt(6 / ((256 + 31) * 10))
    assert bound * 0.999 < neck.weight.abs().max() <= bound
    assert abs(neck.norm.weight.std() - 0.02) < 0.002
    neck(torch.randn(4, 31, 256), torch.tensor([0, 3, 3, 9])).backward()
    assert all(parameter.grad.any() for parameter in neck.parameters())


def test_the_neck_ignores_autocast_and_takes_any_integers():
    neck = BNNeckCrossEntropy(3, 4, num_ids=5).eval()
    embedding, label = torch.randn(6, 3, 4).bfloat16(), torch.randint(0, 5, (6,))
    expected = neck(embedding.float(), label)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(neck(embedding, label.int()), expected)
    assert expected.dtype == torch.float32


@pytest.mark.parametrize("label", [-1, 5, 99])
def test_labels_that_no_weight_stands_for_are_named(label):
    neck = BNNeckCrossEntropy(3, 4, num_ids=5)
    with pytest.raises(DataError, match=f"label {label} is not one of the 5 identities"):
        neck(torch.randn(2, 3, 4), torch.tensor([0, label]))


@pytest.mark.parametrize("labels", [[3, 3, 3, 3], [3], []])
def test_one_identity_makes_no_triplet(labels):
    label = torch.tensor(labels, dtype=torch.int64)
    for function in (batch_all_triplet, triplet_statistics):
        with pytest.raises(DataError, match=r"two identities.* \[3?\]"):
            function(torch.randn(len(labels), 2, 3), label)


@pytest.mark.usefixtures("unchecked")
def test_wrong_labels_and_shapes_are_refused():
    neck = BNNeckCrossEntropy(3, 4, num_ids=5)
    for loss in (batch_all_triplet, neck):
        with pytest.raises(DataError, match=r"labels are integers, got torch\.float32"):
            loss(torch.randn(2, 3, 4), torch.tensor([0.0, 1.0]))
        with pytest.raises(ShapeError, match=r"\(B, P, C\) with label \(B,\)"):
            loss(torch.randn(2, 3, 4), torch.tensor([0, 1, 2]))
        with pytest.raises(ShapeError, match=r"\(B, P, C\) with label \(B,\)"):
            loss(torch.randn(2, 3), torch.tensor([0, 1]))
    with pytest.raises(ShapeError, match=r"embeddings \(B, 3, 4\).*model\.embedding_shape"):
        neck.logits(torch.randn(2, 4, 3))
