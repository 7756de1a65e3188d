from dataclasses import replace

import numpy as np
import pytest
import torch

from meshgait.data import PROTOCOLS, one_known_each, probe_list
from meshgait.data.layouts import LAYOUTS
from meshgait.evaluation import Embeddings, evaluate
from meshgait.sequence import Record

records = [Record(person, "walk", str(place)) for person in "ab" for place in (2, 0, 1)]


def test_a_list_of_probes_is_searched_among_all_else():
    probe, gallery = probe_list("Gait3D", ["a-walk-0", "b-walk-1"]).split(records)
    assert (probe.tolist(), gallery.tolist()) == ([1, 5], [0, 2, 3, 4])


def test_one_sequence_of_each_person_is_known():
    protocol = one_known_each(records)
    found = protocol.compare(records)
    assert [records[i].name for i in found.gallery] == ["a-walk-0", "b-walk-0"]
    assert len(found.probes["all"]) == 4
    assert one_known_each(records[::-1]) == protocol


def walkers(conditions, views, people="abcd"):
    """Walks that look a little alike, and their distances; every clip is there."""
    sequences = [Record(p, c, v) for p in people for c in conditions for v in views]
    noise = np.random.default_rng(5).normal(size=(len(sequences), 1, 4))
    own = {person: 0.6 * np.eye(4)[number] for number, person in enumerate(people)}
    values = noise + np.array([own[record.subject] for record in sequences])[:, None]
    far = np.linalg.norm(values - values.transpose(1, 0, 2), axis=-1)
    return Embeddings(torch.from_numpy(values), sequences), far


def hits(far, records, probes, gallery, rank):
    """The share of probes that have their person among the nearest `rank`, in percent."""
    found = 0
    for probe in probes:
        nearest = sorted(gallery, key=lambda g: far[probe, g])[:rank]
        found += records[probe].subject in [records[g].subject for g in nearest]
    return 100 * found / len(probes)


def pairs_of_views(far, records, is_probe, is_known, views, rank, *, diagonal=False, view=None):
    """The published matrix of views, its diagonal left out by dividing by one view less."""
    view = view or [record.view for record in records]
    matrix = np.zeros((len(views), len(views)))
    for i, one in enumerate(views):
        for j, other in enumerate(views):
            probes = [k for k, r in enumerate(records) if is_probe(r) and view[k] == one]
            known = [k for k, r in enumerate(records) if is_known(r) and view[k] == other]
            matrix[i, j] = hits(far, records, probes, known, rank)
    if diagonal:
        return matrix.mean()
    return ((matrix.sum(1) - np.diag(matrix)) / (len(views) - 1)).mean()


def test_sustech1k_is_searched_by_parts_of_the_types():
    types = ["00-nm", "01-nm", "01-bg", "02-cl", "02-cr", "03-ub", "03-uf", "04-oc", "04-nt-bg"]
    embeddings, far = walkers(types, ["000", "090", "180-far"])
    scores = evaluate(embeddings, PROTOCOLS["sustech1k"])
    words = {
        "Normal": ["01-nm"], "Bag": ["bg"], "Clothing": ["cl"], "Carrying": ["cr"],
        "Umbrella": ["ub"], "Uniform": ["uf"], "Occlusion": ["oc"], "Night": ["nt"],
        "Overall": ["01", "02", "03", "04"],
    }  # fmt: skip
    for group, parts in words.items():
        for rank in (1, 5):
            expected = pairs_of_views(
                far, embeddings.records, lambda r, p=parts: any(part in r.condition for part in p),
                lambda r: "00-nm" in r.condition, ["000", "090", "180-far"], rank,
            )  # fmt: skip
            found = scores.tables["conditions"][group, f"rank{rank}"]
            assert found == pytest.approx(expected)
    assert scores["rank1"] == scores.tables["conditions"]["Overall", "rank1"]


def test_casia_e_is_searched_without_the_view_from_270():
    walks = [
        f"{height}-{scene}-{walk}-{number}"
        for height in "HL" for scene in ("scene1", "scene2", "scene3", "scene3_s")
        for walk in ("nm", "bg", "cl") for number in "123"
    ]  # fmt: skip
    embeddings, far = walkers(walks, ["000", "090", "270"], people="abc")
    scores = evaluate(embeddings, PROTOCOLS["casia-e"]).tables["conditions"]
    for walk in ("nm", "bg", "cl"):

        def is_probe(record, walk=walk):
            _, scene, kind, number = record.condition.split("-")
            return scene != "scene1" and kind == walk and number in "12"

        def is_known(record):
            _, scene, kind, number = record.condition.split("-")
            return scene == "scene1" and kind == "nm" and number in "12"

        expected = pairs_of_views(
            far, embeddings.records, is_probe, is_known, ["000", "090"], 1
        )  # fmt: skip
        assert scores[walk.upper(), "rank1"] == pytest.approx(expected)


