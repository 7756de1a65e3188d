import numpy as np

from meshgait.benchmark.cell import SCORES, Cell
from meshgait.benchmark.methods import Method
from meshgait.benchmark.table import Row, Spread, condition_table, score_table, to_markdown


def cell(seed, rank1, bag):
    scores = dict.fromkeys(SCORES, 10.0) | {"rank1": rank1}
    return Cell("a", seed, scores, {"bag": bag}, {"1.0": rank1}, 7, 10.0, 3.0, {"steps": 5})


def test_a_row_is_mean_and_deviation_of_its_seeds():
    values = [40.0, 50.0, 63.0]
    row = Row(Method("a", note="n"), [cell(i, value, None) for i, value in enumerate(values)])
    (line,) = score_table([row])
    assert line["Rank-1"] == f"{np.mean(values):.1f} ± {np.std(values, ddof=1):.1f}"
    assert (line["seeds"], line["steps"], line["parameters"], line["note"]) == ("3", "5", "7", "n")
    assert condition_table([row]) == [{"method": "a", "bag": "no pair"}]


def test_one_seed_has_no_spread_and_a_problem_is_told():
    assert str(Spread.of([12.34])) == "12.3"
    assert score_table([Row(Method("b"), [], "no rgb")])[0]["note"] == "no rgb"


def test_markdown_has_all_columns_in_every_row():
    text = to_markdown([{"a": "1", "b": "x|y"}, {"b": "2", "c": "3"}])
    assert text.splitlines()[2:] == ["| 1 | x\\|y |  |", "|  | 2 | 3 |"]
