import json

import pytest

from meshgait.video.overview import count_of, failures_of, write_overview
from tests.visualization.test_report import HOSTILE, Page


def entry(name, *, failed=None, report=True, **more):
    return {
        "name": name, "file": f"{name}.mp4", "report": f"{name}/report.html" if report else None,
        "frames": 50, "fps": 25.0 if report else None, "seen": 2, "usable": 1, "clips": [],
        "notes": [], "failed": failed, **more,
    }  # fmt: skip


def written(folder, *entries):
    content = write_overview(folder, entries, "meshgait video FOLDER")
    assert content == json.loads((folder / "videos.json").read_text())
    return Page((folder / "index.html").read_text("utf-8"))


def test_each_video_is_a_row_that_leads_to_its_report(tmp_path):
    page = written(tmp_path, entry("a"), entry("day 1/b#?"), entry("c", failed="cut", report=False))
    links = [value for name, value in page.attributes if name == "href"]
    assert links == ["a/report.html", "day%201/b%23%3F/report.html"]
    assert {"a", "day 1/b#?", "c", "cut", "2.0"} <= set(page.texts)
    assert "1 of 3 videos failed; the last column says why." in page.texts


@pytest.mark.parametrize("name", [HOSTILE, "javascript:alert(1)", "\udcff"])
def test_no_name_is_more_than_a_name(name, tmp_path):
    page = written(tmp_path, entry(name, notes=[name]))
    assert not page.open
    assert page.tags.count("script") == 1
    (link,) = (value for key, value in page.attributes if key == "href")
    assert not set(link) & set(":<>\"'& \\")


def test_an_old_page_and_list_are_replaced_as_a_whole(tmp_path):
    for name in ("index.html", ".index.html.x.part", ".videos.json.y.part"):
        (tmp_path / name).touch()
    written(tmp_path, entry("a"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.html", "videos.json"]


def test_counts_are_in_words():
    entries = [entry("a"), entry("b", failed="nobody", seen=0, usable=0)]
    assert count_of(entries) == "2 videos, 2 seen, 1 usable"
    assert failures_of(entries) == "1 of 2 videos failed"
    assert failures_of(entries[:1]) == ""
