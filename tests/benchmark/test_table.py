from dataclasses import replace

import numpy as np

from meshgait.benchmark.cell import Cell, Seeds
from meshgait.benchmark.methods import DISCRIMINANTS, Method
from meshgait.benchmark.table import (
    ABOVE,
    AGAINST,
    CAPTURED,
    Row,
    mean_ap,
    people_table,
    score_table,
    to_markdown,
    training_table,
)
from meshgait.evaluation.bootstrap import bootstrap

GENERATOR = np.random.default_rng(0)


def cell(data, training, values):
    scores = {"mAP": values, "rank1": values / 2}
    return Cell("a", Seeds(data, training), scores, {"bag": values * np.nan}, {"1.0": values}, 7)


def test_trainings_are_drawn_beside_people():
    one, two = GENERATOR.uniform(0, 100, (2, 40))
    row = Row(Method("a", note="n"), [cell(0, 0, one), cell(0, 1, two)])
    assert row.interval(mean_ap) == bootstrap([np.stack([one, two])])
    (line,) = score_table([row])
    assert line["mAP"] == str(bootstrap([np.stack([one, two])]))
    assert line["note"] == "n"
    (line,) = training_table([row])
    assert (line["cells"], line["parameters"]) == ("2", "7")
    assert people_table([row], "conditions") == [{"method": "a", "bag": "no pair"}]


def test_people_of_two_data_seeds_are_different_people():
    one, two = GENERATOR.uniform(0, 100, 40), GENERATOR.uniform(0, 100, 30)
    row = Row(Method("a"), [cell(0, 0, one), cell(1, 0, two)])
    assert row.interval(mean_ap) == bootstrap([one, two])


def test_differences_to_the_best_discriminant_are_paired():
    weak, strong = GENERATOR.uniform(0, 50, 40), GENERATOR.uniform(0, 60, 40)
    rows = [
        Row(DISCRIMINANTS[0], [cell(0, 0, weak)]),
        Row(DISCRIMINANTS[1], [cell(0, 0, strong + 20)]),
        Row(Method("net", "SLN"), [cell(0, 0, strong + 25), cell(0, 1, strong + 27)]),
    ]
    table = score_table(rows)
    assert ABOVE not in {name for name, value in table[1].items() if value}
    assert table[2][ABOVE] == "6.0 [5.0, 7.0], above"
    assert table[0][ABOVE] == f"{bootstrap([weak - strong - 20])}, below"


def test_a_problem_is_told():
    assert score_table([Row(Method("b"), [], "no rgb")])[0]["note"] == "no rgb"


def test_markdown_has_all_columns_in_every_row():
    text = to_markdown([{"a": "1", "b": "x|y"}, {"b": "2", "c": "3"}])
    assert text.splitlines()[2:] == ["| 1 | x\\|y |  |", "|  | 2 | 3 |"]


def test_a_row_is_compared_with_the_one_it_names_and_the_verdict_is_the_intervals():
    one = GENERATOR.uniform(0, 100, 40)
    noise = GENERATOR.uniform(-9, 9, 40)
    rows = [Row(Method("b"), [cell(0, 0, one)])]
    for name, values in (("a", one + 3), ("c", one - 3), ("d", one + noise - noise.mean())):
        rows.append(Row(Method(name, against="b"), [cell(0, 0, values)]))
    told = [line[AGAINST] for line in score_table([*rows, Row(Method("e", against="lost"))])]
    assert told[:3] == ["", "b: 3.0 [3.0, 3.0], above", "b: -3.0 [-3.0, -3.0], below"]
    assert told[3].endswith(", undecided")
    assert told[4] == ""


def test_captured_people_have_columns_where_every_cell_knows_them():
    values = GENERATOR.uniform(0, 50, 40)
    few = np.array([30.0, 60.0, np.nan])
    known = replace(cell(0, 0, values), captured={"mAP": few, "rank1": few})
    better = replace(known, captured={"mAP": few + 5, "rank1": few})
    rows = [Row(DISCRIMINANTS[0], [known]), Row(Method("net", "SLN"), [better])]
    line = score_table(rows)[1]
    assert line[CAPTURED + "mAP"] == str(bootstrap([few + 5]))
    assert line[CAPTURED + ABOVE] == "5.0 [5.0, 5.0], above"
    rows.append(Row(Method("later"), [cell(0, 0, values)]))
    assert CAPTURED + "mAP" not in score_table(rows)[1]
