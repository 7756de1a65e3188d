import pytest
import torch
from torch import nn
from torch.testing import assert_close

from meshgait.errors import ConfigError
from meshgait.losses import (
    IdentityLoss,
    batch_all_triplet,
    contrastive,
    supervised_contrast,
)
from meshgait.training.criterion import TERMS, Loss

LABEL = torch.arange(8) // 2
EMBEDDING = torch.randn(8, 2, 6, generator=torch.Generator().manual_seed(1))


class Network(nn.Module):
    inputs, embedding_shape, salient_channels = ("silhouette",), (2, 6), 5


def loss_of(loss):
    torch.manual_seed(0)
    return loss(Network(), 4).eval()


def terms_of(loss, *described):
    return loss_of(loss)(EMBEDDING, LABEL, *described)


def test_by_default_it_is_the_published_identity_loss():
    ours, published = loss_of(Loss()), IdentityLoss(2, 6, 4).eval()
    published.neck.load_state_dict(ours.learning["neck"].state_dict())
    terms = published(EMBEDDING, LABEL)
    found = ours(EMBEDDING, LABEL)
    assert_close(found, {"triplet": terms["triplet"], "neck": terms["cross_entropy"]})


@pytest.mark.parametrize(
    "name", ["triplet", "neck", "classifier", "normed", "compact", "center", "pairs"]
)
def test_a_term_is_there_times_its_weight(name):
    once = terms_of(Loss({name: 1}))
    assert list(once) == [name]
    assert once[name] > 0
    assert_close(terms_of(Loss({name: 0.5}))[name], 0.5 * once[name])


def test_settings_reach_the_terms():
    assert_close(
        terms_of(Loss({"triplet": 1}, margin=3.0))["triplet"],
        batch_all_triplet(EMBEDDING, LABEL, 3.0),
    )
    assert_close(
        terms_of(Loss({"pairs": 1}, margin=2.0))["pairs"], contrastive(EMBEDDING, LABEL, margin=2.0)
    )
    loss = Loss({"contrast": 1}, temperature=0.5, base=0.25, by_distance=True)
    assert_close(
        terms_of(loss)["contrast"],
        supervised_contrast(EMBEDDING, LABEL, temperature=0.5, base=0.25, by_distance=True),
    )
    smooth = loss_of(Loss({"classifier": 1}, smoothing=0.3))
    assert smooth.learning["classifier"].smoothing == 0.3


def test_terms_that_look_into_the_network_are_given_what_it_describes():
    terms = terms_of(Loss({"triplet": 1, "consistency": 3}), torch.full((8,), 0.25))
    assert_close(terms["consistency"], torch.tensor(0.75))
    assert_close(terms["triplet"], batch_all_triplet(EMBEDDING, LABEL))
    salient = torch.randn(8, 2, 5)
    assert set(terms_of(Loss({"triplet": 1, "salience": 1}), salient)) == {"triplet", "salience"}


def test_a_weight_of_zero_leaves_a_term_out():
    loss = loss_of(Loss({"triplet": 1, "neck": 0}))
    assert list(loss(EMBEDDING, LABEL)) == ["triplet"]
    assert not list(loss.parameters())


def test_nonsense_is_refused_with_the_nearest_name():
    with pytest.raises(ConfigError, match=r"no loss 'tripplet'; did you mean 'triplet'\?"):
        Loss({"tripplet": 1})
    for weight in (-1.0, float("nan"), float("inf")):
        with pytest.raises(ConfigError, match="weight of neck must be 0 or more"):
            Loss({"neck": weight})
    with pytest.raises(ConfigError, match="needs a term"):
        Loss(dict.fromkeys(TERMS, 0))
