import numpy as np
import pytest

from meshgait.body import JOINT_INDEX
from meshgait.errors import DataError
from meshgait.io.size import embedded_body, leg_length, shape_of, smpl_rest, unit_of


def points_of(betas):
    rest = smpl_rest(np.asarray(betas, dtype=float))
    return {name: rest[None, joint] for name, joint in JOINT_INDEX.items()}


@pytest.mark.parametrize(
    ("leg", "metres", "name"),
    [
        (0.5, 1.0, "metres"), (1.05, 1.0, "metres"), (50.0, 0.01, "centimetres"),
        (95.0, 0.01, "centimetres"), (700.0, 0.001, "millimetres"), (33.0, 0.0254, "inches"),
        (14.3, 0.0254 / 0.45, "units of 1 / 0.45 inch"), (2.7, 0.3048, "feet"),
    ],
)  # fmt: skip
def test_the_unit_is_that_in_which_a_leg_is_one(leg, metres, name):
    assert unit_of(leg) == (metres, name)


def test_lengths_of_no_known_unit_are_taken_as_a_leg_and_nonsense_is_refused():
    metres, name = unit_of(1e5)
    assert metres == pytest.approx(0.82e-5)
    assert "for which the leg is 0.82 m" in name
    for nothing in (0.0, np.nan, np.inf):
        with pytest.raises(DataError, match="leg is"):
            unit_of(nothing)


def test_bones_of_a_body_give_a_body_with_these_bones():
    generator = np.random.default_rng(0)
    for _ in range(5):
        wanted = points_of(generator.normal(size=10))
        betas = shape_of(wanted, embedded_body())
        assert np.abs(betas).max() <= 2
        found = points_of(betas)
        lengths = (("hip", "knee", 0.005), ("knee", "ankle", 0.005), ("shoulder", "elbow", 0.015))
        for start, end, most in lengths:
            a, b = (np.linalg.norm(p[f"left_{start}"] - p[f"left_{end}"]) for p in (wanted, found))
            assert abs(a - b) < most


def test_the_mean_body_has_the_mean_shape_and_tall_people_are_tall():
    assert np.abs(shape_of(points_of(np.zeros(10)), embedded_body())).max() < 1e-3
    tall = shape_of(points_of(np.eye(10)[0]), embedded_body())
    assert tall[0] == pytest.approx(1, abs=0.2)


def test_a_child_gets_its_proportions_and_not_all_coefficients_at_their_ends():
    small = {name: 0.5 * place for name, place in points_of(np.zeros(10)).items()}
    betas = shape_of(small, embedded_body())
    assert betas[0] < -1.5
    assert np.abs(betas[1:]).max() < 1.5
    assert leg_length(points_of(betas)) == pytest.approx(0.70, abs=0.01)
