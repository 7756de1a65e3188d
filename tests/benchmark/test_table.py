import numpy as np

from meshgait.benchmark.cell import Cell, Seeds
from meshgait.benchmark.methods import DISCRIMINANTS, Method
from meshgait.benchmark.table import ABOVE, Row, mean_ap, people_table, score_table, to_markdown
from meshgait.evaluation.bootstrap import bootstrap

GENERATOR = np.random.default_rng(0)


def cell(data, training, values):
    scores = {"mAP": values, "rank1": values / 2}
    return Cell("a", Seeds(data, training), scores, {"bag": values * np.nan}, {"1.0": values}, 7)


def test_trainings_are_averaged_person_by_person_before_people_are_drawn():
    one, two = GENERATOR.uniform(0, 100, (2, 40))
    row = Row(Method("a", note="n"), [cell(0, 0, one), cell(0, 1, two)])
    assert row.interval(mean_ap) == bootstrap([(one + two) / 2])
    (line,) = score_table([row])
    assert line["mAP"] == str(bootstrap([(one + two) / 2]))
    assert (line["cells"], line["parameters"], line["note"]) == ("2", "7", "n")
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
    assert table[2][ABOVE] == "6.0 [6.0, 6.0]"
    assert table[0][ABOVE] == str(bootstrap([weak - strong - 20]))


def test_a_problem_is_told():
    assert score_table([Row(Method("b"), [], "no rgb")])[0]["note"] == "no rgb"


def test_markdown_has_all_columns_in_every_row():
    text = to_markdown([{"a": "1", "b": "x|y"}, {"b": "2", "c": "3"}])
    assert text.splitlines()[2:] == ["| 1 | x\\|y |  |", "|  | 2 | 3 |"]
