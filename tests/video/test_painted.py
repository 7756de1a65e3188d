import numpy as np

from meshgait.video.painted import Painted, PaintedScene, camera_at
from tests.video.scene import body, moments, one


def test_joints_of_a_walker_lie_on_her_pixels():
    truth = moments()[0]
    trunk = truth.joints_px[0, [0, 3, 6, 9]].astype(int)
    assert truth.seen[0][trunk[:, 1], trunk[:, 0]].all()
    np.testing.assert_array_equal(truth.seen, truth.whole)


def test_whoever_is_nearer_hides_the_other():
    people = [
        Painted.draw(name, seed, body(), start=(0.0, z), heading_deg=90, frames=1)
        for name, seed, z in (("far", 1, -1.0), ("near", 2, 1.0))
    ]
    scene = PaintedScene(people, camera_at((120, 160), eye=(0.0, 1.2, 5.0)), body=body())
    (truth,) = scene.frames()
    far, near = truth.seen
    assert not (far & near).any()
    np.testing.assert_array_equal(near, truth.whole[1])
    assert far.any()
    assert not (far & ~(truth.whole[0] & ~truth.whole[1])).any()
    assert truth.joints[0, 0, 2] > truth.joints[1, 0, 2]


def test_a_pillar_hides_everybody():
    (truth,) = one(1, size=(60, 80), pillar=(0.3, 0.7)).frames()
    assert not truth.seen[0][:, 24:56].any()
    assert truth.whole[0][:, 24:56].any()


def test_the_same_seed_paints_the_same_picture():
    first, second = (next(iter(one(1, size=(60, 80)).frames())).picture for _ in range(2))
    np.testing.assert_array_equal(first, second)
