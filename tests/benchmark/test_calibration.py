from dataclasses import replace

import numpy as np
import pytest

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
