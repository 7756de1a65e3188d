import base64
import io
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from meshgait._version import __version__
from meshgait.errors import ConfigError
from meshgait.visualization.document import Figure, Table
from meshgait.visualization.report import (
    PROBE,
    RIGHT,
    WRONG,
    draw_pictures,
    draw_retrieval,
    plot_bars,
    plot_curves,
    plot_groups,
    write_report,
)

RNG = np.random.default_rng(0)
HOSTILE = "<script>alert('x')</script> & \"Ω\""


class Page(HTMLParser):
    """Tags, attributes and texts of a page, and whether every tag was closed."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.texts, self.open = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def picture(name="picture", caption="A picture."):
    return draw_pictures(RNG.random((1, 2, 4, 3)), name=name, caption=caption)


def page_of(folder, *, table=(), figures=(), title="title", lead="lead"):
    path = write_report(folder, title=title, lead=lead, table=table, figures=figures)
    assert path == folder / "index.html"
    return Page(path.read_text(encoding="utf-8"))


def pixels(figure):
    return np.asarray(Image.open(io.BytesIO(figure.png)).convert("RGB"))


def has_color(figure, color):
    wanted = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
    return (pixels(figure) == wanted).all(-1).any()


def test_a_page_needs_nothing_beside_it(tmp_path):
    page = page_of(tmp_path / "new", figures=[picture("one"), picture("two")])
    assert not page.open
    links = [value for name, value in page.attributes if name in ("src", "href", "srcset", "data")]
    assert len(links) == 2
    assert all(link.startswith("data:image/png;base64,") for link in links)
    text = (tmp_path / "new" / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"//|@import|url\(", re.sub(r"base64,[^\"]*", "", text))
    assert not {"script", "link", "iframe", "object"}.intersection(page.tags)  # nor a table


def test_pictures_are_in_the_page_and_beside_it(tmp_path):
    figures = [picture("one"), picture("two")]
    page = page_of(tmp_path, figures=figures)
    inside = [value.split(",")[1] for name, value in page.attributes if name == "src"]
    for figure, code in zip(figures, inside, strict=True):
        assert (
            base64.b64decode(code) == (tmp_path / f"{figure.name}.png").read_bytes() == figure.png
        )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.html", "one.png", "two.png"]


def test_names_are_text_and_not_html(tmp_path):
    table = [{HOSTILE: HOSTILE, "b": "2"}]
    page = page_of(
        tmp_path, table=table, figures=[picture(caption=HOSTILE)], title=HOSTILE, lead=HOSTILE
    )
    assert not page.open
    assert page.tags.count("script") == 1  # ours, which sorts tables
    assert page.texts.count(HOSTILE) == 6  # title, heading, lead, head, cell, caption
    assert ("alt", HOSTILE) in page.attributes


def test_the_table_has_a_column_for_every_name(tmp_path):
    rows = [{"method": "a", "rank1": "1.0"}, {"rank1": "2.0", "mAP": "3.0", "method": "b"}]
    page = page_of(tmp_path, table=rows)
    assert page.tags.count("tr") == 3
    cells = page.texts[page.texts.index("method") : -1]
    assert [text for text in cells if text.strip()][:8] == [
        "method", "rank1", "mAP", "a", "1.0", "b", "2.0", "3.0",
    ]  # fmt: skip
    assert f"Made by meshgait {__version__}." in page.texts
    assert page.tags.count("td") == 6
    assert page_of(tmp_path, table=[]).tags.count("td") == 0


@pytest.mark.parametrize("name", ["", "a/b", "../a", "/a"])
def test_a_figure_stays_in_its_folder(name):
    with pytest.raises(ConfigError, match="called like a file without folders"):
        Figure(name, "caption", b"")


def test_pictures_stand_side_by_side_as_they_are():
    grey = RNG.random((2, 3, 4, 5))
    found = pixels(draw_pictures(grey, name="x", caption=""))
    assert found.shape == (8, 15, 3)
    for row in range(2):
        for column in range(3):
            part = found[4 * row : 4 * row + 4, 5 * column : 5 * column + 5, 0]
            np.testing.assert_array_equal(part, np.rint(grey[row, column] * 255))
    color = RNG.integers(0, 256, (1, 2, 4, 5, 3), dtype=np.uint8)
    found = pixels(draw_pictures(color, name="x", caption=""))
    np.testing.assert_array_equal(found, np.concatenate([color[0, 0], color[0, 1]], axis=1))


def test_light_beyond_white_is_white():
    found = pixels(draw_pictures(np.array([[[[-0.5, 1.5]]]]), name="x", caption=""))
    assert found[0, :, 0].tolist() == [0, 255]


def test_curves_make_a_picture_whatever_their_names():
    curves = {"$x^": ([1, 2, 3], [3.0, np.nan, 1.0]), "b": ([1], [2.0])}
    figure = plot_curves(curves, x="step", y="loss", name="curves", caption="Loss.")
    assert (figure.name, figure.caption) == ("curves", "Loss.")
    assert pixels(figure).std() > 1
    pixels(plot_curves({}, x="x", y="y", name="none", caption=""))


def test_a_bar_is_as_long_as_its_number():
    short, long = (
        pixels(plot_bars({"$a": (10.0, 0.0), "b": (up, 1.0)}, x="x", name="bars", caption=""))
        for up in (1.0, 20.0)
    )
    blue = [79, 129, 189]
    counts = [(image == blue).all(-1).sum() for image in (short, long)]
    assert counts[0] < counts[1]


def test_many_curves_leave_room_for_their_names():
    figure = plot_curves(
        {f"{n}": ([0, 1], [n, n]) for n in range(12)}, x="x", y="y", name="many", caption=""
    )
    assert pixels(figure).shape[1] > 1000


def test_a_table_stands_in_the_page_with_its_caption(tmp_path):
    page = page_of(tmp_path, figures=[Table(HOSTILE, [{"a": "1"}]), picture("one")])
    assert not page.open
    assert page.texts.count(HOSTILE) == 1
    assert page.tags.count("table") == 1
    assert [path.name for path in tmp_path.glob("*.png")] == ["one.png"]


def clips(count):
    return [RNG.integers(0, 256, (1 + n, 16, 11), dtype=np.uint8) for n in range(count)]


@pytest.mark.parametrize(
    ("marks", "right", "wrong"),
    [
        ([[True, False]], True, True),
        ([[True]], True, False),
        ([[False], [False, False]], False, True),
        ([[]], False, False),
        ([[], []], False, False),
    ],
)
def test_matches_are_framed_by_whether_they_are_right(marks, right, wrong):
    rows = [clips(1 + len(mark)) for mark in marks]
    figure = draw_retrieval(rows, marks, name="matches", caption="")
    assert has_color(figure, PROBE)
    assert has_color(figure, RIGHT) == right
    assert has_color(figure, WRONG) == wrong


def test_every_match_needs_its_mark():
    with pytest.raises(ValueError, match="zip"):
        draw_retrieval([clips(3)], [[True]], name="matches", caption="")


def test_bars_stand_in_groups_and_their_labels_are_not_mathematics():
    bars = {"$a": {"x": 100.0, "y": 50.0}, "b": {"x": 0.0}}
    drawn = plot_groups(bars, x="place", y="percent", name="bars", caption="")
    lower = plot_groups(
        {"$a": {"x": 50.0, "y": 50.0}}, x="place", y="percent", name="n", caption=""
    )
    assert drawn.png != lower.png
    with Image.open(io.BytesIO(drawn.png)) as picture:
        assert len(picture.convert("RGB").getcolors(10**6)) > 10


def test_a_page_fits_a_small_screen(tmp_path):
    page = page_of(tmp_path, table=[{"model": "SLN", "rank1": "1"}])
    assert ("name", "viewport") in page.attributes
    assert page.attributes.count(("scope", "col")) == 2


def test_matches_are_told_apart_without_colours():
    clip = np.zeros((3, 8, 6), np.uint8)
    grey = [
        pixels(draw_retrieval([[clip, clip]], [[mark]], name="m", caption="")).mean(-1)
        for mark in (True, False)
    ]
    signs = [image < 250 for image in grey]
    assert (signs[0] != signs[1]).any()
