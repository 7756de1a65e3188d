import numpy as np
import pytest

from meshgait.body import Body
from meshgait.walker.feet import (
    LARGEST_BEND,
    FootShape,
    Steps,
    bend_of_toes,
    move_foot,
    pitch_curve,
)
from meshgait.walker.skeleton import Skeleton

STANCE_SHARE = 0.62


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


def test_the_pitch_curve_passes_its_named_angles_and_ends_at_those_of_the_next_stride():
    phase = np.linspace(0, 1, 1001)

    def pitch(at):
        angles = (np.full(len(at), angle) for angle in (0.35, 1.0, 0.2))
        names = ("heel_strike", "toe_off", "next_heel_strike")
        return pitch_curve(at, stance_share=STANCE_SHARE, **dict(zip(names, angles, strict=True)))

    assert np.allclose(pitch(np.array([0.0, STANCE_SHARE, 1.0])), [0.35, -1.0, 0.2])
    flat = (phase > 0.08 * STANCE_SHARE) & (phase < 0.35 * STANCE_SHARE)
    np.testing.assert_allclose(pitch(phase)[flat], 0, atol=1e-12)


def test_toes_bend_only_while_the_heel_is_up_and_only_so_far():
    assert bend_of_toes(np.array([0.3, 0.0, -0.2, -9.0])).tolist() == [0, 0, 0.2, LARGEST_BEND]


def test_a_foot_stays_at_its_print_and_gets_to_the_next(foot):
    strikes = np.arange(4.0)
    prints = np.array([[0.1 * k, 1.3 * k, 0.2 * k] for k in range(4)])
    phase = np.linspace(0.01, 2.99, 900)
    strides = Steps(strikes, prints, np.full(4, 0.35), np.full(4, 1.0), np.full(4, 0.03))
    motion = move_foot(
        phase, strides, foot, stance_share=STANCE_SHARE, clearance=0.02, swing_out=0.0
    )
    own = phase % 1
    flat = (own > 0.08 * STANCE_SHARE) & (own < 0.35 * STANCE_SHARE)
    step = phase[flat].astype(int)
    np.testing.assert_allclose(motion.ankle[flat][:, [0, 2]], prints[step, :2], atol=1e-9)
    np.testing.assert_allclose(motion.yaw[flat], prints[step, 2])
    speed = np.linalg.norm(np.diff(motion.ankle, axis=0), axis=1) / np.diff(phase)
    assert speed.max() < 8  # metres per cycle: no jumps, not even at heel strike and toe off
    grounded = np.interp(motion.pitch, foot.pitch, foot.up)
    lift = motion.ankle[:, 1] - grounded
    assert (lift >= -1e-9).all()
    assert 0.03 < lift.max() < 0.05  # neither the lift nor the clearance alone
