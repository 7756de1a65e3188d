import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from meshgait.errors import DataError, ShapeError
from meshgait.metrics import cmc, part_distance, retrieval
from tests.golden import formula
from tests.metrics.random_comparisons import comparisons


def scores_one_by_one(distance, probe_ids, gallery_ids, exclude, unmatched_is_miss):
    """Sort each row; strangers before matches where they are equally far."""
    hits, precisions, penalties = [], [], []
    for q, row in enumerate(distance):
        compared = [g for g in range(len(row)) if not exclude[q, g]]
        ranked = sorted(compared, key=lambda g: (row[g], gallery_ids[g] == probe_ids[q]))
        ranks = [r for r, g in enumerate(ranked, 1) if gallery_ids[g] == probe_ids[q]]
        if not ranks and not unmatched_is_miss:
            continue
        hits.append([bool(ranks) and ranks[0] <= k for k in range(1, 12)])
        precisions.append(np.mean([i / r for i, r in enumerate(ranks, 1)]) if ranks else 0)
        penalties.append(len(ranks) / ranks[-1] if ranks else 0)
    curve = 100 * np.mean(hits, axis=0) if hits else np.zeros(11)
    return curve, 100 * np.mean(precisions or 0), 100 * np.mean(penalties or 0), len(hits)


@settings(deadline=None)
@given(comparisons(), st.booleans())
def test_scores_are_those_of_sorting_each_row(comparison, unmatched_is_miss):
    *arguments, exclude = comparison
    options = {"exclude": exclude, "unmatched_is_miss": unmatched_is_miss}
    curve, precision, penalty, probes = scores_one_by_one(*comparison, unmatched_is_miss)
    if not curve.any():
        with pytest.raises(DataError, match="no probe has a match"):
            retrieval(*arguments, **options)
        return
    scores = retrieval(*arguments, **options)
    found = [scores[key] for key in ("rank1", "rank5", "rank10", "mAP", "mINP", "probes")]
    assert found == pytest.approx([curve[0], curve[4], curve[9], precision, penalty, probes])
    assert probes + (0 if unmatched_is_miss else scores["unmatched"]) == len(exclude)
    assert cmc(*arguments, ranks=11, **options) == pytest.approx(curve)


@settings(deadline=None)
@given(comparisons(), st.randoms(use_true_random=False))
def test_no_order_of_the_gallery_matters(comparison, random):
    distance, probe, gallery, exclude = comparison
    order = list(range(len(gallery)))
    random.shuffle(order)
    try:
        scores = retrieval(distance, probe, gallery, exclude=exclude)
    except DataError:
        return
    shuffled = retrieval(distance[:, order], probe, gallery[order], exclude=exclude[:, order])
    assert shuffled == scores


def test_a_collapsed_network_gains_nothing_by_ties():
    gallery = np.arange(1000) // 10
    scores = retrieval(np.zeros((100, 1000)), np.arange(100), gallery)
    assert scores["rank1"] == scores["rank10"] == 0
    assert scores["mAP"] < 1
    assert scores["mINP"] == pytest.approx(1)


def test_mates_in_front_score_full_marks():
    identities = torch.arange(20) // 4
    points = identities + 0.01 * torch.rand(20)
    distance = (points[:, None] - points).abs()
    scores = retrieval(distance, identities, identities, exclude=torch.eye(20).bool())
    assert [scores[key] for key in ("rank1", "rank5", "rank10", "mAP", "mINP")] == [100] * 5


def test_leaving_a_pair_out_is_having_no_such_entry():
    distance = np.random.default_rng(0).random((1, 9))
    gallery = np.array([1, 2, 1, 1, 3, 2, 1, 4, 5])
    for gone in range(9):
        kept = np.arange(9) != gone
        assert retrieval(distance, [1], gallery, exclude=~kept[None]) == retrieval(
            distance[:, kept], [1], gallery[kept]
        )


