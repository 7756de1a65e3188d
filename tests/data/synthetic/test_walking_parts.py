import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from meshgait.data.synthetic.walking_parts import walking_parts
from tests.data.synthetic.captured import body, dancing, walked

HEIGHT = 1.48  # from ankle to head


def joints_of(motion):
    return motion.skeleton(body())[1]


def parts_of(joints, fps=30.0, least=30):
    return walking_parts(joints, HEIGHT, fps=fps, least=least)


def test_who_walks_from_end_to_end_is_one_part():
    (part,), refused = parts_of(joints_of(walked(1)))
    assert refused == ()
    assert part.end - part.start > 90
    assert part.speed == pytest.approx(part.cadence * part.step_length / 60)
    assert part.is_straight


def test_who_stands_in_between_walks_twice():
    joints = joints_of(walked(1))
    still = np.repeat(joints[-1:], 60, axis=0)
    again = joints - joints[:1, :1] * [1, 0, 1] + joints[-1:, :1] * [1, 0, 1]
    parts, _ = parts_of(np.concatenate([joints, still, again]))
    assert len(parts) == 2
    assert parts[0].end <= 125
    assert parts[1].start >= 175


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda x: x - x[:, :1] * [1, 0, 1], "stays on the spot"),
        (lambda x: x[::-1], "goes backwards or aside"),
        (
            lambda x: x @ Rotation.from_rotvec([0, 0, np.pi / 2]).as_matrix().T,
            "lies, sits or crawls",
        ),
    ],
)
def test_what_is_no_walk_is_named(change, reason):
    assert parts_of(np.ascontiguousarray(change(joints_of(walked(1))))) == ((), (reason,))


def test_a_dance_through_the_room_is_no_walk():
    parts, refused = parts_of(joints_of(dancing()))
    assert parts == ()
    assert len(refused) > 0


def test_a_film_that_is_played_three_times_too_fast_runs():
    parts, refused = parts_of(joints_of(walked(1)), fps=90.0)
    assert parts == ()
    assert any("runs" in reason for reason in refused)
