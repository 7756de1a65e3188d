import csv
import json

import numpy as np

from meshgait.evaluation import Scores, Table

table = Table(("NM", "CL"), ("000", "mean of all"), np.array([[50.0, 62.5], [np.nan, 100.0]]))
scores = Scores({"rank1": 75.0, "probes": 4}, {"by view": table})


def test_scores_are_a_dictionary_with_tables():
    assert scores == {"rank1": 75.0, "probes": 4}
    assert scores.tables["by view"]["NM", "mean of all"] == 62.5
    assert Scores({}).to_plain() == {}


def test_json_has_numbers_only_and_none_where_nothing_was_compared():
    plain = json.loads(json.dumps(scores.to_plain(), allow_nan=False))
    assert plain["rank1"] == 75.0
    assert plain["tables"]["by view"]["values"] == [[50.0, 62.5], [None, 100.0]]


def test_a_table_is_printed_in_columns():
    assert str(table).splitlines() == [
        "       000  mean of all",
        "NM   50.00        62.50",
        "CL       -       100.00",
    ]


def test_csv_has_a_line_per_number(tmp_path):
    scores.write_csv(tmp_path / "s.csv")
    with (tmp_path / "s.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0] == {"table": "all", "row": "", "column": "rank1", "value": "75.0"}
    assert [(row["row"], row["column"]) for row in rows[2:]] == [
        ("NM", "000"), ("NM", "mean of all"), ("CL", "mean of all"),
    ]  # fmt: skip
