from dataclasses import replace

import numpy as np

from meshgait.benchmark.cell import Cell, Seeds
from meshgait.benchmark.methods import Method
from meshgait.benchmark.page import write_results
from meshgait.benchmark.table import Row
from tests.benchmark.conftest import TINY


def write(folder, levels):
    people = np.array([40.0, 60.0, 20.0])
    noise = {str(level): people for level in levels}
    cell = Cell("a", Seeds(), {"mAP": people, "rank1": people}, {"bag": people}, noise)
    budget = replace(TINY, noise_levels=levels)
    write_results(folder, [Row(Method("a", "SLN"), [cell])], budget, "Captured: nobody.")
    return (folder / "index.html").read_text(encoding="utf-8")


def test_scores_under_other_errors_are_shown_where_there_are_some(tmp_path):
    one, two = (write(tmp_path / str(len(x)), x) for x in ((1.0,), (0.0, 1.0)))
    assert (one.count("<table>"), two.count("<table>")) == (4, 5)  # the words of the scores, too
    assert not (tmp_path / "1" / "noise.png").exists()
    assert (tmp_path / "2" / "noise.png").exists()


def test_the_protocol_the_people_and_what_counts_are_said_first(tmp_path):
    page = write(tmp_path, (1.0,))
    lead = page.split("<p>")[1].split("</p>")[0]
    assert lead.startswith("4 people whom no network has seen before, 4 clips each")
    assert "a network counts only above them." in lead
    assert lead.endswith("Captured: nobody.")
