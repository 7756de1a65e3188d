import pytest
import torch
from torch.testing import assert_close

from meshgait.errors import DataError
from meshgait.losses import SiameseContrast


def test_each_clip_finds_the_other_of_its_walk_among_those_of_the_other_side():
    p, z = torch.randn(2, 8, 3, 5, dtype=torch.float64)
    label = torch.tensor([7, 2, 2, 9, 7, 9, 4, 4])
    sides = {7: (0, 4), 2: (1, 2), 9: (3, 5), 4: (6, 7)}
    found = []
    for ask, know in ((0, 1), (1, 0)):
        terms = []
        for part in range(3):
            for walk in sides.values():
                asked = p[walk[ask], part] / p[walk[ask], part].norm()
                known = {w: z[s[know], part] / z[s[know], part].norm() for w, s in sides.items()}
                logits = {w: 16 * asked @ x for w, x in known.items()}
                total = torch.stack(list(logits.values())).logsumexp(0)
                right = next(w for w, s in sides.items() if s == walk)
                smooth = torch.stack([total - x for x in logits.values()]).mean()
                terms.append(0.9 * (total - logits[right]) + 0.1 * smooth)
        found.append(torch.stack(terms).mean())
    assert_close(SiameseContrast()(p, label, z), found[0] + found[1])


def test_only_the_prediction_has_a_gradient():
    p, z = torch.randn(4, 1, 3, requires_grad=True), torch.randn(4, 1, 3, requires_grad=True)
    SiameseContrast()(p, torch.tensor([0, 0, 1, 1]), z).backward()
    assert p.grad.any()
    assert z.grad is None


@pytest.mark.parametrize("label", [[0, 0, 0, 0], [0, 0, 1, 2]])
def test_a_walk_that_is_not_there_twice_is_refused(label):
    x = torch.randn(4, 1, 3)
    with pytest.raises(DataError, match="every walk must be twice in a batch"):
        SiameseContrast()(x, torch.tensor(label), x)
