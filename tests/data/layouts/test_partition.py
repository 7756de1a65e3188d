import json

import pytest

from meshgait.data.layouts import LAYOUTS, read_partition
from meshgait.errors import DataError
from tests.data.layouts import miniature


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[1]", "must have the keys"),
        ('{"TRAIN_SET": []}', "must have the keys"),
        ('{"TRAIN_SET": [1], "TEST_SET": []}', "must be a list of names"),
        ('{"TRAIN_SET": ["../../etc"], "TEST_SET": []}', "no name of a folder"),
        ('{"TRAIN_SET": ["1"], "TEST_SET": ["1"]}', "both in training and test"),
    ],
)
def test_lists_that_cannot_be_are_refused(tmp_path, content, reason):
    path = tmp_path / "list.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=f"list.json.*{reason}"):
        read_partition(path)


def test_people_and_probes_that_differ_from_the_list_are_reported(tmp_path):
    root, official = miniature.gait3d_raw(tmp_path)
    lists = json.loads(official.read_text())
    lists["TRAIN_SET"] = ["0001", "0777"]
    lists["PROBE_SET"].append("0002-camid9_videoid9-seq9")
    official.write_text(json.dumps(lists))
    survey = LAYOUTS["gait3d"].survey(root, official)
    problems = "; ".join(finding.problem for finding in survey.findings)
    assert "0000 is in neither list: 2 clips were left out" in problems
    assert "person 0777 of the list is not there" in problems
    assert "probe 0002-camid9_videoid9-seq9 of the list is not there" in problems
    assert (len(survey.clips), len(survey.probes)) == (6, 2)
