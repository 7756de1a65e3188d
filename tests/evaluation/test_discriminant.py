import pytest
import torch
from torch.testing import assert_close

from meshgait.errors import ConfigError, DataError
from meshgait.evaluation.discriminant import linear_discriminants, principal_components
from tests.tolerance import rounding

PEOPLE = [str(person) for person in range(6) for _ in range(8)]


def crowd():
    """Six people who differ along one channel of 12, while another is the noisiest."""
    noise = torch.randn(48, 3, 4)
    noise[:, 1, 2] *= 30
    noise[:, 2, 1] += 8 * torch.arange(6).repeat_interleave(8)
    return noise


def test_all_components_keep_all_distances():
    values = crowd()
    found = principal_components(values, kept=1.0)(values)
    expected = torch.pdist(values.flatten(1))
    bound = rounding(torch.float32, terms=len(values) * 12 * 12, magnitude=expected)
    assert_close(torch.pdist(found.flatten(1)), expected, **bound)


@pytest.mark.parametrize("kept", [0.5, 0.9, 0.999])
def test_no_fewer_components_hold_the_variance_asked_for(kept):
    values = crowd()
    held = principal_components(values, kept=kept)(values).squeeze(1).var(0)
    total = values.flatten(1).var(0).sum()
    assert held.sum() >= kept * total > held[:-1].sum()


def test_discriminants_have_unit_scatter_within_people_and_none_between_themselves():
    values = crowd()
    found = (
        linear_discriminants(values, PEOPLE, kept=1.0)(values).squeeze(1).reshape(6, 8, 5).double()
    )
    within = (found - found.mean(1, keepdim=True)).flatten(0, 1)
    assert_close(within.T @ within / 42, torch.eye(5).double(), rtol=1e-3, atol=1e-3)
    between = found.mean(1) - found.mean((0, 1))
    scatter = between.T @ between
    assert_close(scatter, scatter.diag().diag(), rtol=0, atol=1e-3 * float(scatter.max()))


def test_discriminants_find_what_the_noise_hides():
    values, fresh = crowd(), crowd()
    people = torch.arange(6).repeat_interleave(8)

    def rank1(projection):
        distance = torch.cdist(projection(fresh).flatten(1), projection(values).flatten(1))
        return (people[distance.argmin(1)] == people).float().mean()

    assert rank1(linear_discriminants(values, PEOPLE, kept=1.0)) > 0.9
    assert rank1(principal_components(values, kept=0.5)) < 0.5


def test_a_projection_is_a_module_with_weights_to_save():
    values = crowd()
    projection = linear_discriminants(values, PEOPLE, kept=1.0)
    assert set(projection.state_dict()) == {"mean", "matrix"}
    assert projection(values).shape == (48, 1, 5)


@pytest.mark.parametrize(
    ("values", "subjects", "reason"),
    [
        (crowd(), PEOPLE[:5], "5 subjects do not fit 48"),
        (crowd(), ["a"] * 48, "of 1 people"),
        (crowd()[:3], ["a", "b", "c"], "of 3 people"),
        (torch.eye(2).repeat_interleave(2, dim=0)[:, None], list("aabb"), "all the same"),
    ],
)
def test_embeddings_that_tell_nobody_apart_are_refused(values, subjects, reason):
    with pytest.raises(DataError, match=reason):
        linear_discriminants(values, subjects)


def test_a_share_and_two_embeddings_are_needed():
    with pytest.raises(ConfigError, match=r"up to 1, got 1\.5"):
        principal_components(crowd(), kept=1.5)
    with pytest.raises(DataError, match="2 embeddings or more, got 1"):
        principal_components(crowd()[:1])
