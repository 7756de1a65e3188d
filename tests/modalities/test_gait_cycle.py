import numpy as np
import pytest
import torch
from torch.testing import assert_close

from meshgait.body import JOINT_INDEX
from meshgait.errors import ConfigError, DataError
from meshgait.modalities import aligned_frames, gait_cycle, gei, heading, whole_cycles
from meshgait.walker import Identity, Route, walk
from tests.modalities.conftest import FPS, mirrored, turned


def kept(joints):
    return torch.ones(joints.shape[:-2], dtype=torch.bool)


@pytest.fixture(scope="module")
def walkers(body):
    """Fifty people on straight and curved ways, with what is known of their gait."""
    found = []
    for seed in range(50):
        generator = np.random.default_rng(seed)
        person = Identity.draw(generator)
        route = (Route.draw_straight, Route.draw_curved)[seed % 2](generator)
        steps = walk(body, person, route, frames=60, fps=FPS)
        found.append((person, steps, steps.motion.decode(body).joints))
    return found


def test_cadence_and_step_length_are_the_walkers_own(walkers):
    for _, steps, joints in walkers:
        found = gait_cycle(joints, kept(joints), fps=FPS)
        assert abs(float(found.cadence) / steps.cadence - 1) < 0.02
        assert abs(float(found.step_length.mean()) / steps.step_length - 1) < 0.02
        assert abs(float(found.step_time.sum()) * steps.cadence / 120 - 1) < 0.02
        assert found.false_strike.shape == (2, 0)
        assert abs(float(found.speed) / steps.speed - 1) < 0.02


def test_heel_strikes_and_toe_offs_are_right_to_a_frame(walkers):
    for person, steps, joints in walkers:
        found = gait_cycle(joints, kept(joints), fps=FPS)
        clock = np.arange(60) / FPS
        stride = 120 / steps.cadence
        for side in (0, 1):
            for padded, moment in (
                (found.heel_strike[side], 0.0),
                (found.toe_off[side], person.trait("stance_share")),
            ):
                times = padded[~padded.isnan()].numpy()
                late = (np.interp(times, clock, steps.phase) - side / 2 - moment + 0.5) % 1 - 0.5
                assert np.abs(late).max() * stride < 1.2 / FPS
        assert abs(float(found.duty_factor) - person.trait("stance_share")) < 0.03


def test_left_and_right_steps_of_an_asymmetric_walk_are_its_own(long_clip):
    """The left foot set down 6 cm farther ahead makes its steps longer, the right ones shorter."""
    joints = long_clip.mesh.joints
    left = [JOINT_INDEX[f"left_{name}"] for name in ("knee", "ankle", "foot")]
    angle = heading(joints)
    ahead = torch.stack([angle.sin(), torch.zeros_like(angle), angle.cos()], dim=-1)
    limping = joints.clone()
    limping[:, left] += 0.06 * ahead[:, None]
    before, after = (gait_cycle(j, kept(j), fps=FPS) for j in (joints, limping))
    change = after.step_length - before.step_length
    assert_close(change, torch.tensor([0.06, -0.06]), atol=0.005, rtol=0)
    assert_close(after.stride_length, before.stride_length, atol=0.005, rtol=0)
    assert_close(after.cadence, before.cadence, atol=0.5, rtol=0)


def test_the_steps_of_a_foot_that_lands_late_last_longer():
    """A left foot that is half a stride and 0.06 s behind the right one."""
    joints = walking_points(late=0.06)
    found = gait_cycle(joints, kept(joints), fps=100.0)
    assert_close(found.step_time, torch.tensor([0.61, 0.49]), atol=0.01, rtol=0)
    assert_close(found.step_length.sum(), found.stride_length, atol=0.01, rtol=0)


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("moment", [1.35, 2.45, 3.55])
def test_a_false_strike_is_named_and_moves_nothing(side, moment):
    plain, stumbling = walking_points(), walking_points()
    time = torch.arange(len(plain)) / 100
    start = moment + 0.55 * side
    bump = 0.25 * torch.sin(torch.pi * ((time - start) / 0.16).clamp(0, 1))
    stumbling[:, 10 + side, 2] += bump
    before, after = (gait_cycle(j, kept(j), fps=100.0) for j in (plain, stumbling))
    assert abs(float(after.cadence / before.cadence) - 1) < 0.01
    assert_close(after.stride_length, before.stride_length, rtol=0.02, atol=0)
    false = after.false_strike[side]
    assert (false > start).all()
    assert (false < start + 0.2).all()
    assert len(false) == 1
    assert before.false_strike.numel() == 0


