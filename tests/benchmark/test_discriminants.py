import numpy as np
import pytest

from meshgait.benchmark.leaks import embed_betas, embed_joint_angles
from meshgait.benchmark.walkers import Walkers
from meshgait.evaluation import evaluate


@pytest.mark.parametrize("embed", [embed_betas, embed_joint_angles])
def test_a_leak_check_is_the_nearest_neighbour_of_a_loop(embed, budget):
    data = Walkers(budget).test
    rows = []
    for index in range(len(data)):
        smpl = data[index].frames["smpl"]
        angles = [[f(smpl[:, k]) for k in range(6, 75)] for f in (np.mean, np.std)]
        betas = [np.mean(smpl[:, k]) for k in range(75, 85)]
        rows.append(np.array(betas if embed is embed_betas else np.concatenate(angles)))
    probe, gallery = data.protocol.split(data.records)
    hits = 0
    for p in probe:
        nearest = min(gallery, key=lambda g: np.linalg.norm(rows[p] - rows[g]))
        hits += data.records[p].subject == data.records[nearest].subject
    scores = evaluate(embed(data), data.protocol, metric="euclidean")
    assert scores["rank1"] == pytest.approx(100 * hits / len(probe))
