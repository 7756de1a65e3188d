from dataclasses import replace

import numpy as np
import pytest

from meshgait.data import PROTOCOLS, Group, Protocol
from meshgait.errors import ConfigError, DataError
from meshgait.sequence import Record

records = [Record("1", "nm", "a"), Record("1", "nm", "b"), Record("2", "bg", "a")]
BY_CONDITION = Protocol(
    "lab",
    probes=(Group("bags", conditions=frozenset(["bg"])),),
    gallery=Group("gallery", names=frozenset(["1-nm-b"])),
)


def test_probes_are_named_and_the_rest_is_gallery():
    probe, gallery = Protocol("wild", frozenset({"1-nm-b"})).split(records)
    assert probe.tolist() == [1]
    assert gallery.tolist() == [0, 2]


def test_groups_are_of_conditions_and_of_names_and_what_has_no_role_is_left_out():
    found = BY_CONDITION.compare(records)
    assert {name: indices.tolist() for name, indices in found.probes.items()} == {"bags": [2]}
    assert found.gallery.tolist() == [1]
    assert found.view == ["a", "b", "a"]
    renamed = replace(BY_CONDITION, views={"2-bg-a": "front"})
    assert renamed.compare(records).view == ["a", "b", "front"]


def test_every_probe_of_all_groups_is_split_off_in_order():
    groups = (Group("x", conditions=frozenset(["bg"])), Group("y", names=frozenset(["1-nm-a"])))
    probe, gallery = Protocol("p", probes=groups).split(records)
    assert (probe.tolist(), gallery.tolist()) == ([0, 2], [1])


@pytest.mark.parametrize(
    ("probes", "message"),
    [
        (
            {"1-nm-a", "9-nm-a"},
            "1 of 2 probes of protocol wild are not in the data, such as 9-nm-a",
        ),
        (set(), "no probe"),
        ({record.name for record in records}, "no gallery"),
    ],
)
def test_a_protocol_that_does_not_fit_the_data_is_refused(probes, message):
    with pytest.raises(DataError, match=message):
        Protocol("wild", frozenset(probes)).split(records)


def test_lost_galleries_empty_groups_and_double_roles_are_refused_by_name():
    lost = replace(BY_CONDITION, gallery=Group("gallery", names=frozenset(["7-x-y"])))
    with pytest.raises(DataError, match=r"1 of 1 gallery sequences of protocol lab .* 7-x-y"):
        lost.compare(records)
    with pytest.raises(DataError, match="CASIA-B has no NM probe sequence in this data"):
        PROTOCOLS["casia-b"].compare(records)
    both = replace(BY_CONDITION, gallery=Group("gallery", conditions=frozenset(["bg"])))
    with pytest.raises(DataError, match="gives 2-bg-a two roles"):
        both.compare(records)
    with pytest.raises(DataError, match="the data has 2 sequences named 1-nm-b"):
        BY_CONDITION.compare([*records, records[1]])
    with pytest.raises(DataError, match="no group of probes"):
        Protocol("none", probes=()).compare(records)


@pytest.mark.usefixtures("unchecked")
def test_options_that_are_none_are_refused():
    with pytest.raises(ConfigError, match="unknown metric 'l2'"):
        Protocol("p", frozenset(), metric="l2")
    with pytest.raises(
        ConfigError, match="averages over one of probes, views, view pairs, all view pairs"
    ):
        Protocol("p", frozenset(), average="people")
    with pytest.raises(ConfigError, match="groups of protocol p share a name"):
        Protocol("p", probes=(Group("a"), Group("a")))


def casia_b():
    conditions = ("nm-01", "nm-02", "nm-03", "nm-04", "nm-05", "nm-06", "bg-01", "bg-02", "cl-01",
                  "cl-02")  # fmt: skip
    return [
        Record(f"{person:03d}", condition, f"{view:03d}")
        for person in range(75, 78)
        for condition in conditions
        for view in range(0, 181, 18)
    ]


def of(subjects, conditions, views):
    return [Record(s, c, v) for s in subjects for c in conditions for v in views]


