import numpy as np

from meshgait.walker import Identity
from meshgait.walker.identity import TRAITS


def people(count):
    return [Identity.draw(np.random.default_rng(seed)) for seed in range(count)]


def test_the_same_seed_is_the_same_person():
    first, again, other = (Identity.draw(np.random.default_rng(seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first.style, again.style)
    np.testing.assert_array_equal(first.betas, again.betas)
    assert not np.allclose(first.style, other.style)


def test_traits_have_the_means_and_spreads_of_the_table():
    drawn = people(2000)
    for name, trait in TRAITS.items():
        values = np.array([person.trait(name) for person in drawn])
        assert abs(values.mean() - trait.mean) < 0.1 * trait.spread + 1e-12
        assert abs(values.std() - trait.spread) < 0.1 * trait.spread


def test_another_day_changes_its_share_of_every_trait_and_keeps_the_body():
    drawn = people(300)
    generator = np.random.default_rng(0)
    days = [person.on_another_day(generator) for person in drawn]
    before = np.array([person.style for person in drawn])
    after = np.array([person.style for person in days])
    share = np.array([trait.day for trait in TRAITS.values()])
    likeness = (before * after).mean() / before.var()
    assert abs(likeness - np.sqrt(1 - share**2).mean()) < 0.02
    assert abs(after.std() - before.std()) < 0.02
    for person, day in zip(drawn, days, strict=True):
        np.testing.assert_array_equal(person.betas, day.betas)
        np.testing.assert_array_equal(person.surface, day.surface)


def test_left_and_right_differ_by_what_they_say():
    person = people(1)[0]
    left, right = person.sided("arm_swing_deg")
    assert np.isclose((left + right) / 2, person.trait("arm_swing_deg"))
    assert np.isclose(left - right, person.trait("arm_swing_deg_left_minus_right"))
