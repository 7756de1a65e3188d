import sys

import pytest
import torch
from torch.nn.functional import normalize
from torch.testing import assert_close

from meshgait.errors import ConfigError, ShapeError
from meshgait.metrics import part_distance


def distance_one_by_one(probe, gallery, metric):
    if metric == "cosine":
        probe, gallery = normalize(probe, dim=-1), normalize(gallery, dim=-1)
        return torch.stack([1 - (one * gallery).sum(-1).mean(1) for one in probe])
    return torch.stack([(one - gallery).square().sum(-1).sqrt().mean(1) for one in probe])


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("shape", [(3, 5), (1, 1), (5, 1030), (1030, 2), (0, 4), (4, 0)])
def test_distance_is_its_definition_within_and_across_tiles(metric, shape):
    probe, gallery = (torch.randn(n, 3, 8) for n in shape)
    found = part_distance(probe, gallery, metric)
    assert found.shape == shape
    if found.numel():
        assert_close(found, distance_one_by_one(probe, gallery, metric), rtol=1e-5, atol=1e-6)
        double = part_distance(probe.double(), gallery.double(), metric)
        expected = distance_one_by_one(probe.double(), gallery.double(), metric)
        assert_close(double, expected, rtol=1e-12, atol=1e-12)


def test_an_embedding_is_at_distance_zero_from_itself_even_far_from_the_origin():
    embedding = torch.randn(50, 2, 16) + 1000
    distance = part_distance(embedding, embedding)
    assert distance.diagonal().max() < 0.01
    expected = distance_one_by_one(embedding.double(), embedding.double(), "euclidean").float()
    assert_close(distance, expected, rtol=1e-4, atol=0.01)


def test_nothing_is_written_into_the_embeddings_and_nothing_is_recorded():
    probe, gallery = torch.randn(2, 6, 3, 4, requires_grad=True)
    before = probe.clone(), gallery.clone()
    for metric in ("euclidean", "cosine"):
        assert not part_distance(probe, gallery, metric).requires_grad
    assert torch.equal(probe, before[0])
    assert torch.equal(gallery, before[1])


def test_half_precision_is_computed_in_float32():
    probe, gallery = torch.randn(2, 6, 3, 4).bfloat16()
    found = part_distance(probe, gallery)
    assert torch.equal(found, part_distance(probe.float(), gallery.float()))


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("broken", [torch.nan, torch.inf])
def test_one_broken_embedding_spoils_its_own_distances_only(metric, broken):
    probe, gallery = torch.randn(4, 3, 8), torch.randn(6, 3, 8)
    gallery[5, 1, 2] = broken
    found = part_distance(probe, gallery, metric)
    assert found[:, :5].isfinite().all()
    assert not found[:, 5].isfinite().any()


def test_the_more_precise_type_wins():
    probe, gallery = torch.randn(2, 6, 3, 4, dtype=torch.float64)
    found = part_distance(probe.float(), gallery)
    assert torch.equal(found, part_distance(probe.float().double(), gallery))


def test_an_unknown_metric_is_refused():
    with pytest.raises(ConfigError, match="'l2'; there are euclidean, cosine"):
        part_distance(torch.zeros(1, 1, 1), torch.zeros(1, 1, 1), "l2")


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("shape", [(2, 4, 8), (2, 3, 9), (2, 24)])
def test_embeddings_of_two_networks_are_refused(shape):
    with pytest.raises(ShapeError, match="same parts and channels"):
        part_distance(torch.zeros(2, 3, 8), torch.zeros(shape))


def test_without_numba_the_distances_are_the_same(monkeypatch):
    pytest.importorskip("numba")
    probe, gallery = torch.randn(7, 3, 8).double(), torch.randn(9, 3, 8).double()
    gallery[2] = probe[1]  # rounding may leave less than 0
    compiled = part_distance(probe, gallery)
    monkeypatch.setitem(sys.modules, "numba", None)
    slack = (torch.finfo(torch.float64).eps * 8 * float(probe.square().sum(-1).max())) ** 0.5
    assert_close(part_distance(probe, gallery), compiled, rtol=0, atol=slack)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_inside_autocast_the_distances_are_the_same(metric):
    probe, gallery = 9 + torch.rand(7, 3, 8), 9 + torch.rand(5, 3, 8)
    with torch.autocast("cpu", torch.bfloat16):
        found = part_distance(probe, gallery, metric)
    assert torch.equal(found, part_distance(probe, gallery, metric))


@pytest.mark.parametrize("size", [1e-30, 1e-14, 1e-5, 1e18, 1e30])
def test_cosines_do_not_depend_on_how_long_an_embedding_is(size):
    probe, gallery = torch.randn(3, 2, 8), torch.randn(4, 2, 8)
    expected = part_distance(probe, gallery, "cosine")
    assert_close(part_distance(size * probe, gallery, "cosine"), expected, atol=1e-6, rtol=1e-5)
    assert_close(part_distance(probe, size * gallery, "cosine"), expected, atol=1e-6, rtol=1e-5)
    assert (part_distance(0 * probe, gallery, "cosine") == 1).all()
