from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from meshgait import Camera
from meshgait.errors import DataError, ShapeError
from meshgait.gait import measure_gait, summary_of
from meshgait.io.formats.gait3d import vector_track
from meshgait.sequence import Motion
from meshgait.walker import EstimatorNoise, Identity, Route, estimate_smpl, walk
from meshgait.walker.identity import TRAITS
from tests.gait.conftest import FPS

LEFT, RIGHT = [1, 4, 7, 10], [2, 5, 8, 11]


def with_step_asymmetry(person, shorter):
    """Right feet that land so late that left steps are that share shorter than right ones."""
    mean, spread, _ = TRAITS["step_asymmetry"]
    style = person.style.copy()
    style[list(TRAITS).index("step_asymmetry")] = (0.5 * shorter / (2 - shorter) - mean) / spread
    return replace(person, style=style)


def cycle_of(steps, side, person, time):
    phase = steps.phase - side * (0.5 + person.trait("step_asymmetry"))
    return np.interp(time, np.arange(len(steps.phase)) / steps.motion.fps, phase)


@pytest.mark.parametrize("fps", [25.0, 100.0])
@pytest.mark.parametrize(
    "route", [Route(heading=2.0), Route(bend=0.3), Route(stops=(1,), stop_seconds=1.5)]
)
def test_strides_are_the_walkers_own(body, person, route, fps):
    steps = walk(body, person, route, frames=int(9 * fps), fps=fps)
    gait = measure_gait(steps.motion, body)
    assert len(gait.counted()) >= 5
    for stride in gait.counted():
        side = ("left", "right").index(stride.side)
        start, off, end = (
            cycle_of(steps, side, person, t) for t in (stride.start, stride.toe_off, stride.end)
        )
        assert abs(start - round(start)) < 0.02
        assert abs(off - round(start) - person.trait("stance_share")) < 0.02
        assert round(end) == round(start) + 1
    if not route.stops:
        found = summary_of([gait])
        assert abs(found["cadence"]["both"].mean / steps.cadence - 1) < 0.01
        assert abs(found["step_length"]["both"].mean / steps.step_length - 1) < 0.02
        assert abs(found["stride_length"]["both"].mean / steps.step_length / 2 - 1) < 0.02


def test_a_left_step_that_is_a_tenth_shorter_is_found_within_a_hundredth(body, person):
    steps = walk(body, with_step_asymmetry(person, 0.1), frames=400, fps=FPS)
    length = summary_of([measure_gait(steps.motion, body)])["step_length"]
    assert abs(length["left"].mean / length["right"].mean - 0.9) < 0.01


def test_the_shares_of_a_stride_add_up(body, plain):
    for stride in measure_gait(plain.motion, body).counted():
        v = stride.values
        assert v["stance"] + v["swing"] == pytest.approx(100)
        assert v["single_support"] + v["double_support"] == pytest.approx(v["stance"])
        assert v["speed"] * v["stride_time"] == pytest.approx(v["stride_length"])
        assert v["walk_ratio"] == pytest.approx(1000 * v["step_length"] / v["cadence"])


def test_widths_and_toes_are_the_walkers_own(body):
    person = Identity.average()
    gait = measure_gait(walk(body, person, frames=300, fps=FPS).motion, body)
    found = summary_of([gait])
    assert found["step_width"]["both"].mean == pytest.approx(person.trait("step_width"), abs=0.002)
    turned = replace(person, style=person.style.copy())
    turned.style[list(TRAITS).index("toe_out_deg")] = 10 / TRAITS["toe_out_deg"].spread
    other = summary_of([measure_gait(walk(body, turned, frames=300, fps=FPS).motion, body)])
    more = other["foot_progression"]["both"].mean - found["foot_progression"]["both"].mean
    assert more == pytest.approx(10, abs=0.2)


def strides_of(gait):
    return {(s.side, round(s.start, 1)): s for s in gait.strides}


