"""A browser without a window for tests that look at pages."""

import shutil
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

SIZES = {"desk": (1280, 800), "lying": (740, 360), "phone": (390, 844)}
_OURS = ("127.0.0.1", "localhost")


@contextmanager
def chromium():
    """The browser; `playwright install chromium` brings one where the system has none."""
    program = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--use-gl=swiftshader"]
        )
        yield browser
        browser.close()


@contextmanager
def opened(browser, address, size=SIZES["desk"], **options):
    """A page, and the addresses outside of this machine that it asked for."""
    viewport = {"width": size[0], "height": size[1]}
    context = browser.new_context(viewport=viewport, **options)
    page, abroad = context.new_page(), []

    def note(request):
        host = request.url.split("/")[2].split(":")[0] if "://" in request.url else ""
        if request.url.startswith(("http", "ws")) and host not in _OURS:
            abroad.append(request.url)

    page.on("request", note)
    page.goto(address)
    yield page, abroad
    context.close()


def faults(page):
    """Serious and critical faults that axe-core finds: the rule, and where."""
    found = Axe().run(page).response["violations"]
    return [
        (fault["id"], [node["html"][:120] for node in fault["nodes"]])
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]
