import numpy as np
import pytest

from meshgait.gallery import Sureness, expected_calibration_error, reliability, vectors_of
from meshgait.gallery.sureness import nearest
from tests.gallery.people import embeddings


def gallery(people, clips, *, spread=0.35, seed=0):
    values = embeddings(people, clips, spread=spread, seed=seed)
    names = [f"p{i}" for i in range(people) for _ in range(clips)]
    return vectors_of(values.reshape(-1, *values.shape[2:])), names


def test_nearest_own_and_other_are_those_of_the_definition():
    vectors, names = gallery(4, 3)
    own, other = nearest(vectors, names)
    far = 1 - vectors.astype(np.float64) @ vectors.T.astype(np.float64)
    for i in range(len(names)):
        mine = [far[i, j] for j in range(len(names)) if j != i and names[j] == names[i]]
        rest = [far[i, j] for j in range(len(names)) if names[j] != names[i]]
        assert own[i] == pytest.approx(min(mine), abs=1e-5)
        assert other[i] == pytest.approx(min(rest), abs=1e-5)
    assert np.isinf(nearest(vectors[:1], names[:1])).all()


def test_the_threshold_lets_in_no_more_strangers_than_asked_for():
    vectors, names = gallery(60, 3, spread=1.0)
    strangers, _ = gallery(400, 1, spread=1.0, seed=1)
    for fpir in (0.05, 0.2):
        found = Sureness.of(vectors, names, fpir)
        let_in = ((1 - strangers @ vectors.T).min(1) < found.threshold).mean()
        assert found.fpir == fpir
        spread = np.sqrt(fpir * (1 - fpir) * (1 / 400 + 1 / 60))  # of both samples
        assert let_in <= fpir + 3 * spread


def test_of_few_people_the_threshold_is_a_prediction_bound():
    found = Sureness.of(*gallery(3, 2), 0.01)
    lowest = np.log(found.other.reshape(3, 2).min(1))
    reach = 6.964557 * np.sqrt(4 / 3) * lowest.std(ddof=1)  # Student's, of two degrees of freedom
    bound, middle = np.exp(lowest.mean() - reach), (found.own.max() + found.other.min()) / 2
    assert found.threshold == pytest.approx(min(bound, middle), abs=1e-6)
    alone = Sureness.of(*gallery(3, 1), 0.01)
    lowest = np.log(alone.other)
    reach = 6.964557 * np.sqrt(4 / 3) * lowest.std(ddof=1)
    assert alone.threshold == pytest.approx(np.exp(lowest.mean() - reach), abs=1e-6)
    assert found.probability(0.1) is None
    assert Sureness.of(*gallery(1, 2)).threshold == -np.inf


def test_nearer_is_surer_and_what_is_said_comes_true():
    found = Sureness.of(*gallery(60, 4, spread=1.0))
    said = [found.probability(far) for far in (0.1, 0.3, 0.5, 0.9)]
    assert said == sorted(said, reverse=True)
    probability, is_right = found.held_out()
    assert len(probability) == 2 * 60 * 4
    # 480 trials in ten bins: a bin of 48 is right to within 7 points (one deviation).
    assert expected_calibration_error(probability, is_right) < 0.15


def test_no_probability_below_20_people_nor_from_single_clips():
    assert Sureness.of(*gallery(19, 3)).model is None
    assert Sureness.of(*gallery(20, 3)).model is not None
    assert Sureness.of(*gallery(30, 1)).model is None


def test_the_error_is_how_far_bins_are_off():
    probability = np.array([0.95] * 10 + [0.15] * 10)
    is_right = np.array([True] * 9 + [False] + [True] * 2 + [False] * 8)
    assert reliability(probability, is_right) == [(0.15, 0.2, 10), (0.95, 0.9, 10)]
    assert expected_calibration_error(probability, is_right) == pytest.approx(0.05)