def walking_points(late=0.0):
    """Joints (500, 24, 3) of somebody who goes 1.2 m/s along z, a stride in 1.1 s."""
    time = torch.arange(500) / 100.0
    joints = torch.zeros(500, 24, 3)
    joints[..., 2] = 1.2 * time[:, None]
    joints[:, [1, 16], 0] = 0.1  # left hip and shoulder
    joints[:, [2, 17], 0] = -0.1
    for side in (0, 1):
        phase = (time - (late if side == 0 else 0.0)) / 1.1 + side / 2
        whole, part = phase.floor(), phase % 1
        swing = ((part - 0.6) / 0.4).clamp(0, 1)
        eased = (1 - torch.cos(torch.pi * swing)) / 2
        joints[:, 10 + side, 2] = 1.2 * 1.1 * (whole + eased - side / 2) + 0.35
    return joints


def test_the_phase_is_the_walkers(walkers):
    for _, steps, joints in walkers:
        found = gait_cycle(joints, kept(joints), fps=FPS).phase.numpy()
        assert 0 <= found[0] < 1
        assert np.abs((found - steps.phase + 0.5) % 1 - 0.5).max() < 0.03


def test_a_foot_that_waits_at_a_stop_stands(body):
    """Events keep their places in the cycle, and the phase counts no step that nobody made."""
    person, fps = Identity.draw(np.random.default_rng(3)), 50.0
    steps = walk(body, person, Route(stops=(1,), stop_seconds=1.5), frames=400, fps=fps)
    joints = steps.motion.decode(body).joints
    found = gait_cycle(joints, kept(joints), fps=fps)
    for side in (0, 1):
        times = found.heel_strike[side]
        cycle = np.interp(times[~times.isnan()].numpy(), np.arange(400) / fps, steps.phase)
        assert np.abs((cycle - side / 2 + 0.5) % 1 - 0.5).max() < 0.05
        np.testing.assert_allclose(np.diff(cycle), 1, atol=0.05)
    phase = found.phase.numpy()
    assert abs((phase[-1] - phase[0]) - (steps.phase[-1] - steps.phase[0])) < 0.1
    straight = walk(body, person, Route(), frames=400, fps=fps)
    assert abs(float(found.stride_length) / straight.step_length / 2 - 1) < 0.01


def test_frames_past_the_end_change_nothing_but_the_phase_there(long_clip):
    joints = long_clip.mesh.joints
    alone = gait_cycle(joints, kept(joints), fps=FPS)
    padded = torch.cat([joints, torch.full((7, 24, 3), torch.nan)])
    mask = torch.arange(67) < 60
    found = gait_cycle(padded, mask, fps=FPS)
    assert_close(found.phase[:60], alone.phase)
    for name in ("cadence", "stride_length", "duty_factor", "heel_strike", "toe_off"):
        assert_close(getattr(found, name), getattr(alone, name), equal_nan=True)


def test_a_turn_of_the_world_changes_nothing(long_clip):
    mesh = long_clip.mesh
    before, after = (
        gait_cycle(m.joints, kept(m.joints), fps=FPS) for m in (mesh, turned(mesh, 2.0))
    )
    for one, other in zip(before, after, strict=True):
        assert_close(one, other, atol=1e-4, rtol=0, equal_nan=True)


def test_a_mirrored_walker_strikes_with_the_other_foot(long_clip, body):
    mesh = long_clip.mesh
    ours = gait_cycle(mesh.joints, kept(mesh.joints), fps=FPS)
    theirs = gait_cycle(mirrored(mesh, body).joints, kept(mesh.joints), fps=FPS)
    assert_close(theirs.heel_strike, ours.heel_strike.flip(0), atol=1e-4, rtol=0, equal_nan=True)
    assert_close(theirs.cadence, ours.cadence)


