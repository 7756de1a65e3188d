import torch
from torch import nn

from meshgait.losses import CenterLoss, LossTerms, batch_all_triplet


def test_terms_are_weighted_and_what_learns_is_found():
    losses = {"triplet": batch_all_triplet, "center": CenterLoss(2, 3, num_ids=2)}
    criterion = LossTerms(losses, {"center": 0.25})
    embedding, label = torch.randn(4, 2, 3), torch.tensor([0, 0, 1, 1])
    terms = criterion(embedding, label)
    assert list(terms) == ["triplet", "center"]
    assert torch.equal(terms["triplet"], batch_all_triplet(embedding, label))
    assert torch.equal(terms["center"], 0.25 * losses["center"](embedding, label))
    assert [name for name, _ in criterion.named_parameters()] == ["learning.center.center"]


def test_weights_move_with_the_module():
    criterion = LossTerms({"center": CenterLoss(1, 2, num_ids=2)}, {}).double()
    assert isinstance(criterion, nn.Module)
    assert criterion(torch.zeros(1, 1, 2).double(), torch.tensor([0]))["center"].dtype == (
        torch.float64
    )
