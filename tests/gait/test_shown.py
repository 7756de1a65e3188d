import numpy as np
import pytest

from meshgait.gait import measure_gait, shown_of
from meshgait.io import Actor


def test_footprints_and_phase_are_those_of_the_walk(body, plain):
    late = Actor("ann", plain.motion, np.arange(500) / 50 + 2.0)
    found, gait = shown_of(late, body, film=1), measure_gait(plain.motion, body)
    assert found.film == 1
    for step in found.steps:
        side = ("left", "right").index(step.side)
        index = np.abs(gait.events.strikes[side] + 2.0 - step.seconds).argmin()
        assert gait.events.strikes[side][index] + 2.0 == pytest.approx(step.seconds)
        assert (step.x, step.z) == pytest.approx(tuple(gait.prints[side].place[index]))
    away = (found.phase - plain.phase + 0.5) % 1 - 0.5
    assert np.abs(away).max() < 0.02
    assert abs(found.floor) < 0.02
    assert {pair.shape for pair in found.curves.values()} == {(2, 500)}


def test_who_shows_no_stride_is_shown_without_steps(body, plain):
    found = shown_of(Actor.of("ann", plain.motion.cut(0, 10)), body)
    assert found.steps == ()
    assert found.phase is None
    assert len(found.facing) == 10
