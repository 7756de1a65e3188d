"""Every protocol against its definition in loops, and against the numbers of the originals."""

import json
from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch.nn.functional import cosine_similarity

from meshgait.data import PROTOCOLS, Group, Protocol, one_known_each, probe_list
from meshgait.errors import DataError
from meshgait.evaluation import Embeddings, evaluate
from meshgait.metrics import Reranking
from meshgait.sequence import Record
from tests.golden import formula

RANKS = {"rank1": 1, "rank5": 5, "rank10": 10}


def ranks_of_matches(probe, gallery, far, records, may_meet):
    """Sort the gallery of one probe, strangers first where it is a tie."""
    met = [g for g in gallery if may_meet(probe, g)]
    is_match = {g: records[g].subject == records[probe].subject for g in met}
    order = sorted(met, key=lambda g: (far[probe, g], is_match[g]))
    return [rank for rank, g in enumerate(order, 1) if is_match[g]]


def mean_of_probes(several, is_miss):
    """From lists of ranks of matches, one for each probe."""
    counted = [ranks for ranks in several if ranks or is_miss]
    if not counted:
        return dict.fromkeys([*RANKS, "mAP", "mINP"], np.nan)
    scores = {name: [bool(r) and r[0] <= k for r in counted] for name, k in RANKS.items()}
    scores["mAP"] = [np.mean([i / x for i, x in enumerate(r, 1)]) if r else 0 for r in counted]
    scores["mINP"] = [len(r) / r[-1] if r else 0 for r in counted]
    return {name: 100 * np.mean(values) for name, values in scores.items()}


def mean_of_numbers(values):
    values = [value for value in values if not np.isnan(value)]
    return np.mean(values) if values else np.nan


def mean_of_dicts(several):
    return {name: mean_of_numbers([one[name] for one in several]) for name in several[0]}


def exact(probe, gallery, metric):
    """Distances that do not depend on what else is computed, so that ties are ties."""
    probe, gallery = probe.double(), gallery.double()
    if metric == "cosine":
        far = 1 - cosine_similarity(probe[:, None], gallery, dim=-1).mean(-1)
    else:
        far = (probe[:, None] - gallery).norm(dim=-1).mean(-1)
    return far.round(decimals=6)


@pytest.fixture
def exact_distances(monkeypatch):
    for place in ("metrics.blockwise", "evaluation.ranking"):
        monkeypatch.setattr(import_module(f"meshgait.{place}"), "part_distance", exact)


def pairs_in_loops(far, records, protocol, members, gallery, may_meet):
    """Rank-1 and -5 of every probe view in every gallery view, mean of means."""
    view = [protocol.view(record) for record in records]
    views = sorted(set(view))
    cells = {"rank1": [], "rank5": []}
    for one in views:
        row = {"rank1": [], "rank5": []}
        for other in views:
            own = [p for p in members if view[p] == one]
            theirs = [g for g in gallery if view[g] == other]
            is_left_out = one == other and protocol.average == "view pairs"
            if own and theirs and not is_left_out:
                lists = [ranks_of_matches(p, theirs, far, records, may_meet) for p in own]
                mean = mean_of_probes(lists, protocol.unmatched_is_miss)
                for score, values in row.items():
                    values.append(mean[score])
        for score, values in row.items():
            cells[score].append(mean_of_numbers(values))
    return {score: mean_of_numbers(values) for score, values in cells.items()}


def in_loops(far, records, protocol):
    """The overall scores and those of each group, from the words of the protocol."""
    if len(protocol.tasks) > 1:
        alone = [in_loops(far, records, task)[0] for task in protocol.tasks]
        found = dict(zip([group.name for group in protocol.groups], alone, strict=True))
        return mean_of_dicts(alone), found
    view = [protocol.view(record) for record in records]
    names = {record.name: i for i, record in enumerate(records)}
    found = {}
    every_list = []
    probes = {
        group.name: [
            i
            for i, record in enumerate(records)
            if record in group and view[i] not in protocol.without_views
        ]
        for group in protocol.groups
    }
    everyone = {i for members in probes.values() for i in members}
    gallery = [
        i
        for i, record in enumerate(records)
        if (record in protocol.gallery if protocol.gallery else i not in everyone)
        and view[i] not in protocol.without_views
    ]
    assert len(names) == len(records)
    views = sorted({view[i] for i in [*everyone, *gallery]})

    def may_meet(p, g):
        same_person = records[p].subject == records[g].subject
        same_view = view[p] == view[g]
        return not (protocol.exclude_same_view and same_person and same_view)

    for name, members in probes.items():
        if protocol.average in ("view pairs", "all view pairs"):
            found[name] = pairs_in_loops(far, records, protocol, members, gallery, may_meet)
            continue
        lists = {p: ranks_of_matches(p, gallery, far, records, may_meet) for p in members}
        if protocol.average == "views":
            found[name] = mean_of_dicts(
                [
                    mean_of_probes(
                        [lists[p] for p in members if view[p] == one],
                        protocol.unmatched_is_miss and any(view[p] == one for p in members),
                    )
                    for one in views
                ]
            )
        else:
            every_list += lists.values()
            found[name] = mean_of_probes(list(lists.values()), protocol.unmatched_is_miss)
    if protocol.overall:
        return found[protocol.overall], found
    overall = (
        mean_of_probes(every_list, protocol.unmatched_is_miss)
        if protocol.average == "probes"
        else mean_of_dicts(list(found.values()))
    )
    return overall, found


