from dataclasses import replace

import numpy as np
import pytest

from meshgait.body import Body
from meshgait.video.cut import REASONS, cadence, judge, spread
from meshgait.walker import Identity, Route, walk
from tests.video.stage import rows, walk_across

BORDER, OVERLAP, HIDDEN, SMALL, NOBODY = REASONS


def test_whole_frames_stay_and_each_other_has_its_reason():
    seen = rows(walk_across(60, 40, 3))
    at_border, covered, visibility = (
        x.copy() for x in (seen.at_border, seen.covered, seen.visibility)
    )
    at_border[:3], covered[10:12], visibility[30, 25:] = True, 0.4, 0.1
    judged = judge(
        replace(seen, at_border=at_border, covered=covered, visibility=visibility), 30.0
    )  # fmt: skip
    assert judged.dropped == {BORDER: [0, 1, 2], OVERLAP: [10, 11], HIDDEN: [30]}
    assert judged.whole.sum() == 54
    assert judged.unusable is None
    assert judged.warnings == ()


def test_feet_behind_something_are_told_by_the_pixels():
    way = walk_across(40, 40, 3)
    seen = rows(way)
    cut = rows([box - [0, 0, 0, 30] for box in way])
    box = seen.box.copy()
    box[20:25], area = cut.box[20:25], seen.area.copy()
    area[20:25] = cut.area[20:25]
    assert judge(replace(seen, box=box, area=area), 30.0).dropped == {HIDDEN: [20, 21, 22, 23, 24]}


def test_too_few_frames_and_somebody_who_stands_are_unusable():
    few = judge(rows(walk_across(14, 40, 3)), 30.0)
    assert few.unusable == "14 whole frames, 25 needed"
    stands = judge(rows(walk_across(60, 200, 0), swing=0.0), 30.0)
    assert "does not walk" in stands.unusable
    assert (
        "14 whole frames, 25 needed; most others: cut by the border"
        in judge(replace(rows(walk_across(40, 40, 3)), at_border=np.arange(40) < 26), 30.0).unusable
    )


def test_people_who_are_small_are_left_out():
    small = judge(rows(walk_across(30, 40, 3, tall=40)), 30.0)
    assert list(small.dropped) == [SMALL]


def test_whoever_comes_nearer_is_warned_of():
    nearer = [np.array([200 - h / 6, 190 - h, 200 + h / 6, 190]) for h in np.linspace(80, 160, 60)]
    assert "depth is unreliable" in judge(rows(nearer), 30.0).warnings[0]
    assert judge(rows(walk_across(60, 40, 4)), 30.0).warnings == ()


@pytest.mark.parametrize("step_s", [0.5, 0.6])
def test_cadence_is_that_of_the_ankles(step_s):
    seen = rows(walk_across(120, 20, 2), step_s=step_s)
    assert cadence(seen) == pytest.approx(60 / step_s, rel=0.01)
    assert spread(seen) > 0.12
    assert cadence(rows(walk_across(10, 20, 2))) is None


@pytest.mark.parametrize("seed", range(4))
def test_frames_that_are_left_out_do_not_change_a_cadence(seed):
    generator = np.random.default_rng(seed)
    route = Route.draw_straight(generator)
    made = walk(Body.embedded(), Identity.draw(generator), route, frames=60, fps=30.0)
    seen = rows(walk_across(60, 20, 2))
    world = seen.world.copy()
    world[:, 27:29] = made.motion.skeleton(Body.embedded())[1][:, 7:9]
    world += generator.normal(0, 0.03, world.shape)  # metres, as landmarks are off
    whole = np.ones(60, bool)
    whole[20:40] = False  # a second person passes in front
    found = cadence(replace(seen, world=world).take(whole))
    assert found == pytest.approx(np.mean(made.cadence), rel=0.04)


def test_ankles_that_tell_nothing_have_no_cadence():
    seen = rows(walk_across(60, 20, 2))
    for seed in range(5):
        noise = np.random.default_rng(seed).normal(0, 0.05, seen.world.shape)
        assert cadence(replace(seen, world=noise)) is None