TASKS = {
    "CL": (["U0_D0_BG", "U0_D0"], ["U1_D1", "U2_D2", "U3_D3"]),
    "UP": (["U3_D3"], ["U0_D3"]),
    "DN": (["U1_D0"], ["U1_D1"]),
    "BG": (["U0_D0_BG"], ["U0_D0"]),
}


def ccpg():
    clothes = ["U0_D0_BG", "U0_D0", "U1_D1", "U2_D2", "U3_D3", "U0_D3", "U1_D0"]
    return walkers(clothes, ["0_0", "0_1", "1_0", "2_0"], people="abc")


@pytest.mark.parametrize("task", TASKS)
def test_ccpg_counted_as_people_are_found_again(task):
    embeddings, far = ccpg()
    records = embeddings.records
    firsts, precisions, penalties = [], [], []
    for p, probe in enumerate(records):
        if probe.condition not in TASKS[task][0]:
            continue
        camera = probe.view.split("_")[0]
        known = [
            g for g, r in enumerate(records)
            if r.condition in TASKS[task][1]
            and (r.subject != probe.subject or r.view.split("_")[0] != camera)
        ]  # fmt: skip
        order = sorted(known, key=lambda g, p=p: far[p, g])
        ranks = [k for k, g in enumerate(order, 1) if records[g].subject == probe.subject]
        firsts.append(ranks[0] == 1)
        precisions.append(np.mean([n / rank for n, rank in enumerate(ranks, 1)]))
        penalties.append(len(ranks) / ranks[-1])
    scores = evaluate(embeddings, PROTOCOLS["ccpg"]).tables["conditions"]
    found = [scores[task, name] for name in ("rank1", "mAP", "mINP")]
    assert found == pytest.approx([100 * np.mean(x) for x in (firsts, precisions, penalties)])


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(
    ("name", "diagonal"), [("ccpg-gait", False), ("ccpg-gait-all-views", True)]
)
def test_ccpg_counted_as_walks_by_pairs_of_views(task, name, diagonal):
    embeddings, far = ccpg()
    probes, known = TASKS[task]
    expected = pairs_of_views(
        far, embeddings.records, lambda r: r.condition in probes, lambda r: r.condition in known,
        ["0", "1", "2"], 1, diagonal="all" in name,
        view=[record.view.split("_")[0] for record in embeddings.records],
    )  # fmt: skip
    scores = evaluate(embeddings, PROTOCOLS[name])
    assert scores.tables["conditions"][task, "rank1"] == pytest.approx(expected)
    tasks = [scores.tables["conditions"][one, "rank1"] for one in TASKS]
    assert scores["rank1"] == pytest.approx(np.mean(tasks))


@pytest.mark.parametrize(("name", "metric"), [("ccgr-mini", "euclidean"), ("ccgait", "cosine")])
def test_listed_probes_are_searched_among_all_others_whatever_the_view(name, metric):
    embeddings, _ = walkers(["NM1", "BG1"], ["cam1", "cam2"])
    records = embeddings.records
    listed = {r.name for r in records if (r.condition, r.view) != ("NM1", "cam1")}
    (protocol,) = LAYOUTS[name].protocols(records, listed)
    assert protocol.metric == metric
    values = embeddings.values[:, 0].numpy()
    if metric == "cosine":
        values = values / np.linalg.norm(values, axis=1, keepdims=True)
    far = np.linalg.norm(values[:, None] - values, axis=-1)
    probes = [i for i, r in enumerate(records) if r.name in listed]
    known = [i for i, r in enumerate(records) if r.name not in listed]
    scores = evaluate(embeddings, protocol)
    assert scores["rank1"] == pytest.approx(hits(far, records, probes, known, 1))
    assert scores["rank5"] == pytest.approx(hits(far, records, probes, known, 5))


# Published by mean accuracy of re-identification, which leaves out who is nowhere in the gallery; a
# matrix of accuracies by pairs of views divides by all probes.
LEFT_OUT = {"casia-b-cross-view", "ou-mvlp-matched-only", "grew-proxy", "grew", "ccpg", "hid"}


@pytest.mark.parametrize("name", PROTOCOLS)
def test_probes_of_nobody_in_the_gallery_are_misses_where_the_publication_counts_them(name):
    protocol = PROTOCOLS[name]
    for group in protocol.groups:
        known = group.gallery or protocol.gallery
        records = [
            Record(person, condition, view)
            for group, people in ((group, "abcd"), (known, "abc")) for person in people
            for condition in sorted(group.conditions or group.parts) for view in ("000_0", "090_0")
        ]  # fmt: skip
        alike = torch.stack([torch.eye(4)["abcd".index(record.subject)] for record in records])
        alone = replace(protocol, probes=(group,), overall="")
        scores = evaluate(Embeddings(alike[:, None], records), alone)
        assert scores["rank1"] == (100 if name in LEFT_OUT else 75)
