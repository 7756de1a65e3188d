import numpy as np
import pytest

from meshgait.errors import DataError
from meshgait.io.keypoints import keypoint_rows, people_tracks, whole_number


def test_two_people_without_ids_are_followed_by_nearness():
    person = np.concatenate([np.random.default_rng(0).uniform(0, 50, (17, 2)), np.ones((17, 1))], 1)
    other = person + np.array([300, 0, 0])
    frames = {0: [person, other], 1: [other, person + np.array([3, 0, 0])], 2: [], 3: [person]}
    tracks = people_tracks(frames, {0: [None, None], 1: [None, None], 2: [], 3: [None]})
    assert sorted(len(track) for track in tracks.values()) == [2, 3]
    for track in tracks.values():
        assert np.ptp(track.points[:, 0, 0]) < 10


def test_one_missing_id_makes_all_be_followed():
    person = np.ones((17, 3))
    tracks = people_tracks({0: [person], 1: [person]}, {0: [4], 1: [None]})
    assert list(tracks) == [0]


@pytest.mark.parametrize("value", [1.5, True, "x" * 20, None, 10**20])
def test_only_whole_numbers_are_frames(value):
    with pytest.raises(DataError, match="expected a whole number"):
        whole_number("image_id", value)
    assert whole_number("image_id", "12") == 12


def test_keypoints_of_an_unknown_number_and_a_mixture():
    with pytest.raises(DataError, match="a person has 4 numbers"):
        keypoint_rows([1, 2, 3, 4])
    with pytest.raises(DataError, match=r"different numbers of keypoints: \[17, 18\]"):
        people_tracks({0: [np.ones((17, 3)), np.ones((18, 3))]}, {0: [1, 2]})
