import torch

from meshgait.losses import CrossCover, Disagreement, ShapeContrast
from meshgait.losses.consistency import next_of_same


def test_it_is_the_mean_disagreement_whatever_the_embedding():
    embedding, label, apart = torch.randn(4, 3, 8), torch.tensor([0, 0, 1, 1]), torch.rand(4)
    assert torch.equal(Disagreement()(embedding, label, apart), apart.mean())
    assert torch.equal(Disagreement()(embedding, label, apart, apart), apart.mean())
    assert not list(Disagreement().parameters())


class Drawing:
    """A network that says whose shape was drawn over whose silhouettes."""

    def cover(self, shape, posed, images):
        self.pairs = list(zip(shape[:, 0].tolist(), posed[:, 0, 0].tolist(), strict=True))
        return (shape[:, 0] - images[:, 0, 0, 0]).abs()


def described(label):
    count = len(label)
    place = torch.arange(float(count))
    return (
        torch.randn(count, 2, 4), torch.tensor(label), torch.rand(count),
        place[:, None].expand(count, 6), place[:, None, None].expand(count, 3, 85),
        place[:, None, None, None].expand(count, 3, 8, 6),
    )  # fmt: skip


def test_each_shape_is_drawn_in_the_view_of_another_clip_of_the_person():
    model = Drawing()
    loss = CrossCover(model)(*described([5, 7, 5, 7, 9]))
    assert model.pairs == [(0, 2), (1, 3), (2, 0), (3, 1)]
    assert loss == 2
    assert not list(CrossCover(torch.nn.Linear(2, 2)).parameters())


def test_a_batch_of_strangers_has_nothing_to_cover_and_no_shape_to_share():
    for loss in (CrossCover(Drawing()), ShapeContrast()):
        assert loss(*described([1, 2, 3])) == 0


def test_shapes_of_one_person_are_drawn_together():
    label = torch.tensor([0, 0, 1, 1])
    embedding, apart = torch.randn(4, 2, 4), torch.rand(4)
    people = torch.randn(2, 6)
    near = people[label] + 0.01 * torch.randn(4, 6)
    far = people[[0, 1, 0, 1]]
    assert ShapeContrast()(embedding, label, apart, near) < ShapeContrast()(
        embedding, label, apart, far
    )


def test_the_next_of_the_same_label_is_never_another_person():
    label = torch.randint(0, 4, (20,))
    other = next_of_same(label)
    assert torch.equal(label[other], label)
    often = torch.bincount(label)[label] > 1
    assert torch.equal(other != torch.arange(20), often)


def test_each_number_of_a_shape_counts_by_its_spread():
    """Khosla's loss, written out: cosines of standard scores over a temperature of 0.1."""
    shape = torch.randn(4, 10, dtype=torch.float64) * torch.logspace(-1, 2, 10)
    score = (shape - shape.mean(0)) / (shape.var(0, correction=0) + 1e-4).sqrt()
    unit = score / score.norm(dim=1, keepdim=True)
    odds = (unit @ unit.mT / 0.1).exp().fill_diagonal_(0)
    right = torch.stack([odds[i, i ^ 1] / odds[i].sum() for i in range(4)])
    found = ShapeContrast()(torch.zeros(4, 1, 2), torch.tensor([0, 0, 1, 1]), shape[:, 0], shape)
    torch.testing.assert_close(found, -right.log().mean())
