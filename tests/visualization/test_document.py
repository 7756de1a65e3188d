import io

import numpy as np
from PIL import Image

from meshgait.visualization.document import Figure, Link, Notes, Section, Table, compose_page
from tests.visualization.test_report import HOSTILE, Page


def png(width):
    content = io.BytesIO()
    Image.fromarray(np.zeros((4, width, 3), np.uint8)).save(content, format="PNG")
    return content.getvalue()


def test_all_kinds_of_parts_are_escaped_and_closed():
    parts = [Section(HOSTILE, HOSTILE), Notes([HOSTILE]), Table(HOSTILE, [{HOSTILE: HOSTILE}]),
             Figure("a", HOSTILE, png(9), HOSTILE)]  # fmt: skip
    page = Page(compose_page(title=HOSTILE, lead=HOSTILE, parts=parts, foot=HOSTILE))
    assert not page.open
    assert page.tags.count("script") == 1
    assert page.texts.count(HOSTILE) == 11
    assert ("alt", HOSTILE) in page.attributes


def test_a_link_is_escaped_and_sorted_by_its_text():
    page = Page(compose_page(title="t", lead="l", parts=[], table=[{"a": Link(HOSTILE, HOSTILE)}]))
    assert not page.open
    assert page.tags.count("script") == 1
    assert HOSTILE in page.texts
    assert ("href", HOSTILE) in page.attributes


def test_names_of_any_bytes_can_be_written():
    text = compose_page(title="walk\udcff", lead="l", parts=[])
    assert "<h1>walk\\udcff</h1>" in text.encode("utf-8").decode()


def test_the_alternative_text_is_its_own_or_the_caption():
    figures = [Figure("a", "caption", png(9), "what it shows"), Figure("b", "other", png(9))]
    page = Page(compose_page(title="t", lead="l", parts=figures))
    assert [value for name, value in page.attributes if name == "alt"] == ["what it shows", "other"]


def test_numbers_stand_to_the_right_and_words_to_the_left():
    rows = [{"name": "1st", "n": "-1.5 \u00b1 2"}, {"name": "x", "n": "\u2013"}]
    text = compose_page(title="t", lead="l", parts=[Table("c", rows)])
    assert text.count('<td class="number">') == 2
    assert '<th scope="col">name</th><th scope="col" class="number">n</th>' in text


def test_wide_pictures_are_scrolled_and_others_shrink():
    for width, count in ((1200, 1), (300, 0)):
        text = compose_page(title="t", lead="l", parts=[Figure("a", "c", png(width))])
        assert text.count('<div class="wide"') == count


def test_without_a_table_there_is_no_script():
    assert "<script" not in compose_page(title="t", lead="l", parts=[Notes(["a"])])
