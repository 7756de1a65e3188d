import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshgait.data import PROTOCOLS, Group, Protocol, probe_list, read_protocols, write_protocols
from meshgait.errors import DataError
from meshgait.sequence import Record

texts = st.text(st.characters(codec="utf-8"), max_size=6)
lists = st.frozensets(texts, max_size=3)
groups = st.tuples(texts, lists, lists, lists)
settings_of_protocols = st.fixed_dictionaries(
    {
        "name": texts,
        "probes": lists | st.lists(groups, min_size=1, max_size=3, unique_by=lambda g: g[0]),
        "metric": st.sampled_from(["cosine", "euclidean"]),
        "gallery": st.none() | groups,
        "average": st.sampled_from(["probes", "views", "view pairs", "all view pairs"]),
        "exclude_same_view": st.booleans(),
        "unmatched_is_miss": st.booleans(),
        "views": st.dictionaries(texts, texts, max_size=2),
        "without_views": lists,
        "view_ends_at": texts,
        "own": st.none() | groups,
    }
)


def build(*, probes, gallery, own, **values) -> Protocol:
    if not isinstance(probes, frozenset):
        values["overall"] = probes[-1][0]
        probes = [Group(*group, gallery=own and Group(*own)) for group in probes]
    chosen = probes if isinstance(probes, frozenset) else tuple(probes)
    return Protocol(probes=chosen, gallery=gallery and Group(*gallery), **values)


@settings(max_examples=50)
@given(st.lists(settings_of_protocols, min_size=1, max_size=3))
def test_protocols_survive_the_round_trip(tmp_path_factory, several):
    path = tmp_path_factory.getbasetemp() / "protocols.json"
    protocols = [build(**values) for values in several]
    write_protocols(path, protocols)
    assert read_protocols(path) == tuple(protocols)


def test_every_published_protocol_survives_and_the_same_gives_the_same_bytes(tmp_path):
    several = (probe_list("Gait3D", ["b", "a"]), *PROTOCOLS.values())
    for name in ("x.json", "y.json"):
        write_protocols(tmp_path / name, several)
    assert read_protocols(tmp_path / "x.json") == several
    assert (tmp_path / "x.json").read_bytes() == (tmp_path / "y.json").read_bytes()


TABLE = """id,sequence,role,view,condition
ann,ann-walk-cam1,gallery,front,normal
ann,ann-bag-cam1,probe,front,bag
bob,,gallery,cam2,walk
bob,bob-bag-cam2,probe,,bag
"""


def test_a_table_is_a_protocol_as_csv_and_as_json(tmp_path):
    (tmp_path / "mine.csv").write_text(TABLE, encoding="utf-8-sig")
    (found,) = read_protocols(tmp_path / "mine.csv")
    assert found.name == "mine"
    assert found.probes == (Group("bag", names=frozenset(["ann-bag-cam1", "bob-bag-cam2"])),)
    records = [
        Record(*name.split("-"))
        for name in ("bob-bag-cam2", "ann-walk-cam1", "ann-bag-cam1", "bob-walk-cam2", "eve-x-y")
    ]
    comparison = found.compare(records)
    assert comparison.probes["bag"].tolist() == [0, 2]
    assert comparison.gallery.tolist() == [1, 3]
    assert comparison.view == ["cam2", "front", "front", "cam2", "y"]
    header, *lines = TABLE.splitlines()
    rows = [dict(zip(header.split(","), line.split(","), strict=True)) for line in lines]
    (tmp_path / "mine.json").write_text(json.dumps(rows))
    assert read_protocols(tmp_path / "mine.json") == (found,)


def test_an_official_partition_gives_its_list_of_probes(tmp_path):
    partition = {"TRAIN_SET": ["0000"], "TEST_SET": ["0001"], "PROBE_SET": ["0001-a-b"]}
    (tmp_path / "Gait3D.json").write_text(json.dumps(partition))
    assert read_protocols(tmp_path / "Gait3D.json") == (probe_list("Gait3D", ["0001-a-b"]),)


ONE = {"name": "p", "probes": ["a"]}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("3", "is no protocol"),
        ({"protocols": 3}, "is no protocol"),
        ({"TRAIN_SET": []}, "is no protocol"),
        ({"PROBE_SET": "ab"}, "PROBE_SET is a list of texts, got 'ab'"),
        ({"format": 9, "protocols": [ONE]}, "protocol format 9, not 1"),
        ({"format": 1, "protocols": []}, "no protocol at all"),
        ({"format": 1, "protocols": [{"name": "p"}]}, "has a name and probes"),
        ({"format": 1, "protocols": [{**ONE, "metrc": "x"}]}, "no 'metrc'; did you mean 'metric'"),
        ({"format": 1, "protocols": [{**ONE, "metric": "l2"}]}, "unknown metric 'l2'"),
        ({"format": 1, "protocols": [{**ONE, "average": 3}]}, "average is a str, got 3"),
        ({"format": 1, "protocols": [{**ONE, "unmatched_is_miss": 1}]}, "is a bool, got 1"),
        ({"format": 1, "protocols": [{**ONE, "probes": [3]}]}, "probes is a list of texts"),
        ({"format": 1, "protocols": [{**ONE, "probes": ["a", {}]}]}, "a group .* has a name"),
        ({"format": 1, "protocols": [{**ONE, "gallery": "all"}]}, "a group .* has a name"),
        ({"format": 1, "protocols": [{**ONE, "views": {"a": 1}}]}, "views is a text"),
        ({"format": 1, "protocols": [{**ONE, "without_views": "a"}]}, "without_views is a list"),
        ({"format": 1, "protocols": [{**ONE, "overall": "x"}]}, "no group 'x' to be its overall"),
        (
            {
                "format": 1,
                "protocols": [
                    {
                        **ONE,
                        "gallery": {
                            "name": "a",
                            "gallery": {"name": "b", "gallery": {"name": "c"}},
                        },
                    }
                ],
            },
            "the gallery of 'b' has itself a gallery|gallery of 'a' has itself",
        ),
        ([], "has no probe sequence"),
        ([3], "row 1: a sequence is an object, got 3"),
        ([{"id": 1, "role": "probe"}], "row 1: id is a text, got 1"),
        ([{"id": "a", "role": "prob"}], "a role is probe or gallery, got 'prob'"),
        ([{"id": "a", "role": "probe", "rol": ""}], "no 'rol'; did you mean 'role'"),
        ([{"id": "a", "role": "probe"}], "has no gallery sequence"),
        ([{"id": "a", "role": "probe", "sequence": "b-c-d"}], "b-c-d is not of a"),
        ([{"id": "a", "role": "probe"}] * 2, "row 2: a-- is listed twice"),
    ],
)
def test_another_content_is_refused_in_one_sentence(tmp_path, content, reason):
    path = tmp_path / "p.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(DataError, match=rf"p\.json.*{reason}") as refused:
        read_protocols(path)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "has no probe"),
        (b"\xff\xfe\x00", "cannot be read"),
        (b"id,sequence\na,b\n", "row 1: role is a text, got None"),
        (b"id,role\na,probe,x,y\n", "there is no None"),
        (b"id,role,angle\na,probe,x\n", "no 'angle'"),
        (b"id,role\na\n", "role is a text"),
    ],
)
def test_a_table_with_other_columns_is_refused(tmp_path, content, reason):
    path = tmp_path / "p.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=reason):
        read_protocols(path)