def lab(people, conditions, views):
    return [Record(p, c, v) for p in people for c in conditions for v in views]


CASIA = ["nm-01", "nm-02", "nm-04", "nm-05", "nm-06", "bg-01", "bg-02", "cl-01", "cl-02"]
SUSTECH1K = ["00-nm", "01-nm", "01-bg", "01-cl", "01-cr", "01-ub", "01-uf", "01-oc", "01-nt"]
CCPG = ["U0_D0_BG", "U0_D0", "U1_D1", "U2_D2", "U3_D3", "U0_D3", "U1_D0"]
MINE = Protocol(
    "mine",
    probes=(
        Group("bag", names=frozenset(["a-bag-0", "b-bag-1"])),
        Group("coat", names=frozenset(["a-coat-1", "c-coat-0", "c-coat-1"])),
    ),
    metric="euclidean",
)
CASES = {
    "gait3d": (probe_list("Gait3D", ["a-x-0", "b-y-1", "c-x-1"]), lab("abc", "xy", "01")),
    "one-gallery-item": (probe_list("one", ["a-x-0"]), lab("a", "x", "01")),
    "hid-style": (one_known_each(lab("abcd", "xy", "0")), lab("abcd", "xy", "0")),
    "mine": (MINE, lab("abc", ["bag", "coat", "nm"], "01")),
    "mine-by-view": (replace(MINE, average="views"), lab("abc", ["bag", "coat", "nm"], "01")),
    "mine-misses": (
        replace(MINE, average="views", exclude_same_view=True, unmatched_is_miss=True),
        lab("abc", ["bag", "coat", "nm"], "01"),
    ),
    "casia-b": (PROTOCOLS["casia-b"], lab("ab", CASIA, ["000", "090", "180"])),
    "casia-b-cross-view": (
        PROTOCOLS["casia-b-cross-view"],
        lab("abc", ["nm-01", "nm-02", "bg-01", "bg-02", "cl-01", "cl-02"], ["000", "090"]),
    ),
    "ou-mvlp": (PROTOCOLS["ou-mvlp"], lab("abcd", ["00", "01"], ["000", "015", "030"])),
    "ou-mvlp-matched-only": (
        PROTOCOLS["ou-mvlp-matched-only"],
        lab("abcd", ["00", "01"], ["000", "015", "030"]),
    ),
    "ou-lp": (PROTOCOLS["ou-lp"], lab("abcd", ["Seq00", "Seq01"], ["55", "65"])),
    "grew-proxy": (PROTOCOLS["grew-proxy"], lab("abcdef", ["01", "02"], "0")),
    "grew": (PROTOCOLS["grew"], lab("abcdef", ["01", "02", "03"], "0")),
    "hid": (PROTOCOLS["hid"], lab("abcdef", ["gallery", "probe"], "0")),
    "sustech1k": (
        PROTOCOLS["sustech1k"],
        lab(
            "abc",
            SUSTECH1K,
            "01",
        ),
    ),
    "sustech1k-by-probe": (
        replace(PROTOCOLS["sustech1k"], average="views"),
        lab(
            "abc",
            SUSTECH1K,
            "01",
        ),
    ),
    "casia-e": (
        PROTOCOLS["casia-e"],
        lab(
            "ab",
            [*(f"L-scene{n}-{w}-1" for n in (1, 2) for w in ("nm", "bg", "cl"))],
            ["000", "090", "270"],
        ),
    ),
    **{
        name: (
            PROTOCOLS[name],
            lab(
                "abc",
                CCPG,
                ["0_0", "0_1", "1_0"],
            ),
        )
        for name in ("ccpg", "ccpg-gait", "ccpg-gait-all-views")
    },
}


