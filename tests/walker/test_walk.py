from dataclasses import replace

import numpy as np
import pytest
import torch

from meshgait.body import JOINT_INDEX, Body
from meshgait.errors import ConfigError
from meshgait.walker import Identity, Route, walk
from meshgait.walker.identity import TRAITS

MIRROR = [0, 2, 1, 3, 5, 4, 6, 8, 7, 9, 11, 10, 12, 14, 13, 15, 17, 16, 19, 18, 21, 20, 23, 22]


@pytest.fixture(scope="module")
def body():
    return Body.embedded()


@pytest.fixture(scope="module")
def clips(body):
    """Twelve people on straight, curved and irregular routes, with their vertices."""
    found = []
    for seed in range(12):
        generator = np.random.default_rng(seed)
        person = Identity.draw(generator)
        draw = (Route.draw_straight, Route.draw_curved, Route.draw_irregular)[seed % 3]
        steps = walk(body, person, draw(generator), frames=50)
        found.append((steps, steps.motion.decode(body)))
    return found


def feet(body):
    weights = body.layer.lbs_weights
    return [
        (weights[:, [JOINT_INDEX[f"{side}_ankle"], JOINT_INDEX[f"{side}_foot"]]].sum(1) > 0.5)
        .nonzero()[:, 0]
        for side in ("left", "right")
    ]  # fmt: skip


def test_the_lowest_point_is_on_the_floor_in_every_frame(clips):
    for _, mesh in clips:
        assert mesh.vertices[..., 1].amin(1).abs().max() < 0.001


def test_what_touches_the_floor_does_not_slide(body, clips):
    slips = []
    for _, mesh in clips:
        for foot in feet(body):
            points = mesh.vertices[:, foot]
            lowest = points[..., 1].argmin(1)
            now = points[torch.arange(49), lowest[:-1]]
            then = points[torch.arange(1, 50), lowest[:-1]]
            rests = (now[:, 1] < 0.001) & (then[:, 1] < 0.002)
            slips.append((then - now)[rests][:, [0, 2]].norm(dim=1))
    slips = torch.cat(slips)
    assert len(slips) > 500
    assert slips.mean() < 0.001
    assert slips.quantile(0.99) < 0.006


def test_the_pelvis_bobs_like_a_walker_at_a_steady_speed(clips):
    for _, mesh in [clip for place, clip in enumerate(clips) if place % 3 != 2]:
        height = mesh.joints[:, 0, 1]
        assert 0.01 < height.max() - height.min() < 0.07


def test_knees_bend_forwards_and_as_far_as_published(clips):
    largest = []
    for steps, _ in clips:
        knees = np.rad2deg(steps.motion.pose.reshape(-1, 24, 3)[:, [4, 5], 0])
        assert knees.min() > 0
        largest.append(knees.max())
    assert 65 < np.mean(largest) < 80  # 73 at 1.1 to 1.4 m/s in captured people


def test_speed_is_cadence_times_step_length_and_the_way_made(clips):
    for steps, mesh in clips:
        assert np.isclose(steps.speed, steps.cadence / 60 * steps.step_length)
        root = mesh.joints[:, 0, [0, 2]]
        way = (root[1:] - root[:-1]).norm(dim=1).sum() / (49 / 25)
        assert abs(way / steps.speed - 1) < 0.08  # the pelvis also sways


def test_people_face_where_they_go_and_their_heads_are_up(clips):
    for _, mesh in clips:
        toes = mesh.joints[:, [10, 11]] - mesh.joints[:, [7, 8]]
        going = mesh.joints[-1, 0] - mesh.joints[0, 0]
        assert ((toes.mean((0, 1)) * going).sum() > 0).all()
        assert (mesh.joints[:, 15, 1] > mesh.joints[:, 0, 1] + 0.4).all()


def test_turning_the_route_turns_the_walk(body):
    person = Identity.draw(np.random.default_rng(5))
    route = Route(bend=0.2)
    before = walk(body, person, route, frames=20).motion.decode(body).vertices
    after = walk(body, person, replace(route, heading=0.7), frames=20).motion.decode(body).vertices
    c, s = np.cos(0.7), np.sin(0.7)
    turn = torch.tensor([[c, 0, s], [0, 1, 0], [-s, 0, c]], dtype=torch.float32)
    torch.testing.assert_close(after, before @ turn.T, atol=2e-5, rtol=0)


def test_a_mirrored_person_walks_the_mirror_image(body):
    person = Identity.draw(np.random.default_rng(6))
    names = list(TRAITS)
    style, image = person.style.copy(), person.style.copy()
    for index, name in enumerate(names):
        if name.endswith(("_left_minus_right", "_to_left_deg")):
            image[index] = -style[index]
    style[names.index("step_asymmetry")] = image[names.index("step_asymmetry")] = 0
    ours = walk(body, replace(person, style=style), Route(bend=0.2), frames=20, phase=0.1)
    theirs = walk(body, replace(person, style=image), Route(bend=-0.2), frames=20, phase=0.6)
    mirrored = theirs.motion.decode(body).joints[:, MIRROR] * torch.tensor([-1.0, 1.0, 1.0])
    torch.testing.assert_close(mirrored, ours.motion.decode(body).joints, atol=2e-4, rtol=0)


def test_a_clip_is_the_middle_of_a_longer_one(body):
    person = Identity.draw(np.random.default_rng(7))
    short, long = (walk(body, person, frames=frames) for frames in (11, 31))
    np.testing.assert_allclose(short.motion.pose, long.motion.pose[10:21], atol=1e-4)
    np.testing.assert_allclose(short.motion.transl, long.motion.transl[10:21], atol=1e-4)


def test_the_same_seed_is_the_same_walk_to_the_last_bit(body):
    first, again = (walk(body, Identity.draw(np.random.default_rng(8)), frames=9) for _ in "ab")
    np.testing.assert_array_equal(first.motion.pose, again.motion.pose)
    np.testing.assert_array_equal(first.motion.transl, again.motion.transl)


def test_no_two_strides_are_alike_and_the_same_seed_varies_them_the_same(body):
    person = Identity.draw(np.random.default_rng(9))

    def strides(variation):
        steps = walk(body, person, frames=400, fps=100, variation=variation)
        cycles = [np.arange(50) / 50 + k for k in (-1, 0)]
        pose = steps.motion.pose[:, 3:]  # the root's angles may jump by a turn
        return [
            np.stack([np.interp(c, steps.phase, angle) for angle in pose.T], axis=1) for c in cycles
        ]

    same, alike = strides(None)
    assert np.rad2deg(np.std(same - alike)) < 0.1  # but for the frames they are sampled at
    first, other = strides(1)
    assert 0.5 < np.rad2deg(np.std(first - other)) < 3
    np.testing.assert_array_equal(strides(1)[0], first)
    assert not np.allclose(strides(2)[0], first, atol=1e-3)


def test_no_frames_is_refused(body):
    with pytest.raises(ConfigError, match="got 0 at 25"):
        walk(body, Identity.average(), frames=0)
