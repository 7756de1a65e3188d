import json

import numpy as np

from meshgait.video.track import PoseTracker, covered_share
from tests.video.stage import Stage, followed, walk_across


def numbers(found):
    return [[seen.number for seen in step] for step in found]


def test_somebody_who_crosses_the_picture_is_one_stretch():
    found = followed(Stage(walk_across(40, 60, 5)), 40)
    assert numbers(found) == [[1]] * 40


def test_two_who_walk_apart_are_two_and_keep_their_numbers():
    stage = Stage(walk_across(30, 60, 4), walk_across(30, 300, -2))
    found = followed(stage, 30)
    assert all(len(step) == 2 for step in found)
    for step in found:
        for seen in step:
            start, speed = ((60, 4), (300, -2))[seen.number - 1]
            now = next(i for i, s in enumerate(found) if s is step)
            assert abs(seen.sighting.region.x - (start + speed * now)) < 1


def test_where_two_overlap_deeply_both_end_and_begin_anew():
    stage = Stage(walk_across(50, 100, 4), walk_across(50, 300, -4))
    found = numbers(followed(stage, 50))
    assert found[0] == [1, 2]
    assert found[25] == []
    assert found[-1] == [3, 4]


def test_a_blink_is_followed_through_and_a_longer_absence_is_not():
    stage = Stage(walk_across(20, 60, 5))
    stage.blind = (8, 9)
    assert numbers(followed(stage, 20)) == [[1]] * 8 + [[], []] + [[1]] * 10
    stage.blind = (8, 9, 10, 11)
    assert numbers(followed(stage, 20))[-1] == [2]


def test_landmarks_that_jump_to_somebody_else_are_not_believed():
    leaving = walk_across(10, 100, 3)[:5] + [None] * 5
    found = numbers(followed(Stage(leaving, walk_across(10, 200, 0)), 10))
    assert found[4] == [1, 2]
    assert found[9] == [2]


def test_going_on_from_a_state_sees_what_an_unbroken_run_sees():
    people = (walk_across(50, 100, 4), walk_across(50, 300, -4))
    whole = numbers(followed(Stage(*people), 50))
    first = Stage(*people)
    tracker = PoseTracker(first, first)
    followed(first, 23, tracker)
    state = json.loads(json.dumps(tracker.state()))
    second = Stage(*people)
    other = PoseTracker(second, second)
    other.restore(state)
    picture = np.zeros((200, 400, 3), np.uint8)
    for second.now in range(23, 50):
        assert [s.number for s in other.step(second.now, picture)] == whole[second.now]


def test_how_much_others_cover_is_told():
    near = [np.array([100.0, 50.0, 130.0, 150.0])] * 3
    beside = [np.array([125.0, 50.0, 155.0, 150.0])] * 3
    last = followed(Stage(near, beside), 3)[-1]
    assert len(last) == 2
    box = last[0].sighting.box
    assert last[0].covered == covered_share(box, last[1].sighting.box) > 0.2
