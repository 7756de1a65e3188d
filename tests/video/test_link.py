import numpy as np

from meshgait.video.link import link
from tests.video.stage import rows, walk_across


def test_two_who_cross_go_on_as_themselves():
    first, second = walk_across(60, 60, 4), walk_across(60, 300, -4)
    parts = [
        rows(first[:25], color=40), rows(second[:25], color=200),
        rows(second[36:], start=36, color=200), rows(first[36:], start=36, color=40),
    ]  # fmt: skip
    assert link(parts) == [[0, 3], [1, 2]]


def test_colours_tell_who_turned_back():
    first, second = walk_across(60, 60, 4), walk_across(60, 300, -4)
    parts = [
        rows(first[:28], color=40), rows(second[:28], color=200),
        rows(first[33:], start=33, color=200), rows(second[33:], start=33, color=40),
    ]  # fmt: skip
    assert link(parts) == [[0, 3], [1, 2]]


def test_whoever_goes_behind_a_pillar_comes_out_of_it():
    way = walk_across(60, 60, 4)
    assert link([rows(way[:20]), rows(way[40:], start=40)]) == [[0, 1]]


def test_somebody_elsewhere_or_much_later_is_somebody_else():
    way = walk_across(20, 60, 4)
    assert link([rows(way), rows(walk_across(20, 380, 1), start=22, color=250)]) == [[0], [1]]
    assert link([rows(way), rows(walk_across(20, 140, 4), start=400)]) == [[0], [1]]


def test_of_nobody_there_are_no_people():
    assert link([]) == []


def test_people_come_in_the_order_of_their_first_picture():
    late, early = rows(walk_across(9, 60, 4), start=9), rows(walk_across(9, 300, 4), color=200)
    assert link([late, early]) == [[1], [0]]
    assert np.unique(early.number).tolist() == [1]
