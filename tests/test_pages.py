"""Every page that is written, in a browser: it fits, it is fit for everybody, it asks nobody."""

import numpy as np
import pytest

from meshgait.app.work import gait_page, people_of_video, scene_page, write_walker
from meshgait.data.synthetic.dataset import SyntheticGait
from meshgait.demo import run_demo
from meshgait.explain import write_explanation
from meshgait.models import SMPLGait
from meshgait.visualization.footage import write_footage
from meshgait.visualization.mp4 import write_video
from tests.benchmark.test_page import write as write_benchmark
from tests.browser import SIZES, chromium, faults, opened
from tests.test_demo import TINY
from tests.video.scene import one

pytestmark = pytest.mark.slow
NAMES = ("demo", "benchmark", "explain", "video", "gait", "scene", "overlay")


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Small pages of every kind, by name."""
    folder = tmp_path_factory.mktemp("pages")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MESHGAIT_CACHE", str(folder / "cache"))
        demo = run_demo(folder / "demo", TINY)
        data = SyntheticGait("test", identities=4, config=TINY.data)
        model = SMPLGait(SMPLGait.Config(width=1 / 16))
        explained = write_explanation(model, data, folder / "explain", probes=1)
    write_benchmark(folder / "benchmark", (0.0, 1.0))
    film = folder / "walk.mp4"
    write_video(film, (truth.picture for truth in one(28, size=(120, 160)).frames()), fps=30)
    people_of_video(film, folder / "video", lambda done, what: None)
    walker = folder / "walker.npz"
    write_walker(walker)
    gait_page(walker, folder)
    scene_page(walker, folder / "scene.html")
    grey = np.full((48, 64, 3), 99, np.uint8)
    write_footage(folder / "overlay.html", [grey] * 3, fps=25, title="t", command="meshgait view")
    return {
        "demo": demo, "benchmark": folder / "benchmark" / "index.html", "explain": explained,
        "video": folder / "video" / "report.html", "gait": folder / "gait.html",
        "scene": folder / "scene.html", "overlay": folder / "overlay.html",
    }  # fmt: skip


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", NAMES)
def test_a_page_fits_and_shuts_nobody_out(pages, browser, name, size, colours, tmp_path):
    address = pages[name].as_uri()
    with opened(browser, address, SIZES[size], color_scheme=colours) as (page, abroad):
        page.screenshot(path=tmp_path / f"{name}-{size}-{colours}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert not faults(page)
        assert not abroad


@pytest.mark.parametrize("name", NAMES)
def test_pictures_are_told_in_other_words_than_below_them(pages, browser, name):
    told = "f => [f.querySelector('img')?.alt, f.querySelector('figcaption')?.textContent]"
    with opened(browser, pages[name].as_uri()) as (page, _):
        figures = page.locator("figure").evaluate_all(f"all => all.map({told})")
        assert all(alt is None or (alt and alt != caption) for alt, caption in figures)
        if name != "scene":
            assert "Made by meshgait" in page.locator("footer").inner_text()


def test_a_click_on_a_column_sorts_by_it(pages, browser):
    with opened(browser, pages["demo"].as_uri()) as (page, _):
        head = page.locator("table").first.get_by_role("button", name="mAP", exact=True)
        column = page.locator("table").first.locator("tbody tr td:nth-child(4)")
        for sign in (-1, 1):
            head.click()
            values = [sign * float(text.split()[0]) for text in column.all_inner_texts()]
            assert values == sorted(values)
