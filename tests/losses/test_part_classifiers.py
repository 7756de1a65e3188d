import pytest
import torch
from torch.nn.functional import cross_entropy
from torch.testing import assert_close

from meshgait.errors import DataError, ShapeError
from meshgait.losses.part_classifiers import (
    CompactCrossEntropy,
    PartCrossEntropy,
    SalientCrossEntropy,
)

LABEL = torch.tensor([0, 0, 1, 2])


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_loss_is_the_mean_over_parts_of_each_parts_cross_entropy(smoothing):
    loss = PartCrossEntropy(5, 8, num_ids=3, smoothing=smoothing)
    embedding = torch.randn(4, 5, 8)
    weight = loss.classifier.weight
    each = [
        cross_entropy(embedding[:, p] @ weight[p], LABEL, label_smoothing=smoothing)
        for p in range(5)
    ]
    assert_close(loss(embedding, LABEL), torch.stack(each).mean())


def test_the_compact_loss_is_a_scaled_smoothed_cross_entropy():
    loss = CompactCrossEntropy(5, 8, num_ids=3, compact_channels=6).eval()
    embedding = torch.randn(4, 5, 8)
    logits = loss.classifier(loss.compact(embedding))[:, 0]
    assert_close(loss(embedding, LABEL), cross_entropy(16 * logits, LABEL, label_smoothing=0.1))


def test_salient_features_are_normed_per_part_and_share_a_classifier():
    loss = SalientCrossEntropy(5, 8, num_ids=3)
    salient = torch.randn(4, 5, 8)
    weight = loss.classifier.weight[0]
    each = [cross_entropy(loss.norms[p](salient[:, p]) @ weight, LABEL) for p in range(5)]
    assert_close(loss(salient, LABEL), torch.stack(each).mean())


@pytest.mark.parametrize("kind", [PartCrossEntropy, CompactCrossEntropy])
def test_labels_of_nobody_are_refused(kind):
    loss = kind(5, 8, num_ids=2)
    with pytest.raises(DataError, match=r"label 2 is not one of the 2 identities 0\.\.1"):
        loss(torch.randn(4, 5, 8), LABEL)


@pytest.mark.usefixtures("unchecked")
def test_each_embedding_needs_a_label():
    with pytest.raises(ShapeError, match="4 embeddings need as many labels"):
        PartCrossEntropy(5, 8, num_ids=3)(torch.randn(4, 5, 8), LABEL[:3])
