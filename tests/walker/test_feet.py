import numpy as np
import pytest

from meshgait.body import Body
from meshgait.walker.feet import LARGEST_BEND, FootShape, bend_of_toes, move_foot, pitch_curve
from meshgait.walker.skeleton import Skeleton

STANCE = {"stance_share": 0.62, "heel_strike": 0.35, "toe_off": 1.0}


@pytest.fixture(scope="module")
def foot():
    return Skeleton.of(Body.embedded(), np.zeros(10)).feet[0]


def test_a_wheel_rolls_by_the_length_of_its_rim():
    rim = np.linspace(-np.pi, np.pi, 4001)
    wheel = 0.1 * np.stack([0 * rim, np.cos(rim), np.sin(rim)], axis=1)
    ball = np.array([0.0, 0.0, 9.0])
    shape = FootShape.measure(wheel, np.zeros(len(rim)), ball)
    np.testing.assert_allclose(shape.forward, -0.1 * shape.pitch, atol=2e-4)
    np.testing.assert_allclose(shape.up, 0.1, atol=1e-6)


def test_the_ankle_is_where_it_was_when_the_foot_stands_flat(foot):
    assert np.interp(0, foot.pitch, foot.forward) == 0
    lowest = np.interp(0, foot.pitch, foot.up)
    assert 0.05 < lowest < 0.1
    assert (foot.up >= lowest - 0.005).all()  # tipping a foot lifts the ankle


def test_the_pitch_curve_closes_and_passes_its_named_angles():
    phase = np.linspace(0, 1, 1001)
    pitch = pitch_curve(phase, **STANCE)
    assert np.isclose(pitch[0], 0.35)
    assert np.isclose(pitch[-1], pitch[0])
    assert np.isclose(pitch_curve(np.array([0.62]), **STANCE)[0], -1.0)
    flat = (phase > 0.13 * 0.62) & (phase < 0.55 * 0.62)
    np.testing.assert_allclose(pitch[flat], 0, atol=1e-12)


def test_toes_bend_only_while_the_heel_is_up_and_only_so_far():
    assert bend_of_toes(np.array([0.3, 0.0, -0.2, -9.0])).tolist() == [0, 0, 0.2, LARGEST_BEND]


def test_a_foot_stays_at_its_print_and_gets_to_the_next(foot):
    strikes = np.arange(4.0)
    prints = np.array([[0.1 * k, 1.3 * k, 0.2 * k] for k in range(4)])
    phase = np.linspace(0.01, 2.99, 900)
    motion = move_foot(phase, strikes, prints, foot, clearance=0.02, swing_out=0.0, **STANCE)
    own = phase % 1
    flat = (own > 0.1) & (own < 0.33)
    step = phase[flat].astype(int)
    np.testing.assert_allclose(motion.ankle[flat][:, [0, 2]], prints[step, :2], atol=1e-9)
    np.testing.assert_allclose(motion.yaw[flat], prints[step, 2])
    speed = np.linalg.norm(np.diff(motion.ankle, axis=0), axis=1) / np.diff(phase)
    assert speed.max() < 8  # metres per cycle: no jumps, not even at heel strike and toe off
    grounded = np.interp(motion.pitch, foot.pitch, foot.up)
    lift = motion.ankle[:, 1] - grounded
    assert (lift >= -1e-9).all()
    assert np.isclose(lift.max(), 0.02, atol=1e-4)