def unharmed(before, after, hit, word):
    """Strides that do not touch the time `hit` stay as they were; one that does says the word."""
    old, new = strides_of(before), strides_of(after)
    touched = [s for s in new.values() if s.start <= hit[1] and s.end >= hit[0]]
    assert touched
    assert all(s.left_out for s in touched)
    assert any(word in s.left_out for s in touched)
    for key, stride in old.items():
        if stride.left_out or (stride.start - 0.25 <= hit[1] and stride.end + 0.25 >= hit[0]):
            continue
        for name, value in stride.values.items():
            assert new[key].values[name] == pytest.approx(value, rel=0.005, abs=0.002), name


def test_a_frame_that_is_filled_in_costs_the_strides_that_it_hits(body, plain):
    missing = np.arange(500) == 240
    before = measure_gait(plain.motion, body)
    after = measure_gait(plain.motion, body, missing=missing)
    unharmed(before, after, (4.8, 4.8), "1 frame missing")


@pytest.mark.parametrize("length", [5, 30, 90])
@pytest.mark.parametrize("first", [205, 223, 251])
def test_exchanged_legs_cost_the_strides_that_they_hit(body, plain, first, length):
    pose = plain.motion.pose.reshape(-1, 24, 3).copy()
    frames = slice(first, first + length)
    pose[frames, LEFT], pose[frames, RIGHT] = (
        pose[frames, RIGHT] * [1, -1, -1], pose[frames, LEFT] * [1, -1, -1],
    )  # fmt: skip
    motion = replace(plain.motion, pose=pose.reshape(-1, 72))
    unharmed(
        measure_gait(plain.motion, body), measure_gait(motion, body),
        (first / FPS, (first + length - 1) / FPS), "legs exchanged",
    )  # fmt: skip


def test_a_jump_of_the_body_costs_the_strides_that_it_hits(body, plain):
    transl = plain.motion.transl.copy()
    transl[240:] += np.float32([1, 0, 0])
    motion = replace(plain.motion, transl=transl)
    unharmed(
        measure_gait(plain.motion, body), measure_gait(motion, body), (4.8, 4.8), "jump"
    )  # fmt: skip


def test_a_kick_that_looks_like_a_step_costs_the_strides_that_it_hits(body, plain):
    """The left leg swings forwards and back while it should stand."""
    before = measure_gait(plain.motion, body)
    stride = before.counted("left")[3]
    frames = np.arange(500) / FPS - (stride.start + 0.3)
    bump = -1.2 * np.sin(np.pi * np.clip(frames / 0.2, 0, 1))
    pose = plain.motion.pose.reshape(-1, 24, 3).copy()
    turn = Rotation.from_rotvec(np.stack([bump, 0 * bump, 0 * bump], axis=1))
    pose[:, 1] = (turn * Rotation.from_rotvec(pose[:, 1])).as_rotvec()
    after = measure_gait(replace(plain.motion, pose=pose.reshape(-1, 72)), body)
    unharmed(before, after, (stride.start + 0.3, stride.start + 0.5), "")


def test_a_sharp_turn_is_left_out_and_says_so(body, person, plain):
    """A quarter turn within a stride, the strides before and after it straight."""
    angle = np.pi / 2 / (1 + np.exp(-(np.arange(500) - 250) / 6.0))
    way = np.diff(plain.motion.transl, axis=0, prepend=plain.motion.transl[:1])
    turns = Rotation.from_euler("Y", angle[:, None])
    pose = plain.motion.pose.reshape(-1, 24, 3).copy()
    pose[:, 0] = (turns * Rotation.from_rotvec(pose[:, 0])).as_rotvec()
    transl = (plain.motion.transl[0] + turns.apply(way).cumsum(0)).astype(np.float32)
    motion = Motion(pose.reshape(-1, 72).astype(np.float32), plain.motion.betas, transl, FPS)
    gait = measure_gait(motion, body)
    assert any("a turn by" in s.left_out for s in gait.left_out())
    cadence = summary_of([gait])["cadence"]["both"].mean
    assert abs(cadence / plain.cadence - 1) < 0.01