def test_clips_of_a_batch_do_not_see_each_other(walkers):
    joints = torch.stack([joints for _, _, joints in walkers[:6]]).reshape(2, 3, 60, 24, 3)
    together = gait_cycle(joints, kept(joints), fps=FPS)
    for index in np.ndindex(2, 3):
        alone = gait_cycle(joints[index], kept(joints[index]), fps=FPS)
        assert_close(together.cadence[index], alone.cadence)
        assert_close(together.phase[index], alone.phase)
        count = alone.toe_off.shape[-1]
        assert_close(together.toe_off[index][:, :count], alone.toe_off, equal_nan=True)


def test_a_walk_on_a_treadmill_has_its_cadence_and_no_speed(long_clip):
    joints = long_clip.mesh.joints - long_clip.mesh.joints[:, :1]
    found = gait_cycle(joints, kept(joints), fps=FPS)
    assert abs(float(found.cadence) / long_clip.walk.cadence - 1) < 0.02
    assert float(found.speed) == 0


def test_who_shows_no_stride_is_named(long_clip):
    joints = torch.stack([long_clip.mesh.joints, long_clip.mesh.joints[:1].expand(60, -1, -1)])
    with pytest.raises(DataError, match="clip 1 shows no whole stride: 0 and 0 heel strikes"):
        gait_cycle(joints, kept(joints), fps=FPS)
    with pytest.raises(ConfigError, match="fps must be above 0"):
        gait_cycle(joints, kept(joints), fps=0)
    gap = torch.arange(60) != 4
    with pytest.raises(DataError, match="not its first 59"):
        gait_cycle(joints[0], gap, fps=FPS)


def test_whole_cycles_hold_each_moment_equally_often():
    phase = 0.3 + torch.arange(50) / 20
    mask = torch.arange(50) < 47
    whole = whole_cycles(phase, mask)
    assert whole.nonzero().flatten().tolist() == list(range(40))
    with pytest.raises(DataError, match="less than one gait cycle"):
        whole_cycles(phase[:19], mask[:19])


@pytest.mark.parametrize("frames_per_cycle", [20, 23, 31])
@pytest.mark.parametrize("cycles", [1, 2, 3])
def test_a_clip_of_whole_cycles_is_kept_to_its_last_frame(frames_per_cycle, cycles):
    phase = 0.3 + torch.arange(cycles * frames_per_cycle) / frames_per_cycle
    assert whole_cycles(phase, torch.ones_like(phase, dtype=torch.bool)).all()


def test_the_energy_image_of_whole_cycles_is_that_of_one():
    moments = torch.rand(20, 4, 3)
    phase = 0.1 + torch.arange(50) / 20
    whole = whole_cycles(phase, torch.ones(50).bool())
    assert_close(gei(moments.repeat(3, 1, 1)[:50], whole), moments.mean(0))


def test_aligned_frames_meet_their_moments():
    phase = torch.tensor([[0.9, 1.02, 1.26, 1.49, 1.8, 2.0]])
    assert aligned_frames(phase, 4).tolist() == [[5, 2, 3, 4]]


def test_a_walk_played_backwards_is_the_same_gait_with_the_steps_of_the_other_side(walkers):
    for _, _, joints in walkers[:10]:
        plain = gait_cycle(joints, kept(joints), fps=FPS)
        back = gait_cycle(joints.flip(0), kept(joints), fps=FPS)
        stride = 120 / float(plain.cadence)
        assert abs(120 / float(back.cadence) - stride) < 1 / FPS
        assert abs(float(back.duty_factor - plain.duty_factor)) * stride < 1 / FPS
        assert abs(float(back.stride_length / plain.stride_length) - 1) < 0.02
        # From the left print to the right one is, backwards, from the right one to the left.
        assert_close(back.step_length, plain.step_length.flip(0), atol=0.03, rtol=0)
