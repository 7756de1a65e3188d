import numpy as np

from meshgait.io.link import link_people, take


def test_people_who_cross_slowly_keep_their_tracks_whatever_the_order():
    generator = np.random.default_rng(0)
    rows, places, who = {}, {}, {}
    for t in range(20):
        order = generator.permutation(2)
        there = np.array([[0.1 * t, 0.0], [0.1 * t, 3.0]])
        places[t], rows[t] = there[order], order.tolist()
        who[t] = order
    tracks = link_people(places, reach=0.5)
    assert len(tracks) == 2
    for link in tracks.values():
        assert len(set(take(rows, link))) == 1


def test_somebody_far_away_is_somebody_else_and_a_short_absence_is_forgiven():
    at = lambda x: np.array([[x]])  # noqa: E731
    assert len(link_people({0: at(0.0), 1: at(9.0)}, reach=1.0)) == 2
    assert len(link_people({0: at(0.0), 9: at(1.5)}, reach=1.0)) == 1
    assert len(link_people({0: at(0.0), 99: at(0.0)}, reach=1.0)) == 2
    assert link_people({0: np.zeros((0, 1)), 4: at(0.0)}, reach=1.0) == {0: [(4, 0)]}
