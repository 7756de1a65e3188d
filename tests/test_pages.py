"""Every page that is written, in a browser: it fits, it is fit for everybody, it asks nobody."""

import functools

import numpy as np
import pytest

from meshgait._version import __version__
from meshgait.app.work import gait_page, people_of_video, scene_page, write_walker
from meshgait.data.synthetic.dataset import SyntheticGait
from meshgait.demo import run_demo
from meshgait.explain import write_explanation
from meshgait.models import SMPLGait
from meshgait.video.overview import write_overview
from meshgait.visualization.footage import write_footage
from meshgait.visualization.mp4 import write_video
from tests.benchmark.test_page import write as write_benchmark
from tests.browser import SIZES, chromium, faults, opened
from tests.test_demo import TINY
from tests.video.scene import one
from tests.video.test_overview import entry

pytestmark = pytest.mark.slow
PAPER = (680, 1000)  # an A4 sheet between its margins


def _demo(folder):
    return run_demo(folder, TINY)


def _benchmark(folder):
    write_benchmark(folder, (0.0, 1.0))
    return folder / "index.html"


def _explain(folder):
    data = SyntheticGait("test", identities=4, config=TINY.data)
    return write_explanation(SMPLGait(SMPLGait.Config(width=1 / 16)), data, folder, probes=1)


def _video(folder):
    film = folder / "walk.mp4"
    write_video(film, (truth.picture for truth in one(28, size=(120, 160)).frames()), fps=30)
    people_of_video(film, folder / "seen", lambda done, what: None)
    return folder / "seen" / "report.html"


def _videos(folder):
    long = "2026-05-03/entrance_camera_02/VID_20260503_123456_recording_of_the_morning"
    lost = "person-01 and person-02 are lost together: 17-22"
    entries = [
        entry("walk", notes=[lost]),
        entry(long),
        entry("cut", failed="no frame", report=False),
    ]
    write_overview(folder, entries, "meshgait video films")
    return folder / "index.html"


def _gait(folder):
    write_walker(folder / "walker.npz")
    gait_page(folder / "walker.npz", folder)
    return folder / "gait.html"


def _scene(folder):
    write_walker(folder / "walker.npz")
    scene_page(folder / "walker.npz", folder / "scene.html")
    return folder / "scene.html"


def _overlay(folder):
    grey = np.full((48, 64, 3), 99, np.uint8)
    write_footage(folder / "o.html", [grey] * 3, fps=25, title="t", command="meshgait view")
    return folder / "o.html"


MAKERS = {
    "demo": _demo, "benchmark": _benchmark, "explain": _explain, "video": _video,
    "videos": _videos, "gait": _gait, "scene": _scene, "overlay": _overlay,
}  # fmt: skip


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Where the small page of a kind is; it is made when it is first asked for."""
    cache = tmp_path_factory.mktemp("cache")

    @functools.cache
    def page(name):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("MESHGAIT_CACHE", str(cache))
            return MAKERS[name](tmp_path_factory.mktemp(name)).as_uri()

    return page


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", MAKERS)
def test_a_page_fits_and_shuts_nobody_out(pages, browser, name, size, colours, tmp_path):
    with opened(browser, pages(name), SIZES[size], color_scheme=colours) as (page, abroad):
        page.screenshot(path=tmp_path / f"{name}-{size}-{colours}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert not faults(page)
        assert not abroad


@pytest.mark.parametrize("name", MAKERS)
def test_pictures_are_told_in_other_words_than_below_them(pages, browser, name):
    told = "f => [f.querySelector('img')?.alt, f.querySelector('figcaption')?.textContent]"
    with opened(browser, pages(name)) as (page, _):
        figures = page.locator("figure").evaluate_all(f"all => all.map({told})")
        assert all(alt is None or (alt and alt != caption) for alt, caption in figures)


@pytest.mark.parametrize("name", MAKERS)
def test_a_page_has_headings_and_says_what_made_it_and_how_to_have_it_again(pages, browser, name):
    with opened(browser, pages(name)) as (page, _):
        assert page.locator("h1").count() == 1
        assert page.locator("h2").count() > 0 or name in ("scene", "overlay")
        foot = page.locator("footer").inner_text()
    assert foot.startswith(f"Made by meshgait {__version__}. Again: meshgait ")
    assert "Seed 0." in foot or name not in ("demo", "benchmark")


@pytest.mark.parametrize("name", MAKERS)
def test_on_paper_a_page_fits_is_dark_on_white_and_has_no_controls(pages, browser, name, tmp_path):
    controls = "button:not(th button), input, select"
    with opened(browser, pages(name), PAPER, color_scheme="dark") as (page, _):
        page.emulate_media(media="print")
        page.screenshot(path=tmp_path / f"{name}-print.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert not any(control.is_visible() for control in page.locator(controls).all())
        style = "getComputedStyle(document.body)"
        ink, paper = (page.evaluate(f"{style}.{kind}") for kind in ("color", "backgroundColor"))
        assert (ink, paper) == ("rgb(34, 34, 34)", "rgb(255, 255, 255)")


def test_a_click_on_a_column_sorts_by_it(pages, browser):
    with opened(browser, pages("demo")) as (page, _):
        head = page.locator("table").first.get_by_role("button", name="mAP", exact=True)
        column = page.locator("table").first.locator("tbody tr td:nth-child(4)")
        for sign in (-1, 1):
            head.click()
            values = [sign * float(text.split()[0]) for text in column.all_inner_texts()]
            assert values == sorted(values)