def test_on_a_treadmill_the_numbers_are_those_over_ground(body, plain):
    """The pelvis stays where it is, but for its sway."""
    motion = plain.motion
    seconds = np.arange(500)[:, None] / FPS
    spot = motion.transl - seconds * np.float32([0, 0, plain.speed])
    gait = measure_gait(replace(motion, transl=spot.astype(np.float32)), body)
    assert "on the spot" in gait.notes[0]
    before, after = summary_of([measure_gait(motion, body)]), summary_of([gait])
    assert after["cadence"]["both"].mean == pytest.approx(before["cadence"]["both"].mean, rel=0.002)
    assert after["step_length"]["both"].mean == pytest.approx(
        before["step_length"]["both"].mean, rel=0.03
    )


def test_bodies_estimated_from_pictures_have_the_cadence_of_the_walker(body):
    """Their feet shiver and they have no place; strides are found all the same."""
    steps = walk(body, Identity.average(), frames=150, fps=25.0)
    joints, camera = steps.motion.decode(body).joints, Camera.orbit(70, 5, 8.0, (256, 256))
    smpl = estimate_smpl(
        body, steps.motion, joints, camera, EstimatorNoise(), np.random.default_rng(2)
    )
    gait = measure_gait(vector_track(smpl, frames=np.arange(150)).to_motion(body, fps=25.0), body)
    assert "heels do not rest" in gait.notes[1]
    assert len(gait.left_out()) <= 2
    found = summary_of([gait])
    assert abs(found["cadence"]["both"].mean / steps.cadence - 1) < 0.02
    assert abs(found["step_length"]["both"].mean / steps.step_length - 1) < 0.1


def test_a_turn_of_the_world_changes_nothing(body, plain):
    turn = Rotation.from_euler("y", 1.0).as_matrix()
    moved = plain.motion.carried(body, turn, np.array([3.0, 0.0, -2.0]))
    for one, other in zip(
        measure_gait(plain.motion, body).strides, measure_gait(moved, body).strides, strict=True
    ):
        assert one.side == other.side
        assert other.values == pytest.approx(one.values, rel=1e-4, abs=1e-4)
        for name, curve in one.curves.items():
            np.testing.assert_allclose(other.curves[name], curve, atol=0.01)


def test_a_mirrored_walk_has_its_sides_exchanged(body, plain):
    order = np.arange(24)
    for a, b in zip([1, 4, 7, 10, 13, 16, 18, 20, 22], [2, 5, 8, 11, 14, 17, 19, 21, 23],
                    strict=True):  # fmt: skip
        order[[a, b]] = b, a
    pose = plain.motion.pose.reshape(-1, 24, 3)[:, order] * np.float32([1, -1, -1])
    betas = np.zeros(10, np.float32)  # a body that is its own mirror image but for rounding
    there = replace(plain.motion, betas=betas)
    back = Motion(pose.reshape(-1, 72), betas, there.transl * np.float32([-1, 1, 1]), FPS)
    ours, theirs = (summary_of([measure_gait(m, body)]) for m in (there, back))
    for name, sides in ours.items():
        assert theirs[name]["right"].mean == pytest.approx(sides["left"].mean, rel=0.02, abs=0.3)


def test_who_shows_no_stride_that_counts_is_named(body, plain):
    with pytest.raises(DataError, match="ann: it shows no whole stride"):
        measure_gait(plain.motion.cut(0, 30), body, name="ann")
    with pytest.raises(DataError, match=r"ann: no stride counts; the first: .* missing"):
        measure_gait(plain.motion, body, name="ann", missing=np.ones(500, bool))
    with pytest.raises(ShapeError, match=r"missing is \(3,\)"):
        measure_gait(plain.motion, body, missing=np.zeros(3, bool))


def test_a_walk_backwards_or_aside_is_refused_by_that_name(body):
    """Neither is a walk on the spot."""
    whole = walk(body, Identity.draw(np.random.default_rng(3)), frames=100).motion
    back = Motion(whole.pose[::-1].copy(), whole.betas, whole.transl[::-1].copy(), whole.fps)
    aside = replace(whole, transl=whole.transl[:, [2, 1, 0]])
    for motion in (back, aside):
        with pytest.raises(DataError, match="ann: it goes backwards or aside, of which strides"):
            measure_gait(motion, body, name="ann")
