from importlib import import_module

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from meshgait.errors import DataError, ShapeError
from meshgait.metrics import part_distance, same, score_probes, search

probe, gallery = torch.randn(23, 3, 4), torch.randn(40, 3, 4)
people = [f"p{i % 7}" for i in range(23)], [f"p{i % 9}" for i in range(40)]
views = [i % 2 for i in range(23)], [i % 3 for i in range(40)]


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
@pytest.mark.parametrize("pairs", [1, 90, 1 << 25])
def test_blocks_of_any_size_give_the_scores_of_the_whole(monkeypatch, metric, pairs):
    monkeypatch.setattr(import_module("meshgait.metrics.blockwise"), "_PAIRS", pairs)
    whole = score_probes(part_distance(probe, gallery, metric), *people, exclude=same(*views))
    found = search(probe, gallery, *people, metric=metric, exclude=views)
    for name in ("first", "precision", "penalty", "matches"):
        one, other = (torch.from_numpy(np.asarray(getattr(s, name))) for s in (found, whole))
        assert_close(one, other)


def test_chosen_probes_are_scored_alone():
    scores = search(probe, gallery, *people)
    chosen = np.arange(0, 23, 2)
    few = search(probe[chosen], gallery, [people[0][i] for i in chosen], people[1])
    assert scores[chosen].mean() == pytest.approx(few.mean())


@pytest.mark.usefixtures("unchecked")
def test_what_does_not_fit_is_refused():
    with pytest.raises(DataError, match="nothing to compare: 0 probes, 40 in the gallery"):
        search(probe[:0], gallery, [], people[1])
    with pytest.raises(ShapeError, match=r"distance is \(23, 40\), but there are \(2,\)"):
        search(probe, gallery, ["a", "b"], people[1])
    with pytest.raises(ShapeError, match=r"there are \(1,\) probe"):
        search(probe, gallery, *people, exclude=([0], views[1]))
    broken = gallery.clone()
    broken[3] = torch.nan
    with pytest.raises(DataError, match="look for NaN"):
        search(probe, broken, *people)
