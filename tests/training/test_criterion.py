from types import SimpleNamespace

import torch
from torch.testing import assert_close

from meshgait.losses import batch_all_triplet, supervised_contrast
from meshgait.training.criterion import (
    Contrastive,
    Softmax,
    SupervisedContrast,
    Triplet,
    TripletAndClassifier,
    TripletAndCompact,
    TripletAndNeck,
    TripletNeckAndConsistency,
)

LABEL = torch.arange(8) // 2


def terms_of(recipe, embedding):
    torch.manual_seed(0)
    model = SimpleNamespace(embedding_shape=tuple(embedding.shape[1:]))
    return recipe(model, 4).eval()(embedding, LABEL)


def test_each_recipe_makes_the_terms_it_names():
    expected = {
        TripletAndNeck(): {"triplet", "cross_entropy"},
        Triplet(): {"triplet"},
        TripletAndClassifier(): {"triplet", "cross_entropy"},
        TripletAndCompact(): {"triplet", "cross_entropy"},
        Softmax(): {"cross_entropy"},
        Softmax(center=0.1): {"cross_entropy", "center"},
        SupervisedContrast(): {"contrast"},
        Contrastive(): {"contrast"},
        Contrastive(softmax=1.0): {"contrast", "cross_entropy"},
    }
    for recipe, names in expected.items():
        assert set(terms_of(recipe, torch.randn(8, 2, 6))) == names


def test_settings_reach_the_losses():
    embedding = torch.randn(8, 2, 6)
    assert_close(
        terms_of(Triplet(margin=3.0), embedding)["triplet"],
        batch_all_triplet(embedding, LABEL, 3.0),
    )
    assert_close(
        terms_of(SupervisedContrast(0.5, 0.25, by_distance=True), embedding)["contrast"],
        supervised_contrast(embedding, LABEL, temperature=0.5, base=0.25, by_distance=True),
    )
    for recipe, term in ((TripletAndNeck, "cross_entropy"), (TripletAndCompact, "cross_entropy")):
        once = terms_of(recipe(weight=1.0), embedding)[term]
        assert_close(terms_of(recipe(weight=0.5), embedding)[term], 0.5 * once)
    assert_close(
        terms_of(Softmax(center=0.5), embedding)["center"],
        0.5 * terms_of(Softmax(center=1.0), embedding)["center"],
    )


def test_consistency_is_one_more_term_of_the_identity_loss():
    embedding = torch.randn(8, 2, 6)
    torch.manual_seed(0)
    model = SimpleNamespace(embedding_shape=(2, 6))
    loss = TripletNeckAndConsistency(weight=0.5, consistency=3.0)(model, 4).eval()
    terms = loss(embedding, LABEL, torch.full((8,), 0.25))
    assert_close(terms.pop("consistency"), torch.tensor(0.75))
    assert_close(terms, terms_of(TripletAndNeck(weight=0.5), embedding))
