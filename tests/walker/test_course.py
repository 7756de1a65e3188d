import csv
from pathlib import Path

import numpy as np
import pytest

from meshgait.walker import Identity, Route
from meshgait.walker.course import Course

NORMATIVE = Path(__file__).parents[1] / "golden/normative.csv"


def measured():
    """Speed, leg length, step length and cadence of 51 adults at six speeds."""
    with NORMATIVE.open() as file:
        rows = list(csv.DictReader(file))
    columns = ("Speed", "LegLength", "StepLength", "Cadence")
    return (np.array([float(row[column]) for row in rows]) for column in columns)


def test_walkers_of_the_same_speed_and_legs_step_nearly_like_the_measured_adults():
    errors = []
    for speed, leg, step, cadence in zip(*measured(), strict=True):
        course = Course.plan(Identity.average(), leg, Route(speed=speed / 1.25), 4.0)
        cycles = np.interp([-1, 1], course.time, course.cycle)
        ours = np.interp(1, course.time, course.distance) / cycles[1] / 2
        errors.append((ours / step - 1, 60 * (cycles[1] - cycles[0]) / cadence - 1))
    # Captured walkers step 12 percent longer than these adults: ours stand between the two.
    assert 0 < np.mean(errors, axis=0)[0] < 0.12
    assert np.std(errors, axis=0).max() < 0.09  # between people it is 7 percent


@pytest.mark.parametrize("draw", [Route.draw_straight, Route.draw_curved, Route.draw_irregular])
def test_position_time_and_distance_belong_together(draw):
    course = Course.plan(Identity.average(), 0.9, draw(np.random.default_rng(1)), 3.0)
    steps = np.linalg.norm(np.diff(course.position, axis=0), axis=1)
    np.testing.assert_allclose(steps, np.diff(course.distance), rtol=1e-3)
    assert (np.diff(course.time) > 0).all()
    assert (np.diff(course.distance) > 0).all()
    middle = len(course.cycle) // 2
    assert course.time[middle] == course.distance[middle] == 0


def test_a_stop_takes_its_time_and_no_way():
    plain = Course.plan(Identity.average(), 0.9, Route(), 3.0)
    stop = Course.plan(Identity.average(), 0.9, Route(stops=(0,), stop_seconds=0.7), 3.0)
    assert np.isclose(np.ptp(stop.time) - np.ptp(plain.time), 0.7, atol=0.01)
    np.testing.assert_allclose(stop.distance, plain.distance)


def test_a_bend_turns_by_its_angle():
    course = Course.plan(Identity.average(), 0.9, Route(bend=0.3, heading=1.0), 3.0)
    np.testing.assert_allclose(course.heading, 1.0 + 0.3 * course.distance)