def test_probes_without_a_mate_are_counted_apart_or_as_misses():
    distance = np.array([[0.1, 0.2], [0.1, 0.2]])
    apart = retrieval(distance, ["ann", "eve"], ["ann", "bob"])
    assert (apart["rank1"], apart["mAP"], apart["probes"], apart["unmatched"]) == (100, 100, 1, 1)
    missed = retrieval(distance, ["ann", "eve"], ["ann", "bob"], unmatched_is_miss=True)
    assert (missed["rank1"], missed["mAP"], missed["mINP"]) == (50, 50, 50)
    assert (missed["probes"], missed["unmatched"]) == (2, 1)


def test_only_the_order_of_distances_matters():
    generator = np.random.default_rng(1)
    distance, probe, gallery = (
        generator.random((30, 80)),
        generator.integers(0, 9, 30),
        generator.integers(0, 9, 80),
    )
    assert retrieval(np.exp(3 * distance), probe, gallery) == retrieval(distance, probe, gallery)


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64, np.int64, torch.bfloat16])
def test_distances_and_identities_come_in_any_form(kind):
    rows, probe, gallery = [[1, 3, 2], [5, 4, 6]], [7, 8], [7, 8, 7]
    is_torch = isinstance(kind, torch.dtype)
    distance = torch.tensor(rows, dtype=kind) if is_torch else np.array(rows, kind)
    expected = retrieval(np.array(rows, float), probe, gallery)
    assert retrieval(np.asfortranarray(rows, float), probe, gallery) == expected
    names = [list(map(str, probe)), list(map(str, gallery))]
    for ids in (
        [probe, gallery],
        [torch.tensor(probe), torch.tensor(gallery)],
        [np.array(probe, np.int16), gallery],
        names,
        [np.array(names[0]), np.array(names[1], object)],
    ):
        assert retrieval(distance, *ids) == expected


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_the_original_gives_the_same_distances_and_scores(metric):
    golden, _ = formula.load("retrieval")
    embedding, probe = torch.from_numpy(golden["embedding"]).mT, golden["probe"]
    distance = part_distance(embedding[probe], embedding[~probe], metric)
    short = metric[:3]
    assert_close(distance, torch.from_numpy(golden[f"{short}_distance"]), rtol=1e-5, atol=1e-6)
    scores = retrieval(distance, golden["label"][probe], golden["label"][~probe])
    found = [scores[key] for key in ("rank1", "rank5", "mAP", "mINP")]
    assert found == pytest.approx(100 * golden[f"{short}_scores"])


def test_nan_is_found_and_an_empty_comparison_refused():
    distance = np.ones((2, 3), np.float32)
    distance[1, 2] = np.nan
    with pytest.raises(DataError, match=r"1 distances are NaN, the first at \[1, 2\]"):
        retrieval(distance, [1, 2], [1, 2, 3])
    with pytest.raises(DataError, match="2 probes, 0 in the gallery"):
        retrieval(np.ones((2, 0)), [1, 2], [])
    with pytest.raises(DataError, match="0 probes, 2 in the gallery"):
        cmc(np.ones((0, 2)), [], [1, 2])


@pytest.mark.usefixtures("unchecked")
def test_wrong_identities_and_masks_are_refused():
    distance = np.ones((2, 3))
    with pytest.raises(ShapeError, match=r"distance is \(2, 3\), but there are \(3,\) probe"):
        retrieval(distance, [1, 2, 3], [1, 2, 3])
    for wrong in (["1", "2", "3"], [1.0, 2.0, 3.0], [True, False, True]):
        with pytest.raises(DataError, match="all integers or all strings"):
            retrieval(distance, [1, 2], wrong)
    for exclude in (np.zeros((3, 2), bool), np.zeros((2, 3))):
        with pytest.raises(ShapeError, match=r"exclude must be boolean and \(2, 3\)"):
            retrieval(distance, [1, 2], [1, 2, 3], exclude=exclude)
    with pytest.raises(ShapeError, match=r"\(probes, gallery\), got \(2,\)"):
        retrieval(np.ones(2), [1, 2], [1])
