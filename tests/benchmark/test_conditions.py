import numpy as np

from meshgait.benchmark.conditions import Traits, conditions
from meshgait.benchmark.walkers import Walkers
from meshgait.body import Body
from meshgait.modalities import heading


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
