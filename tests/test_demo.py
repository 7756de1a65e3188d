import json

import numpy as np
import pytest
from PIL import Image

from meshgait.data.synthetic.render_clip import WildConfig
from meshgait.demo import COLUMNS, DemoConfig, Result, run_demo

TINY = DemoConfig(
    train_identities=13, test_identities=4, steps=4, width=1 / 16,
    data=WildConfig(clips=3, frames=(12, 14)),
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MESHGAIT_CACHE", str(tmp_path_factory.mktemp("cache")))
        page = run_demo(tmp_path_factory.mktemp("demo"), TINY)
        first = (page.parent / "metrics.json").read_text(encoding="utf-8")
        run_demo(page.parent, TINY)
    (page.parent / "first.json").write_text(first)
    return page.parent


def test_every_method_is_scored(folder):
    scores = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    about = ("betas", "joint angles", "joints", "surface points")
    discriminants = [f"discriminants of {name}" for name in about]
    networks = ["GEI + nearest neighbour", "SLN", "SMPLGait"]
    assert list(scores) == ["chance", *discriminants, *networks]
    for name, row in scores.items():
        assert row.keys() == {*COLUMNS, "intervals", "seconds"}
        assert row["intervals"].keys() == (set() if name == "chance" else set(COLUMNS))
        assert all(0 <= row[column] <= 100 for column in COLUMNS)


def test_a_score_lies_in_its_interval_and_the_page_says_both(folder):
    scores = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    page = (folder / "index.html").read_text(encoding="utf-8")
    for row in scores.values():
        for column, (low, high) in row["intervals"].items():
            assert low <= row[column] <= high
            assert f">{row[column]:.1f} [{low:.1f}, {high:.1f}]<" in page
    rows = page.split("<tbody>")[1].split("</tbody>")[0].split("<tr>")[1:]
    best = max((n for n in scores if n.startswith("discr")), key=lambda n: scores[n]["mAP"])
    for name, row in zip(scores, rows, strict=True):  # neither chance nor the best is compared
        verdicts = ("above", "below", "undecided")
        assert any(f", {v}<" in row for v in verdicts) == (name not in ("chance", best))


def test_means_over_people_are_those_of_probes_and_differences_are_paired():
    scores = {"mAP": 50.0}
    ours = Result(scores, 1.0, {"mAP": np.array([40.0, 60.0])})
    other = Result(scores, 1.0, {"mAP": np.array([30.0, 50.0])})
    assert ours.intervals()["mAP"].mean == 50
    assert str(ours.above(other)) == "10.0 [10.0, 10.0]"


def test_a_second_run_gives_the_same_table(folder):
    tables = [json.loads((folder / f"{n}.json").read_text()) for n in ("first", "metrics")]
    for table in tables:
        for row in table.values():
            del row["seconds"]
    assert tables[0] == tables[1]


def test_the_page_is_whole_and_its_pictures_can_be_opened(folder):
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "http" not in page
    pictures = sorted(folder.glob("*.png"))
    assert [path.stem for path in pictures] == ["cmc", "matches", "training", "walkers"]
    assert page.count("data:image/png;base64,") == len(pictures)
    for path in pictures:
        with Image.open(path) as picture:
            picture.load()
            assert min(picture.size) > 100
