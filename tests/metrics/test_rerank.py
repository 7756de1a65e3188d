import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from meshgait.errors import ConfigError, DataError, ShapeError
from meshgait.metrics import Reranking, part_distance, rerank, retrieval


def rerank_one_by_one(distance, probes, k1, k2, keep):
    """The sets of the paper as sets; everyone is their own nearest neighbour."""
    everyone = range(len(distance))
    far = [[d * d / (max(row) ** 2 or 1) for d in row] for row in distance.tolist()]

    def nearest(i):
        return sorted(everyone, key=lambda j: (j != i, distance[i, j], j))

    order = [nearest(i) for i in everyone]

    def reciprocal(i, k):
        return {j for j in order[i][: k + 1] if i in order[j][: k + 1]}

    weights = []
    for i in everyone:
        own = reciprocal(i, k1)
        members = set(own)
        for j in own:
            closer = reciprocal(j, max(round(k1 / 2), 1))
            if len(own & closer) >= 2 / 3 * len(closer) - 1e-9:
                members |= closer
        raw = {j: np.exp(-far[i][j]) for j in members}
        weights.append({j: value / sum(raw.values()) for j, value in raw.items()})

    def mean_of(i):
        some = order[i][:k2]
        return [sum(weights[j].get(m, 0) for j in some) / len(some) for m in everyone]

    rows = [mean_of(i) for i in everyone]
    result = np.empty((probes, len(distance) - probes))
    for q in range(probes):
        for g in range(probes, len(distance)):
            low = sum(min(a, b) for a, b in zip(rows[q], rows[g], strict=True))
            high = sum(max(a, b) for a, b in zip(rows[q], rows[g], strict=True))
            result[q, g - probes] = (1 - keep) * (1 - low / high) + keep * far[q][g]
    return result


@settings(max_examples=60)
@given(
    seed=st.integers(0, 1000),
    count=st.integers(2, 12),
    places=st.sampled_from([1, 2, 5, 1000]),
    k1=st.integers(1, 8),
    k2=st.integers(1, 4),
)
def test_distances_are_those_of_the_sets(seed, count, places, k1, k2):
    generator = np.random.default_rng(seed)
    place = generator.integers(0, places, (count, 2)).astype(float)
    distance = np.abs(place[:, None] - place).sum(-1)
    probes = int(generator.integers(1, count))
    found = rerank(distance, probes, Reranking(k1, k2, 0.3))
    assert found == pytest.approx(rerank_one_by_one(distance, probes, k1, k2, 0.3))


def test_neighbours_of_neighbours_help():
    """People as curved lines of clips: the ends are far apart, but for what is between."""
    angle = torch.linspace(0, 3, 60).repeat(2)
    person = torch.arange(2).repeat_interleave(60)
    radius = 1 + 0.5 * person
    arcs = torch.stack([radius * angle.cos(), radius * angle.sin()], 1)[:, None]
    order = torch.cat([torch.arange(0, 120, 10), torch.arange(120)[torch.arange(120) % 10 != 0]])
    distance = part_distance(arcs[order], arcs[order]).numpy()
    who = person[order].numpy()
    plain = retrieval(distance[:12, 12:], who[:12], who[12:])
    better = retrieval(rerank(distance, 12), who[:12], who[12:])
    assert better["mAP"] > plain["mAP"] + 5


@pytest.mark.usefixtures("unchecked")
def test_settings_that_make_no_sense_are_refused():
    with pytest.raises(ConfigError, match="k1 and k2 must be 1 or more"):
        Reranking(k1=0)
    with pytest.raises(ConfigError, match="from 0 to 1, got 2"):
        Reranking(keep=2)
    for shape, probes in (((3, 4), 1), ((3, 3), 3), ((3, 3), 0)):
        with pytest.raises(ShapeError, match=f"among {probes} probes and a gallery"):
            rerank(np.ones(shape), probes)


def test_infinite_distances_are_refused():
    distance = np.ones((4, 4))
    distance[1, 2] = np.inf
    with pytest.raises(DataError, match="infinite"):
        rerank(distance, 2)
