from dataclasses import replace

import numpy as np
import pytest

from meshgait.benchmark import calibration as module
from meshgait.benchmark.calibration import calibrate, require_people
from meshgait.errors import ConfigError
from meshgait.gallery import Sureness, vectors_of
from tests.benchmark.conftest import TINY
from tests.gallery.people import embeddings


def people(count, clips=4, *, spread=1.0, seed=0):
    values = embeddings(count, clips, spread=spread, seed=seed)
    return values.reshape(-1, *values.shape[2:]), [
        f"p{i:03}" for i in range(count) for _ in range(clips)
    ]


def test_what_is_learnt_of_some_is_tried_on_others():
    values, who = people(80)
    found = calibrate(values, who, 0.05)
    first = [name in sorted(set(who))[::2] for name in who]
    learnt, rest = values[first], values[~np.array(first)]
    names = np.array(who)
    sure = Sureness.of(vectors_of(learnt), list(names[first]), 0.05)
    assert found["threshold"] == sure.threshold
    assert found["trials"] == 2 * len(rest)
    # Whatever the others' distances are, they decide nothing but the trial.
    moved = values.copy()
    moved[~np.array(first)] = people(80, seed=5)[0][~np.array(first)]
    assert calibrate(moved, who, 0.05)["threshold"] == sure.threshold


def test_strangers_are_let_in_as_often_as_was_asked_for():
    found = calibrate(*people(160), 0.1)
    spread = np.sqrt(0.1 * 0.9 * (1 / 80 + 1 / 80))  # of both halves
    assert abs(found["let_in"] - 0.1) < 3 * spread
    assert sum(count for _, _, count in found["bins"]) == found["trials"]
    off = sum(abs(said - right) * count for said, right, count in found["bins"])
    assert found["error"] == pytest.approx(off / found["trials"])


def test_intervals_hold_the_value_and_narrow_with_more_people():
    few, many = (calibrate(*people(count), 0.1) for count in (40, 360))
    for name in ("error", "let_in"):
        for found in (few, many):
            low, high = found[f"{name}_interval"]
            assert 0 <= low <= high
            assert low <= found[name] <= high or name == "error"  # whose draws lie above it
        width = [np.ptp(found[f"{name}_interval"]) for found in (few, many)]
        assert width[1] < width[0]


def test_equal_people_leave_no_doubt():
    one = [np.arange(3 * k, 3 * k + 3) for k in range(5)]
    assert module._interval(one, lambda some: float((some % 3).mean())) == (1.0, 1.0)


def test_everybody_is_found_where_clips_of_a_person_are_the_same():
    values, who = people(40, spread=0.01)
    found = calibrate(values, who, 0.05)
    assert (found["missed"], found["let_in"]) == (0, 0)


def test_of_no_right_match_nothing_is_learnt():
    values, who = people(40, clips=1)
    assert calibrate(values, who, 0.05) is None


def test_too_few_people_and_a_share_that_is_none_are_one_sentence():
    with pytest.raises(ConfigError, match=r"needs 20 people .* and 20 others .* is 39"):
        require_people(replace(TINY, test_identities=39), 0.01)
    require_people(replace(TINY, test_identities=40), 0.01)
    with pytest.raises(ConfigError, match="between 0 and 1, got 0"):
        require_people(replace(TINY, test_identities=40), 0.0)