@pytest.mark.parametrize(
    ("name", "people", "probes", "gallery"),
    [
        ("casia-b", casia_b(), {"NM": 66, "BG": 66, "CL": 66}, 132),
        ("casia-b-cross-view", casia_b(), {"NM": 33, "BG": 33, "CL": 33}, 99),
        (
            "ou-mvlp",
            of(
                "12",
                ["00", "01"],
                [f"{view:03d}" for view in range(0, 271, 15) if not 90 < view < 180],
            ),
            {"all": 28},
            28,
        ),
        ("ou-mvlp-matched-only", of("12", ["00", "01"], ["000", "090"]), {"all": 4}, 4),
        ("ou-lp", of("123", ["Seq00", "Seq01"], ["55", "65", "75", "85"]), {"all": 12}, 12),
        ("grew-proxy", of("123", ["01", "02"], ["x"]), {"all": 3}, 3),
        ("grew", of("123", ["01", "02", "03"], ["x"]), {"all": 3}, 6),
        ("hid", of("123", ["gallery", "probe"], ["x"]), {"all": 3}, 3),
        (
            "sustech1k",
            of(
                "12",
                [
                    "00-nm",
                    "01-nm",
                    *(
                        f"0{n}-{x}"
                        for n, x in enumerate(["bg", "cl", "cr", "ub", "uf", "oc", "nt-bg"], 1)
                    ),
                ],
                ["000", "090-far"],
            ),
            {
                "Normal": 4,
                "Bag": 8,
                "Clothing": 4,
                "Carrying": 4,
                "Umbrella": 4,
                "Uniform": 4,
                "Occlusion": 4,
                "Night": 4,
                "Overall": 20,
            },
            4,
        ),
        (
            "casia-e",
            of(
                "12",
                [
                    f"{h}-{s}-{w}-{n}"
                    for h in "HL"
                    for s in ("scene1", "scene2", "scene3", "scene3_s")
                    for w in ("nm", "bg", "cl")
                    for n in (1, 2)
                ],
                ["000", "270"],
            ),
            {"NM": 24, "BG": 24, "CL": 24},
            8,
        ),
    ],
)
def test_a_published_protocol_finds_its_sequences(name, people, probes, gallery):
    found = PROTOCOLS[name].compare(list(people))
    assert {group: len(indices) for group, indices in found.probes.items()} == probes
    assert len(found.gallery) == gallery
    assert not {*np.concatenate(list(found.probes.values()))} & {*found.gallery}


def test_every_published_protocol_is_tried_above():
    tried = test_a_published_protocol_finds_its_sequences.pytestmark[0].args[1]
    assert {row[0] for row in tried} == {n for n, p in PROTOCOLS.items() if len(p.tasks) == 1}


CLOTHES = ["U0_D0_BG", "U0_D0", "U1_D1", "U2_D2", "U3_D3", "U0_D3", "U1_D0"]
CCPG = of("12", CLOTHES, ["0_0", "0_1", "1_0"])


@pytest.mark.parametrize("name", [n for n, p in PROTOCOLS.items() if len(p.tasks) > 1])
def test_a_protocol_of_tasks_has_probes_and_a_gallery_for_each(name):
    tasks = PROTOCOLS[name].tasks
    found = {task.groups[0].name: task.compare(CCPG) for task in tasks}
    sizes = {task: (len(one.probes[task]), len(one.gallery)) for task, one in found.items()}
    assert sizes == {"CL": (12, 18), "UP": (6, 6), "DN": (6, 6), "BG": (6, 6)}
    assert set(found["CL"].view) == {"0", "1"}
    assert [len(side) for side in PROTOCOLS[name].split(CCPG)] == [12, 18]
    with pytest.raises(ConfigError, match="compare its tasks"):
        PROTOCOLS[name].compare(CCPG)


def test_groups_that_share_probes_are_no_means_over_probes():
    shared = replace(PROTOCOLS["sustech1k"], average="probes")
    tried = test_a_published_protocol_finds_its_sequences.pytestmark[0].args[1]
    with pytest.raises(DataError, match="two roles"):
        shared.compare(next(row[1] for row in tried if row[0] == "sustech1k"))


@pytest.mark.usefixtures("unchecked")
def test_the_overall_score_is_that_of_a_group():
    with pytest.raises(ConfigError, match="no group 'x' to be its overall score; there are a, b"):
        Protocol("p", probes=(Group("a"), Group("b")), overall="x")
