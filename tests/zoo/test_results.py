from meshgait import models
from meshgait.zoo.results import RESULTS, results_of


def test_every_number_is_a_percentage_of_a_network_there_is_and_has_a_source():
    for result in RESULTS:
        assert result.model in models.networks()
        assert result.source
        scores = (result.rank1, result.rank5, result.mean_ap, result.mean_inp)
        assert all(score is None or 0 < score < 100 for score in scores)
        assert result.rank5 is None or result.rank5 > result.rank1


def test_a_result_reads_as_a_line():
    assert str(results_of("MTSGait")[0]) == (
        "Gait3D at 64 x 44: Rank-1 48.7, Rank-5 67.1, mAP 37.63, mINP 21.92 (Gait3D benchmark: "
        "papers and official README)"
    )
    assert results_of("GEI") == []


def test_no_network_has_two_results_for_the_same():
    keys = [(r.model, r.dataset, r.size, r.source, r.note) for r in RESULTS]
    assert len(set(keys)) == len(keys)
