import io
import json
import re
from html.parser import HTMLParser
from importlib.resources import files

import numpy as np
import pytest
from PIL import Image

from meshgait.body import Body
from meshgait.errors import ConfigError
from meshgait.modalities.scene import Scene
from meshgait.visualization.player import VIEWS, write_player
from meshgait.walker import Identity, walk


@pytest.fixture(scope="module")
def scene():
    body = Body.embedded()
    motion = walk(body, Identity.average(), frames=5).motion
    return Scene.follow(body, motion.decode(body), motion.fps)


def test_a_gif_plays_all_frames_at_their_rate(scene, tmp_path):
    write_player(scene, tmp_path / "walk.gif", pixels=64)
    with Image.open(tmp_path / "walk.gif") as film:
        assert (film.n_frames, film.size, film.info["duration"]) == (5, (64, 64), 40)
        film.seek(4)
        assert np.asarray(film.convert("L")).min() < 150


def test_a_png_shows_moments_side_by_side(scene, tmp_path):
    write_player(scene, tmp_path / "walk.png", pixels=64)
    with Image.open(tmp_path / "walk.png") as image:
        assert image.size == (5 * 64, 64)


def test_an_mp4_has_its_frames(scene, tmp_path):
    cv2 = pytest.importorskip("cv2", reason="the extra 'data'")
    write_player(scene, tmp_path / "walk.mp4", pixels=63)
    film = cv2.VideoCapture(str(tmp_path / "walk.mp4"))
    assert film.get(cv2.CAP_PROP_FRAME_COUNT) == 5
    assert film.get(cv2.CAP_PROP_FPS) == 25
    film.release()


def test_the_page_holds_all_it_needs(scene, tmp_path):
    write_player(scene, tmp_path / "walk.html", pixels=48)
    page = (tmp_path / "walk.html").read_text(encoding="utf-8")
    assert "/*WALK*/" not in page
    assert not re.search(r"(src|href)\s*=\s*[\"']?(https?:)?//", page)
    walk_data = json.loads(re.search(r"const walk = (\{.*\});", page)[1])
    assert len(walk_data["views"]) == VIEWS
    for view in walk_data["views"]:
        assert len(view["pictures"]) == len(view["joints"]) == 5
    content = walk_data["views"][0]["pictures"][0].split(",")[1]
    import base64

    with Image.open(io.BytesIO(base64.b64decode(content))) as picture:
        assert picture.size == (48, 48)
    x, y = walk_data["views"][0]["joints"][0][0]
    assert abs(x - 24) < 2  # the pelvis is in the middle
    assert 15 < y < 30


class _Controls(HTMLParser):
    """The attributes of what a page shows, by id, and what is written inside labels."""

    def __init__(self, text):
        super().__init__()
        self.found, self.metas, self.labelled, self.label = {}, [], set(), False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.label = tag == "label" or (self.label and tag in ("input", "select", "option"))
        if tag == "meta":
            self.metas.append(attributes.get("name"))
        if "id" in attributes:
            self.found[attributes["id"]] = (tag, attributes)
        if self.label:
            self.labelled.add(attributes.get("id"))


def test_everything_on_the_page_says_what_it_is():
    page = files("meshgait.visualization").joinpath("player.html").read_text(encoding="utf-8")
    controls = _Controls(page)
    assert "viewport" in controls.metas
    assert controls.found["picture"][1]["role"] == "img"
    for name, (tag, attributes) in controls.found.items():
        if tag in ("input", "select", "canvas"):
            assert "aria-label" in attributes or name in controls.labelled, name
    # Keys belong to the browser with Ctrl, and to a control that has a use for them.
    assert "event.ctrlKey || event.metaKey || event.altKey" in page
    assert 'event.target.closest("input, select, button")' in page
    assert "prefers-reduced-motion: reduce" in page


@pytest.mark.parametrize("name", ["walk.avi", "walk"])
def test_other_endings_are_refused(scene, tmp_path, name):
    with pytest.raises(ConfigError, match=r"must end in one of \.png, \.gif, \.mp4, \.html"):
        write_player(scene, tmp_path / name)
    with pytest.raises(ConfigError, match="16 pixels or more"):
        write_player(scene, tmp_path / "walk.gif", pixels=3)
