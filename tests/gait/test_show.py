import html
import re
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

import meshgait
from meshgait.body import Body
from meshgait.errors import ConfigError, DataError
from meshgait.gait import shown_of
from meshgait.io import Actor
from meshgait.visualization.stage import write_stage
from meshgait.walker import Identity, walk
from tests.browser import chromium, opened


@pytest.fixture(scope="module")
def body():
    return Body.embedded()


@pytest.fixture(scope="module")
def steps(body):
    return walk(body, Identity.average(), frames=6)


def test_a_notebook_frames_the_page_that_is_written(body, steps, tmp_path):
    page = meshgait.show(steps.motion)
    write_stage(tmp_path / "walk.html", [shown_of(Actor.of("walk", steps.motion), body)], body,
                title="walk")  # fmt: skip
    written = (tmp_path / "walk.html").read_text(encoding="utf-8")
    assert page.html == written
    (source,) = re.findall(r'srcdoc="([^"]*)"', page._repr_html_())
    assert html.unescape(source) == written
    assert len(repr(page)) < 80


def test_walks_are_shown_by_name_beside_each_other(body, steps):
    page = meshgait.show({"before": steps.motion, "<after>": steps.motion}, body)
    assert "<title>before, &lt;after&gt;</title>" in page.html
    assert re.findall(r'"shift":(\d)', page.html) == ["0", "1"]


def test_what_is_no_motion_of_one_walk_is_named(unchecked, steps):
    with pytest.raises(ConfigError, match=r"walk is no Motion but Walk; .*\.motion"):
        meshgait.show(steps)
    two = replace(steps.motion, **{
        name: np.stack([getattr(steps.motion, name)] * 2) for name in ("pose", "betas", "transl")
    })  # fmt: skip
    with pytest.raises(ConfigError, match="both holds several motions"):
        meshgait.show({"both": two})
    with pytest.raises(DataError, match="needs somebody"):
        meshgait.show({})


@pytest.mark.slow
def test_in_a_frame_of_a_notebook_the_walk_is_drawn_and_plays(steps, tmp_path):
    cell = tmp_path / "cell.html"
    frame = meshgait.show(steps.motion)._repr_html_()
    cell.write_text(f"<!doctype html><title>notebook</title><body>{frame}", encoding="utf-8")
    with (
        chromium() as browser,
        opened(browser, cell.as_uri(), reduced_motion="reduce") as (page, abroad),
    ):
        scene = page.frame_locator("iframe")
        clock = scene.locator("#clock")
        expect(clock).not_to_be_empty()
        before = clock.inner_text()
        scene.get_by_role("button", name="Play").click()
        expect(clock).not_to_have_text(before)
        with Image.open(BytesIO(scene.locator("canvas").first.screenshot())) as drawn:
            assert len(drawn.convert("L").getcolors(256)) > 20
        page.screenshot(path=tmp_path / "cell.png")
        assert not abroad
