import json

import pytest
from PIL import Image

from meshgait.data.synthetic.render_clip import WildConfig
from meshgait.demo import COLUMNS, DemoConfig, run_demo

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
    assert list(scores) == ["chance", "GEI + nearest neighbour", "SLN", "SMPLGait"]
    for row in scores.values():
        assert row.keys() == {*COLUMNS, "seconds"}
        assert all(0 <= row[name] <= 100 for name in COLUMNS)


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