def test_every_published_protocol_has_its_loops():
    assert PROTOCOLS.keys() <= CASES.keys()


@pytest.mark.usefixtures("exact_distances")
@pytest.mark.parametrize("name", CASES)
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1), places=st.sampled_from([1, 2, 4, 1000]))
def test_scores_are_those_of_the_loops(name, seed, places):
    """People on a line of few places: nothing but ties, many ties, hardly any."""
    protocol, records = CASES[name]
    generator = np.random.default_rng(seed)
    if len(records) > 4 and not any(group.names for group in protocol.groups):
        lost = generator.random(len(records)) < 0.15  # so that there are probes without a match
        records = [record for record, is_lost in zip(records, lost, strict=True) if not is_lost]
    values = torch.from_numpy(generator.integers(0, places, (len(records), 2, 3))).float()
    embeddings = Embeddings(values, records)
    far = exact(values, values, protocol.metric).numpy()
    try:
        expected, groups = in_loops(far, records, protocol)
        found = evaluate(embeddings, protocol)
    except DataError as error:
        assert "no probe has a match" in str(error) or "has no" in str(error)  # noqa: PT017
        return
    near = {key: found[key] for key in expected}
    assert near == pytest.approx(expected, nan_ok=True)
    for group, scores in groups.items() if len(groups) > 1 else ():
        row = {key: found.tables["conditions"][group, key] for key in scores}
        assert row == pytest.approx(scores, nan_ok=True)


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_the_original_gives_the_same_scores_on_casia_b(metric):
    golden, _ = formula.load("casia_b")
    names = zip(golden["label"], golden["type"], golden["view"], strict=True)
    embeddings = Embeddings(
        torch.from_numpy(golden["embedding"]).mT.contiguous(),
        [Record(*map(str, row)) for row in names],
    )
    single = json.loads(str(golden["single"]))[metric[:3]]
    found = evaluate(embeddings, PROTOCOLS["casia-b"], metric=metric).tables["conditions"]
    for group in ("NM", "BG", "CL"):
        expected = single[f"scalar/test_accuracy/{group}@R1"]
        assert found[group, "rank1"] == pytest.approx(expected, abs=1e-4)
    cross = json.loads(str(golden["cross"]))[metric[:3]]
    found = evaluate(embeddings, PROTOCOLS["casia-b-cross-view"], metric=metric)
    for group in ("NM", "BG", "CL"):
        row = found.tables["conditions"]
        expected = (
            cross[f"scalar/test_accuracy/{group}-Rank@1"],
            cross[f"scalar/test_accuracy/{group}-mAP"],
        )
        assert (row[group, "rank1"], row[group, "mAP"]) == pytest.approx(expected, abs=0.006)


def open_lab():
    """Three people in the gallery, one who is not; bags searched for among normal walks."""
    records = lab("abc", ["nm", "bag"], "01") + lab("d", ["bag"], "01")
    values = torch.randn(len(records), 1, 4)
    probes = (Group("bag", conditions=frozenset(["bag"])),)
    return Embeddings(values, records), Protocol("open", probes=probes, metric="euclidean")


def test_verification_and_open_set_are_added_when_asked_for():
    embeddings, protocol = open_lab()
    plain = evaluate(embeddings, protocol)
    more = evaluate(embeddings, protocol, verify=True, unknown=True)
    assert {name: more[name] for name in plain} == pytest.approx(plain)
    assert (more["known"], more["unknown"]) == (6, 2)
    assert (more["matches"], more["others"]) == (12, 36)
    assert 0 <= more["EER"] <= 100
    left_out = replace(protocol, exclude_same_view=True)
    assert evaluate(embeddings, left_out, verify=True)["matches"] == 6
    across = replace(protocol, average="view pairs")
    assert evaluate(embeddings, across, verify=True)["others"] == 18


def test_reranking_changes_the_distances_that_are_scored():
    embeddings, protocol = open_lab()
    how = Reranking(k1=4, k2=2)
    kept = evaluate(embeddings, protocol, rerank=Reranking(keep=1.0))
    assert kept == pytest.approx(evaluate(embeddings, protocol))  # squares rank alike
    assert evaluate(embeddings, protocol, rerank=how) != kept
    for average in ("views", "view pairs"):
        assert evaluate(embeddings, replace(protocol, average=average), rerank=how)["probes"]


def test_pairs_of_one_view_are_refused():
    embeddings, protocol = open_lab()
    alone = replace(protocol, average="view pairs", views={r.name: "x" for r in embeddings.records})
    with pytest.raises(DataError, match="two views or more, got x"):
        evaluate(embeddings, alone)
