import torch

from meshgait.losses import Disagreement


def test_it_is_the_mean_disagreement_whatever_the_embedding():
    embedding, label, apart = torch.randn(4, 3, 8), torch.tensor([0, 0, 1, 1]), torch.rand(4)
    assert torch.equal(Disagreement()(embedding, label, apart), apart.mean())
    assert not list(Disagreement().parameters())
