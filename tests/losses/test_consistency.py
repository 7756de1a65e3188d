import torch
from torch.testing import assert_close

from meshgait.losses import ConsistencyLoss, IdentityLoss


def test_it_is_the_identity_loss_and_the_mean_disagreement():
    embedding, label, apart = torch.randn(4, 3, 8), torch.tensor([0, 0, 1, 1]), torch.rand(4)
    loss = ConsistencyLoss(3, 8, 2, weight=0.5, margin=0.3, consistency=2.0)
    plain = IdentityLoss(3, 8, 2, weight=0.5, margin=0.3)
    plain.load_state_dict(loss.identity.state_dict())
    terms = loss(embedding, label, apart)
    assert_close(terms.pop("consistency"), 2 * apart.mean())
    assert_close(terms, plain(embedding, label))
