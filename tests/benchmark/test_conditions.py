import numpy as np
import pytest

from meshgait.benchmark.conditions import Traits, conditions, pair_rank1
from meshgait.benchmark.walkers import Walkers
from meshgait.body import Body
from meshgait.metrics import retrieval
from meshgait.modalities import heading

RNG = np.random.default_rng(0)


def test_a_pair_counts_as_rank_1_with_that_mate_alone_in_the_gallery():
    subjects = np.array([*"aaabbbccd"])
    points = RNG.normal(size=(9, 2))
    distance = np.linalg.norm(points[:, None] - points, axis=-1)
    pairs = RNG.random((9, 9)) < 0.7
    found = []
    for probe, match in np.argwhere(pairs):
        if probe != match and subjects[probe] == subjects[match]:
            gallery = [g for g in range(9) if subjects[g] != subjects[probe] or g == match]
            scores = retrieval(distance[[probe]][:, gallery], subjects[[probe]], subjects[gallery])
            found.append(scores["rank1"])
    assert 0 < np.mean(found) < 100
    assert pair_rank1(distance, subjects, pairs) == pytest.approx(np.mean(found))


def test_a_tie_is_not_found_and_no_pair_is_no_score():
    subjects, everything = np.array([*"aab"]), np.ones((3, 3), dtype=bool)
    assert pair_rank1(np.zeros((3, 3)), subjects, everything) == 0
    assert pair_rank1(np.zeros((3, 3)), np.array([*"abc"]), everything) is None


def test_conditions_are_those_of_the_clips():
    traits = Traits(
        condition=np.array(["normal", "bag", "coat", "normal"]),
        view_deg=np.array([350.0, 10.0, 100.0, 180.0]),
        speed=np.array([1.0, 1.05, 1.3, 1.15]),
        occluded=np.array([False, False, False, True]),
    )
    found = conditions(traits)
    assert np.argwhere(found["bag to normal"]).tolist() == [[1, 0], [1, 3]]
    assert np.argwhere(found["coat to normal"]).tolist() == [[2, 0], [2, 3]]
    assert found["same view"][0].tolist() == [True, True, False, False]
    assert found["cross view"][0].tolist() == [False, False, True, True]
    assert found["same speed"][0].tolist() == [True, True, False, False]
    assert found["other speed"][0].tolist() == [False, False, True, False]
    assert found["partly hidden"][0].tolist() == [False, False, False, True]
    assert (found["unhidden"] ^ found["partly hidden"]).all()


def test_a_view_is_the_side_that_the_camera_sees(budget):
    """From the bodies' own heading and the place of the camera, on average over the clip."""
    data, body = Walkers(budget).test, Body.embedded()
    views = Traits.of(data).view_deg
    for index in range(len(data)):
        clip = data.clip(index)
        facing = heading(clip.walk.motion.decode(body).require_joints()).numpy()
        place = -(clip.camera.rotation.T @ clip.camera.translation).numpy()
        azimuth = np.arctan2(place[0], place[2])
        mean = np.angle(np.exp(1j * (azimuth - facing)).mean(), deg=True)
        assert abs((views[index] - mean + 180) % 360 - 180) < 20
