"""The local page, driven as a user drives it; minutes."""

import re
import socket
import subprocess
import time
import urllib.request

import pytest

pytest.importorskip("streamlit", reason="the extra 'app', for Python 3.11 and newer")
from playwright.sync_api import expect

from meshgait.cli.app import command_of
from meshgait.visualization.mp4 import write_video
from tests.browser import SIZES, chromium, faults, opened
from tests.video.scene import one

pytestmark = pytest.mark.slow
LONG_MS = 240_000


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("app")
    log = (folder / "log").open("w")
    server = subprocess.Popen(command_of(port, 1), cwd=folder, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        while server.poll() is None:
            try:
                urllib.request.urlopen(f"{url}/_stcore/health", timeout=5).read()
                break
            except OSError:
                time.sleep(0.2)
        assert server.poll() is None, (folder / "log").read_text()
        yield url
    finally:
        server.terminate()
        server.wait()
        log.close()


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


def choose(page, name):
    page.get_by_role("radiogroup").get_by_text(name, exact=True).click()


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_walk_is_shown_in_every_way_and_nothing_is_asked_elsewhere(
    browser, address, size, tmp_path
):
    with opened(browser, address, SIZES[size]) as (page, abroad):
        page.get_by_text("I have none: show a walker").click(timeout=LONG_MS)
        scene = page.frame_locator("iframe").locator("canvas").first
        expect(scene).to_be_visible(timeout=LONG_MS)
        page.screenshot(path=tmp_path / "walk.png", full_page=True)
        choose(page, "Gait numbers")
        numbers = page.frame_locator("iframe").get_by_text("step width").first
        expect(numbers).to_be_visible(timeout=LONG_MS)
        page.screenshot(path=tmp_path / "gait.png", full_page=True)
        choose(page, "All representations")
        page.get_by_role("button", name="Draw them").click(timeout=LONG_MS)
        expect(page.get_by_text("Every representation of the walk.")).to_be_visible(timeout=LONG_MS)
        page.screenshot(path=tmp_path / "sheet.png", full_page=True)
        assert not abroad
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert not faults(page)


def test_a_bad_file_and_one_that_is_too_large_are_a_sentence(browser, address, tmp_path):
    (tmp_path / "bad.npz").write_bytes(b"nonsense")
    (tmp_path / "large.npz").write_bytes(bytes(2 << 20))
    with opened(browser, address) as (page, _):
        page.locator("input[type=file]").set_input_files(tmp_path / "bad.npz", timeout=LONG_MS)
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text("bad.npz", timeout=LONG_MS)
        assert "meshgait-app-" not in alert.inner_text()
        assert "Traceback" not in page.content()
        page.locator("input[type=file]").set_input_files(tmp_path / "large.npz")
        expect(page.get_by_text(re.compile("1.0 ?MB or (smaller|less)", re.I))).to_be_visible()


def test_who_walks_in_a_video_is_enrolled_and_forgotten(browser, address, tmp_path):
    video = tmp_path / "walk.mp4"
    write_video(video, (truth.picture for truth in one(28, size=(120, 160)).frames()), fps=30)
    with opened(browser, address) as (page, abroad):
        choose(page, "A video")
        expect(page.get_by_text("For research")).to_be_visible(timeout=LONG_MS)
        expect(page.get_by_text("MP4")).to_be_visible(timeout=LONG_MS)  # this view's own field
        page.locator("input[type=file]").set_input_files(video)
        see = page.get_by_role("button", name="See who walks")
        see.click(timeout=LONG_MS)
        page.get_by_role("button", name="Stop").click(timeout=LONG_MS)
        expect(page.get_by_role("button", name="Stop")).to_have_count(0, timeout=LONG_MS)
        expect(page.locator("iframe")).to_have_count(0)
        see.click()
        report = page.frame_locator("iframe").get_by_text("Who walks in").first
        expect(report).to_be_visible(timeout=LONG_MS)
        page.screenshot(path=tmp_path / "video.png", full_page=True)
        choose(page, "A gallery")
        page.get_by_role("button", name="Enrol").click(timeout=LONG_MS)
        expect(page.get_by_role("alert")).to_contain_text("choose a clip first", timeout=LONG_MS)
        page.get_by_role("combobox").first.click()
        page.get_by_role("option", name="person-01 of walk.mp4").click()
        page.get_by_label("Name or code").fill("ann")
        page.get_by_role("button", name="Enrol").click()
        expect(page.get_by_role("alert")).to_contain_text("what the person agreed", timeout=LONG_MS)
        page.get_by_label("What was agreed to, and when").fill("form of 3 May")
        page.get_by_role("button", name="Enrol").click()
        expect(page.get_by_text("A clip of ann was added")).to_be_visible(timeout=LONG_MS)
        page.get_by_role("button", name="Who is it?").click()
        expect(page.get_by_role("alert")).to_contain_text("two or more", timeout=LONG_MS)
        page.screenshot(path=tmp_path / "gallery.png", full_page=True)
        page.get_by_role("combobox").first.click()
        page.get_by_role("option", name="ann", exact=True).click()
        page.get_by_role("button", name="Remove all clips of ann").click(timeout=LONG_MS)
        expect(page.get_by_text("Nobody is enrolled.")).to_be_visible(timeout=LONG_MS)
        assert not abroad


def test_long_work_can_be_stopped(browser, address, tmp_path):
    with opened(browser, address) as (page, _):
        page.get_by_text("I have none: show a walker").click(timeout=LONG_MS)
        choose(page, "All representations")
        page.get_by_role("button", name="Draw them").click(timeout=LONG_MS)
        page.get_by_role("button", name="Stop").click(timeout=LONG_MS)
        expect(page.get_by_role("progressbar")).to_have_count(0, timeout=LONG_MS)
        assert not page.get_by_text("Every representation of the walk.").count()
        assert page.get_by_role("button", name="Draw them").is_enabled()
